import { until } from '../../scripts/until.ts'

const limitMs = 60_000

/** Waits until something is true; `what` completes the sentence "… did not happen within 60 s". */
export const eventually = (what: string, holds: () => boolean | Promise<boolean>): Promise<true> =>
  until(async () => ((await holds()) ? true : undefined), { what, limitMs, everyMs: 20 })
