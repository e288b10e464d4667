/** How a connection stands. A failed refresh forbids no reading: what Yodlee has is still there. */
import type { Failure } from '../../../domain/failure.ts'
import type { ProviderStatus } from '../provider.ts'
import type { Outcome } from './attempt.ts'
import { outcomeOf, readAtOf } from './attempt.ts'
import { instantOf } from './dates.ts'
import { autoRefreshFailure, isRead, isUnattended, toAccount } from './map.ts'
import type { Opened } from './own.ts'
import { consentOf, isInstitutionAutoRefreshed, listAccounts, ownEntry } from './own.ts'
import type { AccountEntry, ConsentEntry, ProviderAccountEntry } from './schema.ts'

interface Seen {
  entry: ProviderAccountEntry
  accounts: readonly AccountEntry[]
  consent: ConsentEntry | null
  /** The institution is read by Yodlee without the person. */
  isAutoRefreshed: boolean
  nowMs: number
}

/** Without a permission Yodlee may show nothing at all. */
const nothingReadable: readonly Failure['code'][] = ['consent_expired', 'connection_gone']
const consentEnded: ReadonlyMap<string, Failure> = new Map([
  ['EXPIRED', { code: 'consent_expired', scope: 'connection', providerCode: 'EXPIRED' }],
  ['REVOKED', { code: 'connection_gone', scope: 'connection', providerCode: 'REVOKED' }],
  [
    'CONSENT_REPEALED',
    { code: 'connection_gone', scope: 'connection', providerCode: 'CONSENT_REPEALED' },
  ],
])

const failureFrom = ({ entry, consent }: Seen, outcome: Outcome): Failure | null => {
  const ended = consentEnded.get(consent?.consentStatus ?? '')
  if (ended) return ended
  if (outcome.kind === 'challenge') return { code: 'mfa_required', scope: 'connection' }
  if (outcome.kind !== 'failed') return null
  const { failure } = outcome
  // every login here asks the person: that one was asked and did not answer says nothing of what can be read
  return failure.code === 'mfa_required' && entry.isRealTimeMFA === true ? null : failure
}

/** Whether anything may be read of the institution while nobody is there. */
const mayReadUnattended = ({ entry, accounts, consent, isAutoRefreshed }: Seen): boolean =>
  isAutoRefreshed &&
  entry.isRealTimeMFA !== true &&
  consent?.dataAccessFrequency !== 'ONE_TIME' &&
  (accounts.length === 0 || accounts.some(isUnattended))

const healthOf = (outcome: Outcome, failure: Failure | null): ProviderStatus['health'] => {
  if (failure !== null && nothingReadable.includes(failure.code)) return 'failing'
  return outcome.kind === 'running' || outcome.kind === 'challenge' ? 'waiting' : 'ok'
}

/** What was seen of a connection, in neutral words. */
const toStatus = (seen: Seen): ProviderStatus => {
  const { entry, consent, nowMs } = seen
  const outcome = outcomeOf(entry, nowMs)
  const failure = failureFrom(seen, outcome)
  const accounts = seen.accounts.filter(isRead)
  return {
    health: healthOf(outcome, failure),
    consentExpiresAt: instantOf(consent?.expirationDateTime) ?? instantOf(consent?.expirationDate),
    unattendedAllowed: mayReadUnattended({ ...seen, accounts }),
    lastBankRefreshAt: readAtOf(entry),
    accounts: accounts.map((account) => {
      const own = autoRefreshFailure(account, nowMs)
      return { ...toAccount(account), ...(own === null ? {} : { failure: own }) }
    }),
    ...(failure === null ? {} : { failure }),
  }
}

/** Reads how a connection stands. */
export const statusOf = async (opened: Opened): Promise<ProviderStatus> => {
  const { entry, nowMs } = await ownEntry(opened)
  const [accounts, consent] = await Promise.all([listAccounts(opened), consentOf(opened, entry)])
  // an account that is read every night answers the question for its institution
  const isAutoRefreshed =
    accounts.some(({ autoRefresh }) => autoRefresh?.additionalStatus === 'SCHEDULED') ||
    (await isInstitutionAutoRefreshed(opened, entry))
  return toStatus({ entry, accounts, consent, isAutoRefreshed, nowMs })
}
