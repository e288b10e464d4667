/** A refresh that a person asked for, and what the institution asks the person meanwhile. */
import { z } from 'zod'
import type { Failure } from '../../../domain/failure.ts'
import type { Challenged, MfaAnswer, RefreshProgress, RefreshStart } from '../provider.ts'
import { ProviderError } from '../provider.ts'
import { jsonOrNull } from '../transport.ts'
import type { Outcome } from './attempt.ts'
import { attemptAtOf, basicOf, outcomeOf } from './attempt.ts'
import { answerOf, challengeOf, keptOf } from './challenge.ts'
import type { Read } from './client.ts'
import { failureOf, refreshPauseMs } from './errors.ts'
import { isRead, needsPerson } from './map.ts'
import type { Opened, Own } from './own.ts'
import { consentOf, listAccounts, ownDetail, ownEntry } from './own.ts'
import type { ProviderAccountEntry } from './schema.ts'
import { providerAccounts } from './schema.ts'

const refSchema = z.object({
  v: z.literal(1),
  /** The attempt that is waited for. */
  requestId: z.string().max(200).nullable(),
  /** Instant of the attempt before it, so that an older result is not taken for this one's. */
  before: z.string().max(40).nullable(),
  /** End of the challenge that the person was shown. */
  asked: z.iso.datetime().nullable(),
  answered: z.enum(['no', 'in_time', 'too_late']),
})
type Ref = z.infer<typeof refSchema>

const readRef = (text: string): Ref => {
  try {
    return refSchema.parse(JSON.parse(text))
  } catch {
    throw new ProviderError({ code: 'defect', scope: 'connection', reason: 'refresh_reference' })
  }
}

const refOf = (entry: ProviderAccountEntry, before: string | null): Ref => ({
  v: 1,
  requestId: entry.requestId ?? null,
  before,
  asked: null,
  answered: 'no',
})

const challenged = (entry: ProviderAccountEntry, ref: Ref): Challenged => {
  const challenge = challengeOf(entry, Date.now())
  const asked: Ref = { ...ref, asked: challenge.expiresAt, answered: 'no' }
  return { state: 'challenge', ref: JSON.stringify(asked), challenge }
}

/** Why an institution is not asked again before a person has changed something: bad logins lock accounts. */
const refusedLogin: readonly Failure['code'][] = [
  'credentials_invalid',
  'consent_expired',
  'connection_gone',
  'institution_unsupported',
]

const forbids = ({ entry }: Own, outcome: Outcome): Failure | null => {
  const eligibility = basicOf(entry)?.updateEligibility
  if (outcome.kind === 'failed') {
    const isRefused = refusedLogin.includes(outcome.failure.code)
    return isRefused || eligibility === 'DISALLOW_UPDATE' ? outcome.failure : null
  }
  return eligibility === 'ALLOW_UPDATE_WITH_CREDENTIALS'
    ? { code: 'credentials_invalid', scope: 'connection', reason: 'update_eligibility' }
    : null
}

/** The end of the pause after a refresh that brought data, by Yodlee's own clock; null where it is over. */
const pauseEndOf = ({ entry, nowMs }: Own, outcome: Outcome): string | null => {
  if (outcome.kind !== 'whole' && outcome.kind !== 'partial') return null
  const sinceMs = nowMs - Date.parse(attemptAtOf(entry) ?? '')
  // a refresh in the future of that clock is none to wait for
  if (!(sinceMs >= 0 && sinceMs < refreshPauseMs)) return null
  return new Date(Date.now() + refreshPauseMs - sinceMs).toISOString()
}

/**
 * Starts a refresh in the person's presence, or joins the one that runs. A login that was refused is not repeated: it
 * fails with what was refused.
 */
export const startRefresh = async (opened: Opened): Promise<RefreshStart> => {
  const own = await ownEntry(opened)
  const { entry } = own
  const outcome = outcomeOf(entry, own.nowMs)
  if (outcome.kind === 'challenge')
    return challenged(await ownDetail(opened, null), refOf(entry, null))
  if (outcome.kind === 'running')
    return { state: 'joined', ref: JSON.stringify(refOf(entry, null)) }
  if (entry.isManual === true) return { state: 'skipped', reason: 'not_offered' }
  const refused = forbids(own, outcome)
  if (refused !== null) throw new ProviderError(refused)
  const until = pauseEndOf(own, outcome)
  if (until !== null) return { state: 'skipped', reason: 'too_recent', until }
  if (basicOf(entry)?.updateEligibility === 'DISALLOW_UPDATE')
    return { state: 'skipped', reason: 'not_offered' }
  return ask(opened, attemptAtOf(entry))
}

const updating = ({ providerAccountId }: Opened) =>
  ({
    method: 'PUT',
    path: '/providerAccounts',
    query: { providerAccountIds: providerAccountId },
  }) as const

