/** Random occurrences and random connections that only such occurrences can lead to. */
import fc from 'fast-check'
import type { ConnectionFacts, RunCause } from '../../../domain/connection.ts'
import { failureCodes } from '../../../domain/failure.ts'
import type { Occurrence } from '../../../domain/transitions/occurrence.ts'
import { aConnection, day, hour, live, minute, start } from './facts.ts'

const causes: RunCause[] = ['first', 'scheduled', 'person', 'event', 'retry', 'renewal']
const cause = fc.constantFrom(...causes)
const few = fc.integer({ min: 0, max: 3 })
const id = fc.uuid()
const consentEnd = fc.option(fc.integer({ min: -day, max: 120 * day }).map((ms) => start + ms))

const failure = fc.record({
  code: fc.constantFrom(...failureCodes),
  scope: fc.constantFrom('account' as const, 'connection' as const, 'provider' as const),
})

const occurrence: fc.Arbitrary<Occurrence> = fc.oneof(
  fc.record({
    kind: fc.constant('linked' as const),
    flowId: id,
    flowKind: fc.constantFrom('link' as const, 'renewal' as const, 'reconnect' as const),
    consentExpiresAtMs: consentEnd,
    undecided: few,
    gone: few,
  }),
  fc.record({
    kind: fc.constant('accounts_discovered' as const),
    requestId: id,
    undecided: few,
    added: few,
  }),
  fc.record({
    kind: fc.constant('accounts_chosen' as const),
    requestId: id,
    chosen: few,
    undecided: few,
    user: fc.constant('Anna'),
  }),
  fc.record({
    kind: fc.constant('read' as const),
    runId: id,
    cause,
    added: few,
    changed: few,
    removed: few,
    accounts: few,
    consentExpiresAtMs: consentEnd,
    unattendedAllowed: fc.boolean(),
    lastRefreshAtMs: fc.constant(null),
    undecided: few,
    partial: fc.option(fc.record({ failure, reference: fc.constant('BS-0000-0002') })),
  }),
  fc
    .record({
      runId: id,
      cause,
      failure,
      until: fc.option(fc.constantFrom('2026-11-22T10:00:00Z', '2150-01-01T00:00:00Z', 'soon'), {
        nil: undefined,
      }),
    })
    .map(({ until, failure: failed, ...run }) => ({
      kind: 'failed' as const,
      ...run,
      reference: 'BS-0000-0003',
      failure: { ...failed, ...(until === undefined ? {} : { until }) },
    })),
  fc.record({
    kind: fc.constant('looked_at' as const),
    consentExpiresAtMs: consentEnd,
    healthy: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('auto_sync_set' as const),
    requestId: id,
    enabled: fc.boolean(),
    user: fc.constant('Anna'),
  }),
  fc.constant({ kind: 'consent_due' as const }),
  fc.constant({ kind: 'loaded' as const }),
  fc.constant({ kind: 'settings_changed' as const }),
  fc.record({
    kind: fc.constant('refresh_refused' as const),
    runId: id,
    untilMs: fc.oneof(fc.integer({ min: 0, max: 4e12 }), fc.constantFrom(NaN, Infinity, 1e300)),
  }),
  fc.record({
    kind: fc.constant('mfa_requested' as const),
    challengeId: id,
    runId: id,
    challengeKind: fc.constantFrom('fields' as const, 'page' as const),
    expiresAtMs: fc.oneof(fc.integer({ min: 0, max: 4e12 }), fc.constantFrom(NaN, Infinity)),
  }),
  fc.record({
    kind: fc.constant('mfa_ended' as const),
    challengeId: id,
    runId: id,
    how: fc.constantFrom(
      'accepted' as const,
      'wrong' as const,
      'expired' as const,
      'closed' as const,
    ),
    user: fc.constantFrom('', 'Anna'),
    undecided: few,
  }),
  fc.record({
    kind: fc.constant('disconnected' as const),
    reason: fc.constantFrom(
      'consent' as const,
      'gone' as const,
      'user' as const,
      'support' as const,
      'legacy' as const,
    ),
    requestId: id,
  }),
)

const delay = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 0, max: hour }),
  fc.integer({ min: 0, max: 10 * day }),
)

/** What happened to a connection, each at its own instant, the earliest first. */
export const happenings: fc.Arbitrary<[number, Occurrence][]> = fc
  .array(fc.tuple(delay, occurrence), { maxLength: 25 })
  .map((steps) => {
    let nowMs = start
    return steps.map(([wait, happened]) => {
      nowMs += wait
      return [nowMs, happened] as [number, Occurrence]
    })
  })

export const unlinked: ConnectionFacts = aConnection({
  state: 'not_connected',
  generation: 0,
  chosenAccounts: 0,
  consentExpiresAtMs: null,
  nextSyncAtMs: null,
})

/** A connection to which anything may have happened, and the instant at which it stands. */
export const reached: fc.Arbitrary<{ facts: ConnectionFacts; nowMs: number }> = fc
  .tuple(happenings, fc.constantFrom(10_000, 15 * minute, 12 * hour), fc.boolean())
  .map(([happened, intervalMs, isBlocked]) => {
    const born = { ...unlinked, intervalMs, pauses: isBlocked ? (['block'] as const).slice() : [] }
    const { after } = live(born, happened)
    const nowMs = happened.at(-1)?.[0] ?? start
    // whatever was ever linked has a generation
    return { facts: { ...after, generation: after.state === 'not_connected' ? 0 : 1 }, nowMs }
  })
