import type { ConnectionFacts } from '../connection.ts'
import { reactions } from '../failure.ts'
import { anchorOf, nextSlot } from '../schedule.ts'

/** Whether the product may fetch by itself now; the reasons against are state, so that each has its exit. */
export const mayFetchUnattended = (facts: ConnectionFacts): boolean => {
  if (!facts.autoSync || facts.pauses.length > 0 || !facts.unattendedAllowed) return false
  if (facts.chosenAccounts === 0) return false
  if (facts.state === 'connected') return true
  return (
    facts.state === 'error' &&
    facts.failureCode !== null &&
    reactions[facts.failureCode].slotsContinue
  )
}

/** The next slot of a connection after `nowMs`. */
export const slotAfter = (facts: ConnectionFacts, nowMs: number): number =>
  nextSlot(anchorOf(facts.id, facts.intervalMs), facts.intervalMs, nowMs)

/** When the next unattended run is due, in ms; null while none may run. */
export const plannedAt = (
  facts: ConnectionFacts,
  next: 'slot' | 'keep' | number,
  nowMs: number,
): number | null => {
  if (!mayFetchUnattended(facts)) return null
  if (typeof next === 'number') return next
  if (next === 'keep' && facts.nextSyncAtMs !== null) return facts.nextSyncAtMs
  return slotAfter(facts, nowMs)
}
