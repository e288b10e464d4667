import type { ConnectionFacts } from '../connection.ts'
import { dueNotice } from '../consent.ts'
import type { Effect } from './effect.ts'
import { instant, tell } from './effect.ts'

const monthMs = 30 * 86_400_000

/** What is due about the consent now: the one open warning, edited at each threshold, or its end. */
export const consentDue = (
  facts: ConnectionFacts,
  renewalDays: number | null,
  nowMs: number,
): Effect => {
  const { consentExpiresAtMs: endMs } = facts
  if (endMs === null || facts.state === 'disconnected' || facts.state === 'not_connected') return {}
  if (endMs <= nowMs) return ended(facts, endMs)
  const days = dueNotice(endMs, nowMs)
  if (days === null || days === facts.consentNoticeDays) return {}
  const months = Math.max(1, Math.round(((renewalDays ?? 90) * 86_400_000) / monthMs))
  return {
    changed: { consentNoticeDays: days },
    messages: [
      tell({
        code: 'consent.expiring',
        key: `consent:${endMs}:${days}`,
        params: { months, date: instant(endMs) },
        cause: 'consent',
      }),
    ],
    events: [
      {
        dedupeKey: `consent:${facts.id}:${endMs}:${days}`,
        type: 'connection.consent_expiring',
        connectionId: facts.id,
        content: { endsAt: instant(endMs), days },
      },
    ],
  }
}

const ended = (facts: ConnectionFacts, endMs: number): Effect => ({
  changed: {
    state: 'disconnected',
    disconnectReason: 'consent',
    awaiting: 'consent',
    failureCode: 'consent_expired',
  },
  messages: [
    tell({
      code: 'consent.expired',
      key: `consent:${endMs}:ended`,
      params: { institution: facts.institutionName, date: instant(endMs) },
      cause: 'failure:consent_expired',
    }),
  ],
  closes: ['consent'],
})
