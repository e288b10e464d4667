/** The only place where something that went wrong becomes what a workflow sees. */
import { activityInfo, ApplicationFailure } from '@temporalio/activity'
import type { Failure, FailureCode } from '../domain/failure.ts'
import { reactions } from '../domain/failure.ts'
import { ProviderError } from './providers/provider.ts'

const shortWaitMs = 60_000
const invalidResponseTries = 3
const shortWaitTries = 5

const waitOf = ({ until }: Failure): number | null =>
  until === undefined ? null : Math.max(0, Date.parse(until) - Date.now())

const isRepeated = ({ code }: Failure, attempt: number, isShort: boolean): boolean => {
  if (code === 'rate_limited') return isShort
  if (code === 'invalid_response') return attempt < invalidResponseTries
  return reactions[code].retriedByActivity
}

/** Throws what passes by itself, so that Temporal repeats the attempt; returns what a person or a long wait must solve. */
export const settledFailure = (error: unknown): Failure => {
  if (!(error instanceof ProviderError)) throw error
  const { failure } = error
  const { attempt } = activityInfo()
  const waitMs = waitOf(failure)
  const isShort = waitMs !== null && waitMs <= shortWaitMs && attempt < shortWaitTries
  if (!isRepeated(failure, attempt, isShort)) return failure
  throw ApplicationFailure.create({
    message: error.message,
    type: failure.code,
    category: 'BENIGN',
    nextRetryDelay: isShort ? waitMs : backoffMs(attempt),
  })
}

/** What a workflow is told of something that no repetition of the attempt will change. */
export const finalFailure = ({ code }: Failure): ApplicationFailure =>
  ApplicationFailure.create({
    message: `refused: ${code}`,
    type: code,
    nonRetryable: true,
    category: 'BENIGN',
  })

const firstDelayMs = 1_000
const longestDelayMs = 30_000

/** Doubles from one second to thirty, spread by a quarter to both sides, so that a fleet does not knock in step. */
const backoffMs = (attempt: number): number =>
  Math.round(
    Math.min(longestDelayMs, firstDelayMs * 2 ** (attempt - 1)) * (0.75 + Math.random() / 2),
  )

/** SQLSTATE classes that pass: connection lost, rollback, resources, operator intervention, system error. */
const passingSqlStates = /^(08|40|53|55|57|58)/
const networkCodes = /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN)/

const codesOf = (error: unknown, depth = 0): string[] => {
  if (!(error instanceof Error) || depth > 4) return []
  const own = 'code' in error && typeof error.code === 'string' ? [error.code] : []
  return [error.name, ...own, ...codesOf(error.cause, depth + 1)]
}

const storageNames = [
  'ConnectionError',
  'BackendTerminatedError',
  'BackendTerminatedUnexpectedlyError',
  'StatementTimeoutError',
  'StatementCancelledError',
  'IdleTransactionTimeoutError',
  'UnexpectedStateError',
]

const isStorageTrouble = (names: string[]): boolean =>
  names.some(
    (name) => passingSqlStates.test(name) || networkCodes.test(name) || storageNames.includes(name),
  )

const firstStorageDelayMs = 5_000
const longestStorageDelayMs = 1_800_000

/** Turns anything else into an ApplicationFailure that carries no text from outside: names and codes only. */
export const foreignFailure = (error: unknown): ApplicationFailure => {
  if (error instanceof ApplicationFailure) return error
  const names = codesOf(error)
  const code: FailureCode = isStorageTrouble(names) ? 'transient' : 'defect'
  const delayMs = Math.min(
    longestStorageDelayMs,
    firstStorageDelayMs * 2 ** (activityInfo().attempt - 1),
  )
  return ApplicationFailure.create({
    message: `${code === 'transient' ? 'storage trouble' : 'unexpected error'}: ${names.slice(0, 4).join(' < ') || typeof error}`,
    type: code,
    ...(code === 'transient' ? { nextRetryDelay: delayMs } : {}),
  })
}
