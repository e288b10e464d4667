/** Days before the end of a consent at which the one open notice is posted or renewed. */
export const noticeDays = [14, 7, 3, 1] as const

const dayMs = 86_400_000

/** The notice that is due now: the smallest threshold already passed, or null while none is. */
export const dueNotice = (expiresAtMs: number, nowMs: number): number | null => {
  const left = expiresAtMs - nowMs
  if (left <= 0) return null
  return noticeDays.filter((days) => left <= days * dayMs).at(-1) ?? null
}

/** When the consent must be looked at next: the next threshold still to come, else its end; null once it has ended. */
export const nextNoticeAt = (expiresAtMs: number, nowMs: number): number | null => {
  if (expiresAtMs <= nowMs) return null
  const coming = noticeDays
    .map((days) => expiresAtMs - days * dayMs)
    .filter((at) => at > nowMs)
    .toSorted((a, b) => a - b)
  return coming[0] ?? expiresAtMs
}
