/** Counts the rows that are no lines, by reason, so that nothing is left out in silence. */
import type { Problem } from '../problem.ts'
import { problem } from '../problem.ts'

export type SkipReason =
  'pending' | 'refused' | 'summary' | 'preamble' | 'footer' | 'no_date' | 'other'

export interface SkippedRows {
  add: (reason: SkipReason) => void
  problems: () => Problem[]
}

export const createSkippedRows = (): SkippedRows => {
  const counts = new Map<SkipReason, number>()
  return {
    add: (reason) => void counts.set(reason, (counts.get(reason) ?? 0) + 1),
    problems: () => [...counts].map(([reason, n]) => problem('rows_skipped', { n, reason })),
  }
}