/** What was accepted is done, whatever the answer's form: null where it cannot be read. */
const updatedEntry: Read<ProviderAccountEntry | null> = ({ text }) => {
  const parsed = providerAccounts.safeParse(jsonOrNull(text))
  return parsed.success ? (parsed.data.providerAccount[0] ?? null) : null
}

const ask = async (opened: Opened, before: string | null): Promise<RefreshStart> => {
  let entry
  try {
    entry = await opened.access.call(updating(opened), updatedEntry)
  } catch (error) {
    const code = error instanceof ProviderError ? error.failure.providerCode : undefined
    if (code !== 'Y825') throw error
    const { until } = failureOf({ where: 'api', code, attemptAt: before, nowMs: Date.now() })
    return { state: 'skipped', reason: 'too_recent', ...(until === undefined ? {} : { until }) }
  }
  const ref: Ref = {
    v: 1,
    requestId: entry?.requestId ?? null,
    before,
    asked: null,
    answered: 'no',
  }
  if (entry?.status === 'USER_INPUT_REQUIRED' && entry.loginForm) return challenged(entry, ref)
  return { state: 'started', ref: JSON.stringify(ref) }
}

/** Codes that end a challenge; which of them follows a wrong answer, a late one or none differs by institution. */
const challengeEnds = [
  'ADDL_AUTHENTICATION_REQUIRED',
  'INVALID_ADDL_INFO_PROVIDED',
  'REQUEST_TIME_OUT',
]

const endedChallenge = (failure: Failure, { asked, answered }: Ref): Failure => {
  const { providerCode } = failure
  if (asked === null || !challengeEnds.includes(providerCode ?? '')) return failure
  if (answered !== 'in_time') return { ...failure, code: 'mfa_required', reason: 'too_late' }
  return providerCode === 'REQUEST_TIME_OUT' ? failure : { ...failure, reason: 'wrong_answer' }
}

const isOlder = (entry: ProviderAccountEntry, { requestId, before }: Ref): boolean => {
  if (requestId !== null && entry.requestId === requestId) return false
  return before !== null && attemptAtOf(entry) === before
}

/** Looks how the refresh is doing. */
export const progressOf = async (opened: Opened, text: string): Promise<RefreshProgress> => {
  const ref = readRef(text)
  const entry = await ownDetail(opened, ref.requestId)
  const outcome = outcomeOf(entry, Date.now())
  if (outcome.kind === 'challenge') return challenged(entry, ref)
  if (outcome.kind === 'running' || isOlder(entry, ref)) return { state: 'running', ref: text }
  return outcome.kind === 'failed'
    ? { state: 'failed', failure: endedChallenge(outcome.failure, ref) }
    : { state: 'done' }
}

/**
 * Hands an answer over, once. A connection that does not wait any more gets nothing: what is sent to it then would
 * replace the login.
 */
export const answerMfa = async (
  opened: Opened,
  { ref: text, kept, answers }: MfaAnswer,
): Promise<{ ref: string }> => {
  const ref = readRef(text)
  const form = keptOf(kept.reveal())
  if (form === null)
    throw new ProviderError({ code: 'defect', scope: 'connection', reason: 'challenge_not_kept' })
  const field = answerOf(form, answers.reveal())
  if (field === null)
    throw new ProviderError({ code: 'mfa_required', scope: 'connection', reason: 'incomplete' })
  const isWaiting = (await ownDetail(opened, ref.requestId)).status === 'USER_INPUT_REQUIRED'
  const isLate = !isWaiting || Date.now() > Date.parse(form.expiresAt)
  const updated = isWaiting
    ? await opened.access.call({ ...updating(opened), json: { field } }, updatedEntry)
    : null
  const answered: Ref = {
    ...ref,
    requestId: updated?.requestId ?? ref.requestId,
    asked: form.expiresAt,
    answered: isLate ? 'too_late' : 'in_time',
  }
  return { ref: JSON.stringify(answered) }
}

/**
 * What an unattended refresh comes to: Yodlee reads every night by itself, and an institution that asks the person at
 * every login is never asked for it; its code would wake somebody.
 */
export const unattendedRefresh = async (opened: Opened): Promise<RefreshStart> => {
  const { entry } = await ownEntry(opened)
  const [accounts, consent] = await Promise.all([listAccounts(opened), consentOf(opened, entry)])
  const isForbidden =
    entry.isRealTimeMFA === true ||
    consent?.dataAccessFrequency === 'ONE_TIME' ||
    accounts.filter(isRead).some(needsPerson)
  if (isForbidden) throw new ProviderError({ code: 'unattended_not_allowed', scope: 'connection' })
  return { state: 'skipped', reason: 'refreshes_itself' }
}
