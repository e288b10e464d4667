import type { DatabaseTransactionConnection } from 'slonik'
import { z } from 'zod'
import * as oneTimeSecrets from '../db/queries/one-time-secrets.ts'
import type { Deps } from './deps.ts'

/** What is kept of the person behind a request, beside it, because neither names nor addresses pass through Temporal. */
const personSchema = z.object({
  name: z.string().max(200).default(''),
  ip: z.string().optional(),
  userAgent: z.string().default(''),
})

export type Person = z.infer<typeof personSchema>

type Reader = typeof oneTimeSecrets.take

const readWith = async (
  read: Reader,
  { tx, vault }: { tx: DatabaseTransactionConnection; vault: Deps['vault'] },
  requestId: string,
): Promise<Person | null> => {
  const kept = await read({ tx, vault }, 'person', requestId)
  return kept === null ? null : personSchema.parse(JSON.parse(kept.reveal()))
}

/** The person behind a request, who is forgotten with it; null when nothing was kept. */
export const takePerson = (
  tx: DatabaseTransactionConnection,
  { vault }: Pick<Deps, 'vault'>,
  requestId: string,
): Promise<Person | null> => readWith(oneTimeSecrets.take, { tx, vault }, requestId)

/** The person behind a request, kept for another look until its short life ends. */
export const peekPerson = (
  tx: DatabaseTransactionConnection,
  { vault }: Pick<Deps, 'vault'>,
  requestId: string,
): Promise<Person | null> => readWith(oneTimeSecrets.peek, { tx, vault }, requestId)
