import type { DatabaseTransactionConnection } from 'slonik'
import * as oneTimeSecrets from '../db/queries/one-time-secrets.ts'
import type { Deps } from './deps.ts'

/** Name of the person behind a request, kept beside it because names do not pass through Temporal; '' when unknown. */
export const takeActingUser = async (
  tx: DatabaseTransactionConnection,
  { vault }: Pick<Deps, 'vault'>,
  requestId: string,
): Promise<string> => {
  const kept = await oneTimeSecrets.take({ tx, vault }, 'person', requestId)
  if (kept === null) return ''
  const { name } = JSON.parse(kept.reveal()) as { name?: unknown }
  return typeof name === 'string' ? name.slice(0, 200) : ''
}
