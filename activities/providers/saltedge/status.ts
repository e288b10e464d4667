/** What a connection can do now: read, be refreshed unattended, until when. */
import type { Failure } from '../../../domain/failure.ts'
import type { ProviderStatus } from '../provider.ts'
import type { Asking } from './client.ts'
import { listAccounts, pacingOf, readConnection, readConsent, standingOf } from './connection.ts'
import { instantOf } from './dates.ts'
import { toAccount } from './map.ts'
import type { ConnectionResource, ConsentResource } from './schema.ts'

const isOver = (consent: ConsentResource, nowMs: number): boolean => {
  const expiresAt = instantOf(consent.expires_at)
  if (expiresAt !== null && Date.parse(expiresAt) <= nowMs) return true
  return consent.status === 'expired' || consent.status === 'revoked'
}

const ended = (
  { status }: ConnectionResource,
  consent: ConsentResource | null,
  nowMs: number,
): Failure | null => {
  if (status === 'disabled')
    return { code: 'connection_gone', scope: 'connection', reason: 'disabled' }
  if (consent === null || !isOver(consent, nowMs)) return null
  const reason = consent.status === 'revoked' ? 'revoked' : 'expired'
  return { code: 'consent_expired', scope: 'connection', reason }
}

/** Failures of a refresh after which nothing may be read either. */
const final = ['consent_expired', 'connection_gone']

/** A refresh that failed does not forbid reading what is there, so its failure only stands beside. */
const healthOf = (
  connection: ConnectionResource,
  consent: ConsentResource | null,
  nowMs: number,
): Pick<ProviderStatus, 'health' | 'failure'> => {
  const end = ended(connection, consent, nowMs)
  if (end !== null) return { health: 'failing', failure: end }
  const attempt = connection.last_attempt
  const standing = attempt ? standingOf(attempt, pacingOf(connection), nowMs) : null
  if (standing === null || standing.kind === 'done') return { health: 'ok' }
  if (standing.kind !== 'failed') return { health: 'waiting' }
  const { failure } = standing
  return { health: final.includes(failure.code) ? 'failing' : 'ok', failure }
}

/** The status as these three resources tell it. */
export const toStatus = (
  connection: ConnectionResource,
  consent: ConsentResource | null,
  accounts: ProviderStatus['accounts'],
): ProviderStatus => ({
  ...healthOf(connection, consent, Date.now()),
  consentExpiresAt: instantOf(consent?.expires_at),
  // no error class tells it, so it is decided before a refresh is asked for
  unattendedAllowed: pacingOf(connection).automaticFetch,
  lastBankRefreshAt: instantOf(connection.last_attempt?.success_at),
  accounts,
})

/** Reads the connection, its consent and its accounts. */
export const readStatus = async (asking: Asking, connectionId: string): Promise<ProviderStatus> => {
  const connection = await readConnection(asking, connectionId)
  const consent = await readConsent(asking, connection)
  const accounts = await listAccounts(asking, connectionId)
  return toStatus(connection, consent, accounts.map(toAccount))
}
