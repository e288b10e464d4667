/** What the end of a flow tells: linked with what the connection shows, or left with or without a failure. */
import { Secret } from '../../../domain/secret.ts'
import type { LinkResult } from '../provider.ts'
import type { Asking } from './client.ts'
import type { Standing } from './connection.ts'
import { listAccounts, readConsent } from './connection.ts'
import { instantOf } from './dates.ts'
import { errorTable } from './error-table.ts'
import { attemptFailure, unpaced } from './errors.ts'
import { clean } from '../clean.ts'
import { toAccount } from './map.ts'
import type { ConnectionResource, SaltEdgeSecrets } from './schema.ts'

/** The connection with its accounts and the end of its consent, read back. */
export const linkedAs = async (
  asking: Asking,
  connection: ConnectionResource,
  secrets: SaltEdgeSecrets | null,
): Promise<LinkResult> => {
  const consent = await readConsent(asking, connection)
  const accounts = await listAccounts(asking, connection.id)
  const { provider_code: code, provider_name: name } = connection
  return {
    state: 'linked',
    secrets: secrets && new Secret(JSON.stringify(secrets)),
    providerConnectionId: connection.id,
    accounts: accounts.map(toAccount),
    consentExpiresAt: instantOf(consent?.expires_at),
    institution: { providerInstitutionId: code, name: clean(name, 200) || code },
  }
}

/** A person who says no at the institution has left, and nothing failed. */
const saidNo = 'ProviderAccessNotGranted'

/** The flow ended without a link, with this class in the person's address or in the attempt. */
export const exitedWith = (name: string | null | undefined): LinkResult =>
  !name || name === saidNo || !errorTable.has(name)
    ? { state: 'exited' }
    : { state: 'exited', failure: attemptFailure(name, unpaced, Date.now()) }

/** What an attempt means for the flow that it belongs to. */
export const settled = async (
  standing: Standing,
  linked: () => Promise<LinkResult>,
): Promise<LinkResult> => {
  if (standing.kind === 'done') return linked()
  if (standing.kind !== 'failed') return { state: 'pending' }
  const { failure } = standing
  return failure.providerCode === saidNo ? { state: 'exited' } : { state: 'exited', failure }
}
