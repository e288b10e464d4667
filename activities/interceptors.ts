import type { Context } from '@temporalio/activity'
import type {
  ActivityExecuteInput,
  ActivityInboundCallsInterceptor,
  Next,
} from '@temporalio/worker'
import { ApplicationFailure, CancelledFailure } from '@temporalio/activity'
import { foreignFailure } from './failure.ts'

/** Lets nothing but ApplicationFailures without foreign text out of an activity, and logs what was turned into one. */
export class FailureInterceptor implements ActivityInboundCallsInterceptor {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  async execute(
    input: ActivityExecuteInput,
    next: Next<ActivityInboundCallsInterceptor, 'execute'>,
  ): Promise<unknown> {
    try {
      return await next(input)
    } catch (error) {
      if (error instanceof CancelledFailure || error instanceof ApplicationFailure) throw error
      const failure = foreignFailure(error)
      this.#context.log.error('activity failed', {
        failureCode: failure.type,
        failure: failure.message,
        stack: stackOf(error),
      })
      throw failure
    }
  }
}

/** Where it happened, without the message: file and line carry no secret, a message may. */
const stackOf = (error: unknown): string =>
  error instanceof Error
    ? (error.stack ?? '')
        .split('\n')
        .filter((line) => line.trimStart().startsWith('at '))
        .slice(0, 8)
        .join('\n')
    : ''
