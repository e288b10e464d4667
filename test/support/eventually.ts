import { until } from '../../scripts/until.ts'

const limitMs = 100_000

/** Waits until something is true; `what` completes the sentence "… did not happen within 100 s". */
export const eventually = (what: string, holds: () => boolean | Promise<boolean>): Promise<true> =>
  until(async () => ((await holds()) ? true : undefined), { what, limitMs, everyMs: 20 })
