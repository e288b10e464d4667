/** Slots are `anchor + k · interval`, all in milliseconds since the epoch; a manual run never moves them. */

/** Spreads connections over the interval by a hash of the id, so that a fleet does not wake at once (FNV-1a, 32 bit). */
export const anchorOf = (id: string, intervalMs: number): number => {
  let hash = 0x811c9dc5
  for (let i = 0; i < id.length; i += 1) {
    hash ^= id.charCodeAt(i)
    hash = Math.imul(hash, 0x01000193) >>> 0
  }
  return Math.floor((hash / 0x1_0000_0000) * intervalMs)
}

/** The first slot strictly after `nowMs`. */
export const nextSlot = (anchorMs: number, intervalMs: number, nowMs: number): number =>
  anchorMs + (Math.floor((nowMs - anchorMs) / intervalMs) + 1) * intervalMs

const minuteMs = 60_000

/** Waits between workflow tries after the activity's own retries are used up: 15 min, 1 h, 6 h, then the next slot. */
const retryWaitsMs = [15 * minuteMs, 60 * minuteMs, 360 * minuteMs] as const

/** When the workflow tries again after the n-th failed try in a row (n from 1), or null when the next slot comes first. */
export const retryAt = (failuresInRow: number, nowMs: number, slotMs: number): number | null => {
  const wait = retryWaitsMs[failuresInRow - 1]
  if (wait === undefined || nowMs + wait >= slotMs) return null
  return nowMs + wait
}
