/** Waits for a condition instead of a time. */
import { setTimeout as delay } from 'node:timers/promises'

export interface UntilOptions {
  /** Completes the sentence "… did not happen within 30 s", for example "PostgreSQL answering". */
  what: string
  limitMs: number
  everyMs?: number
  /** Gives the reason to stop waiting early, such as a program that has ended. */
  givenUp?: () => string | undefined
}

/**
 * Repeats `attempt` until it returns something other than undefined; a throw counts as "not yet".
 * Rejects with a sentence, and the last failure as its cause, when the limit is reached.
 */
export const until = async <Value>(
  attempt: () => Promise<Value | undefined>,
  { what, limitMs, everyMs = 100, givenUp }: UntilOptions,
): Promise<Value> => {
  const deadline = performance.now() + limitMs
  let cause: unknown
  for (;;) {
    try {
      const value = await attempt()
      if (value !== undefined) return value
    } catch (error) {
      cause = error
    }
    const reason = givenUp?.()
    if (reason !== undefined) throw new Error(`${what} will not happen: ${reason}`, { cause })
    if (performance.now() > deadline) {
      throw new Error(`${what} did not happen within ${limitMs / 1000} s.`, { cause })
    }
    await delay(everyMs)
  }
}
