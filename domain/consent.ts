/** Days before the end of a consent at which the one open notice is posted or renewed. */
const noticeDays = [14, 7, 3, 1] as const

const dayMs = 86_400_000

interface Consented {
  consentExpiresAt: string | null
  accounts: readonly { consentExpiresAt?: string }[]
}

/**
 * When the consent of a connection ends, in ms. Where accounts have ends of their own, the earliest still to come counts,
 * so that one account that has ended does not end the others; once all have ended, the latest. Null where none is named.
 */
export const consentEndMs = (
  { consentExpiresAt, accounts }: Consented,
  nowMs: number,
): number | null => {
  const ends = accounts.flatMap((account) =>
    account.consentExpiresAt === undefined ? [] : [Date.parse(account.consentExpiresAt)],
  )
  const coming = ends.filter((at) => at > nowMs)
  if (coming.length > 0) return Math.min(...coming)
  if (ends.length > 0) return Math.max(...ends)
  return consentExpiresAt === null ? null : Date.parse(consentExpiresAt)
}

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
