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

/** What the workflow decides with, taken from the facts; `flowEndsAtMs` is the end of the oldest open link flow. */
export const snapshotOf = (
  facts: ConnectionFacts,
  flowEndsAtMs: number | null,
  nowMs: number,
): Snapshot => {
  const { nextSyncAtMs, intervalMs } = facts
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
  }
}
