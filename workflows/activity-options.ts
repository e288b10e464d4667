/** Named timeouts and retry policies: nothing relies on a library's default. */
import type { ActivityOptions } from '@temporalio/workflow'
import type { FailureCode } from '../domain/failure.ts'
import { failureCodes, reactions } from '../domain/failure.ts'

/** Of `rate_limited` only short waits are thrown, and those are worth another attempt. */
const settled: FailureCode[] = failureCodes.filter(
  (code) => !reactions[code].retriedByActivity && code !== 'rate_limited',
)

/** Short database work: repeated until it succeeds, because the connection cannot go on without it. */
export const databaseWork: ActivityOptions = {
  startToCloseTimeout: '30 seconds',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
}

/** A command or a date that can wait: given up after an hour, so that one that never works cannot stop all the others. */
export const databaseCommand: ActivityOptions = {
  ...databaseWork,
  scheduleToCloseTimeout: '1 hour',
}

/** Reading at the provider: many pages, so a dead worker is found by the missing heartbeat. */
export const providerRead: ActivityOptions = {
  startToCloseTimeout: '1 hour',
  // a disconnection does not wait for the page in hand; what it still writes is harmless
  cancellationType: 'TRY_CANCEL',
  heartbeatTimeout: '20 seconds',
  retry: {
    initialInterval: '1 second',
    backoffCoefficient: 2,
    maximumInterval: '30 seconds',
    maximumAttempts: 8,
    nonRetryableErrorTypes: settled,
  },
}

/** A few calls to the provider while a person waits. */
export const providerCall: ActivityOptions = {
  startToCloseTimeout: '2 minutes',
  // also the time in the queue of a provider that no worker serves any more
  scheduleToCloseTimeout: '15 minutes',
  heartbeatTimeout: '20 seconds',
  retry: {
    initialInterval: '500 milliseconds',
    backoffCoefficient: 2,
    maximumInterval: '10 seconds',
    maximumAttempts: 5,
    nonRetryableErrorTypes: settled,
  },
}

/** Reading and importing a file: a dead worker is found by the missing heartbeat; a defect of ours is not repeated. */
export const fileWork: ActivityOptions = {
  startToCloseTimeout: '1 hour',
  heartbeatTimeout: '30 seconds',
  retry: {
    initialInterval: '1 second',
    backoffCoefficient: 2,
    maximumInterval: '5 minutes',
    // a file that kills its worker must not do so for ever
    maximumAttempts: 20,
    nonRetryableErrorTypes: ['defect' satisfies FailureCode],
  },
}

/** Many pages that nobody waits for. */
export const catalogueRead: ActivityOptions = { ...providerRead, priority: { priorityKey: 5 } }

/** Work that a person waits for comes before scheduled work. */
export const priorities = { person: 1, scheduled: 3 } as const
