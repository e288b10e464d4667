import type { ConnectionFacts, Snapshot } from './connection.ts'
import { dueNotice, nextNoticeAt } from './consent.ts'
import { anchorOf } from './schedule.ts'

const unfinishedMaxMs = 30 * 86_400_000

const noticeAt = (facts: ConnectionFacts, nowMs: number): number | null => {
  const { consentExpiresAtMs: endMs, state } = facts
  if (endMs === null || (state !== 'connected' && state !== 'error')) return null
  const due = dueNotice(endMs, nowMs)
  if (endMs <= nowMs || (due !== null && due !== facts.consentNoticeDays)) return nowMs
  return nextNoticeAt(endMs, nowMs)
}

const firstLookMs = 20 * 60_000
const looksEndMs = 7 * 86_400_000

/**
 * When a connection that the provider does not know any more is looked at again: it was lost by a mistake of ours if it
 * works later. Each wait doubles, within a week.
 */
const lookAt = (
  { disconnectReason, failingSinceMs }: ConnectionFacts,
  nowMs: number,
): number | null => {
  if (disconnectReason !== 'gone' || failingSinceMs === null) return null
  const goneMs = nowMs - failingSinceMs
  if (goneMs >= looksEndMs) return null
  const doublings = Math.max(0, Math.floor(Math.log2(Math.max(1, goneMs) / firstLookMs)) + 1)
  return failingSinceMs + firstLookMs * 2 ** doublings
}

/** What the workflow decides with, taken from the facts; `flowEndsAtMs` is the end of the oldest open link flow. */
export const snapshotOf = (
  facts: ConnectionFacts,
  flowEndsAtMs: number | null,
  nowMs: number,
): Snapshot => {
  const { nextSyncAtMs, intervalMs } = facts
  const lookAtMs = lookAt(facts, nowMs)
  return {
    provider: facts.provider,
    state: facts.state,
    awaiting: facts.awaiting,
    autoSync: facts.autoSync,
    pauses: facts.pauses,
    failureCode: facts.failureCode,
    disconnectReason: facts.disconnectReason,
    nextSyncAtMs,
    nextSyncIsRetry:
      nextSyncAtMs !== null && (nextSyncAtMs - anchorOf(facts.id, intervalMs)) % intervalMs !== 0,
    noticeAtMs: noticeAt(facts, nowMs),
    flowEndsAtMs,
    removeAtMs:
      facts.state === 'not_connected' && facts.generation === 0
        ? facts.createdAtMs + unfinishedMaxMs
        : null,
    lastPulledAtMs: facts.lastPulledAtMs,
    chosenAccounts: facts.chosenAccounts,
    ...(lookAtMs === null ? {} : { lookAtMs }),
  }
}
