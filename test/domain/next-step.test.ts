import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Snapshot } from '../../domain/connection.ts'
import { failureCodes } from '../../domain/failure.ts'
import type { Step } from '../../domain/next-step.ts'
import { hasWork, isOver, nextStep } from '../../domain/next-step.ts'
import { snapshotOf } from '../../domain/snapshot.ts'
import type { ParkedRun, RunState, WorkflowState } from '../../domain/workflow-state.ts'
import { freshState, newRun } from '../../domain/workflow-state.ts'
import { reached } from './support/arbitrary.ts'
import { aConnection, day, hour, start } from './support/facts.ts'
import { perform } from './support/stub-perform.ts'

const aSnapshot = (snapshot: Partial<Snapshot> = {}): Snapshot => ({
  ...snapshotOf(aConnection({ nextSyncAtMs: start + 3 * hour }), null, start),
  ...snapshot,
})

const idle = (state: Partial<WorkflowState> = {}): WorkflowState => ({
  ...freshState(),
  loaded: true,
  snapshot: aSnapshot(),
  ...state,
})

/** A week of 12 h slots. */
const cyclesMax = 14

const aRun = (run: Partial<RunState> = {}): RunState => ({ ...newRun('run', 'scheduled'), ...run })
const aParkedRun = (parked: Partial<ParkedRun> = {}): ParkedRun => ({
  run: aRun({ id: 'parked', cause: 'person' }),
  challengeId: 'c',
  kind: 'fields',
  expiresAtMs: start + hour,
  answer: null,
  ...parked,
})
const kindAt = (state: WorkflowState, nowMs = start): Step['kind'] => nextStep(state, nowMs).kind

/** Every reason to do something, alone, and the step it must lead to; the order is the priority. */
const commands: [Partial<WorkflowState>, Step['kind']][] = [
  [{ unrecorded: [{ kind: 'flow', flowId: 'f', code: 'defect' }] }, 'record'],
  [{ disconnect: 'r' }, 'disconnect'],
  [{ parked: aParkedRun({ answer: 'given' }) }, 'submit_mfa'],
  [{ autoSync: { requestId: 'r', enabled: false } }, 'set_auto_sync'],
  [{ flowsToBegin: ['f'] }, 'begin_flow'],
  [{ flowsToComplete: ['f'] }, 'complete_flow'],
  [{ choices: [{ requestId: 'r', choices: [] }] }, 'choose_accounts'],
  [{ refreshAccounts: 'r' }, 'refresh_accounts'],
]
const dueStates: [Partial<WorkflowState>, Step['kind']][] = [
  [{ parked: aParkedRun({ expiresAtMs: start }) }, 'expire_mfa'],
  [{ parked: aParkedRun({ answer: 'taken' }) }, 'resume_run'],
  [{ run: aRun({ phase: 'refresh' }) }, 'request_refresh'],
  [{ run: aRun({ phase: 'polling', pollAtMs: start }) }, 'poll_refresh'],
  [{ run: aRun({ phase: 'read' }) }, 'read'],
  [{ snapshot: aSnapshot({ nextSyncAtMs: start }) }, 'start_run'],
  [{ eventAtMs: start }, 'start_run'],
  [{ eventAtMs: start, snapshot: aSnapshot({ nextSyncAtMs: null }) }, 'look'],
  [{ snapshot: aSnapshot({ nextSyncAtMs: null, lookAtMs: start }) }, 'look'],
  [{ snapshot: aSnapshot({ noticeAtMs: start }) }, 'consent_due'],
  [{ snapshot: aSnapshot({ flowEndsAtMs: start }) }, 'end_flows'],
  [{ snapshot: aSnapshot({ removeAtMs: start }) }, 'remove'],
]
const patient: [Partial<WorkflowState>, Step['kind']][] = [
  [{ settingsChanged: true }, 'adopt_settings'],
  [{ refusals: ['x'] }, 'note_refusal'],
]
const reasons = [...commands, ...dueStates, ...patient]

describe('every reason to act', () => {
  test.each(reasons)('is done when it stands alone: %#', (state, kind) => {
    expect(kindAt(idle(state))).toBe(kind)
  })

  test('comes after reading what is known', () => {
    for (const [state] of reasons) expect(kindAt(idle({ ...state, loaded: false }))).toBe('load')
  })

  test('comes in the order of urgency: commands, the run in hand, what is due, what can wait', () => {
    commands.forEach(([state, kind], position) => {
      for (const [later] of reasons.slice(position + 1))
        expect(kindAt(idle({ ...later, ...state }))).toBe(kind)
    })
    for (const [state, kind] of dueStates)
      for (const [later] of patient) expect(kindAt(idle({ ...later, ...state }))).toBe(kind)
    const all = aSnapshot({ nextSyncAtMs: start, noticeAtMs: start, flowEndsAtMs: start })
    expect(kindAt(idle({ run: aRun(), snapshot: all }))).toBe('read')
    expect(kindAt(idle({ snapshot: all }))).toBe('start_run')
    expect(kindAt(idle({ snapshot: { ...all, nextSyncAtMs: null } }))).toBe('consent_due')
  })

  test('is not asked for before its time', () => {
    const later = start + 1
    for (const state of [
      { snapshot: aSnapshot({ nextSyncAtMs: later }) },
      { eventAtMs: later },
      { parked: aParkedRun({ expiresAtMs: later }) },
      { run: aRun({ phase: 'polling', pollAtMs: later }) },
      { snapshot: aSnapshot({ noticeAtMs: later }) },
      { snapshot: aSnapshot({ flowEndsAtMs: later }) },
      { snapshot: aSnapshot({ removeAtMs: later }) },
    ])
      expect(nextStep(idle(state), start)).toMatchObject({ kind: 'wait', untilMs: later })
  })
})

describe('a run', () => {
  test('is scheduled at a slot, and a retry between two slots', () => {
    const due = (nextSyncIsRetry: boolean) =>
      nextStep(idle({ snapshot: aSnapshot({ nextSyncAtMs: start, nextSyncIsRetry }) }), start)
    expect(due(false)).toEqual({ kind: 'start_run', cause: 'scheduled' })
    expect(due(true)).toEqual({ kind: 'start_run', cause: 'retry' })
  })

  test('is one at a time: a slot or an event that comes meanwhile waits', () => {
    const busy = idle({
      run: aRun({ phase: 'polling', pollAtMs: start + 5 }),
      eventAtMs: start,
      snapshot: aSnapshot({ nextSyncAtMs: start }),
    })
    expect(nextStep(busy, start)).toMatchObject({ kind: 'wait', untilMs: start + 5 })
  })

  test('does not keep a consent from ending or a flow from running out', () => {
    const polling = { run: aRun({ phase: 'polling', pollAtMs: start + 5 }) }
    expect(kindAt(idle({ ...polling, snapshot: aSnapshot({ noticeAtMs: start }) }))).toBe(
      'consent_due',
    )
    expect(kindAt(idle({ ...polling, snapshot: aSnapshot({ flowEndsAtMs: start }) }))).toBe(
      'end_flows',
    )
  })

  test('never begins from a hint with a refresh, and not at all where nothing may be read unattended', () => {
    expect(nextStep(idle({ eventAtMs: start }), start)).toEqual({
      kind: 'start_run',
      cause: 'event',
    })
    expect(newRun('r', 'event').phase).toBe('read')
    expect(newRun('r', 'scheduled').phase).toBe('read')
    expect(newRun('r', 'person').phase).toBe('refresh')
    const paused = idle({ eventAtMs: start, snapshot: aSnapshot({ nextSyncAtMs: null }) })
    expect(kindAt(paused)).toBe('look')
  })
})

describe('a run that waits for a person', () => {
  const slot = aSnapshot({ nextSyncAtMs: start, nextSyncIsRetry: false })

  test('stands aside: slots and events have their own runs', () => {
    const asked = { parked: aParkedRun() }
    expect(nextStep(idle({ ...asked, snapshot: slot }), start)).toEqual({
      kind: 'start_run',
      cause: 'scheduled',
    })
    expect(kindAt(idle({ ...asked, eventAtMs: start }))).toBe('start_run')
    expect(nextStep(idle(asked), start)).toMatchObject({ kind: 'wait', untilMs: start + hour })
  })

  test('never starves another, whatever else is going on', () => {
    fc.assert(
      fc.property(aRandomState, ({ state }) => {
        const [alone, beside] = [
          { ...state, parked: null },
          { ...state, parked: aParkedRun({ expiresAtMs: start + 400 * day }) },
        ].map((one) => nextStep({ ...one, loaded: true }, start))
        // it adds a due time and keeps a closed connection from leaving before the run has ended
        if (alone!.kind === 'wait' || alone!.kind === 'leave') return
        expect(beside).toEqual(alone)
      }),
      { numRuns: 1_000 },
    )
  })

  test('goes on with the answer, at once or after the run in hand', () => {
    const reading = aRun({ phase: 'read' })
    const given = { parked: aParkedRun({ answer: 'given', expiresAtMs: start }), run: reading }
    expect(kindAt(idle(given))).toBe('submit_mfa')
    const taken = aParkedRun({ answer: 'taken', expiresAtMs: start })
    expect(nextStep(idle({ parked: taken, run: reading }), start)).toMatchObject({ kind: 'read' })
    expect(nextStep(idle({ parked: taken, snapshot: slot }), start)).toEqual({
      kind: 'resume_run',
      run: taken.run,
    })
  })

  test('ends with its time, before another run could ask the bank anew', () => {
    const over = { parked: aParkedRun({ expiresAtMs: start }) }
    expect(kindAt(idle({ ...over, run: aRun({ phase: 'refresh' }) }))).toBe('expire_mfa')
    expect(kindAt(idle({ ...over, run: aRun({ phase: 'polling' }) }))).toBe('expire_mfa')
  })

  test('does not keep the workflow from continuing as new, nor a closed one from ending it', () => {
    expect(kindAt(idle({ cycles: cyclesMax, parked: aParkedRun() }))).toBe('leave')
    expect(hasWork(idle({ parked: aParkedRun() }))).toBe(false)
    expect(hasWork(idle({ parked: aParkedRun({ answer: 'given' }) }))).toBe(true)
    const closed = aSnapshot({
      state: 'disconnected',
      disconnectReason: 'user',
      nextSyncAtMs: null,
    })
    expect(isOver(idle({ snapshot: closed, parked: aParkedRun() }))).toBe(false)
  })
})

describe('waiting', () => {
  test('lasts until the earliest of all due times, and says what for', () => {
    const time = fc.option(fc.integer({ min: start + 1, max: start + day }))
    fc.assert(
      fc.property(
        fc.record({ next: time, event: time, notice: time, flow: time, remove: time }),
        (due) => {
          const state = idle({
            eventAtMs: due.event,
            snapshot: aSnapshot({
              nextSyncAtMs: due.next,
              noticeAtMs: due.notice,
              flowEndsAtMs: due.flow,
              removeAtMs: due.remove,
            }),
          })
          const times = Object.values(due).filter((ms) => ms !== null)
          const earliest = times.length === 0 ? null : Math.min(...times)
          expect(nextStep(state, start)).toMatchObject({ kind: 'wait', untilMs: earliest })
        },
      ),
    )
  })

  test.each([
    [{}, 'next synchronization'],
    [{ eventAtMs: start + 1 }, 'follow a provider event'],
    [{ run: aRun({ phase: 'polling', pollAtMs: start + 1 }) }, 'refresh at the bank'],
    [{ parked: aParkedRun({ expiresAtMs: start + 1 }) }, 'answer of a person'],
    [{ snapshot: aSnapshot({ noticeAtMs: start + 1 }) }, 'end of consent comes nearer'],
    [{ snapshot: aSnapshot({ flowEndsAtMs: start + 1 }) }, 'link flow ends'],
    [{ snapshot: aSnapshot({ removeAtMs: start + 1 }) }, 'removal of a connection never finished'],
    [
      { snapshot: aSnapshot({ nextSyncAtMs: null, noticeAtMs: null, state: 'error' }) },
      'waits for a person (error)',
    ],
  ] as [Partial<WorkflowState>, string][])('is shown in words: %#', (state, summary) => {
    expect(nextStep(idle(state), start)).toMatchObject({ kind: 'wait', summary })
  })
})

describe('leaving', () => {
  const tired = { cycles: cyclesMax }

  test('comes after a week of cycles or when Temporal suggests it', () => {
    expect(kindAt(idle({ cycles: cyclesMax - 1 }))).toBe('wait')
    expect(kindAt(idle(tired))).toBe('leave')
    expect(nextStep(idle(), start, true).kind).toBe('leave')
  })

  test('never comes while something is to be done', () => {
    for (const [state, kind] of [...commands, ...dueStates])
      expect(kindAt(idle({ ...tired, ...state }))).toBe(kind)
    const polling = idle({ ...tired, run: aRun({ phase: 'polling', pollAtMs: start + 1 }) })
    expect(kindAt(polling)).toBe('wait')
  })

  test('does not wait for what strangers send without end: it is carried on', () => {
    for (const [state] of patient) {
      expect(nextStep(idle(state), start, true).kind).toBe('leave')
      expect(hasWork(idle(state))).toBe(false)
    }
  })

  test('is the end of a connection that does not exist or was removed', () => {
    const unknown = { ...freshState(), loaded: true }
    expect(kindAt(unknown)).toBe('leave')
    expect(isOver(unknown)).toBe(true)
    expect(hasWork({ ...unknown, disconnect: 'r', run: aRun() })).toBe(false)
    expect(isOver(freshState())).toBe(false)
  })

  test.each(['user', 'support', 'legacy'] as const)(
    'is the end of a connection closed by command (%s), unless somebody is bringing it back',
    (disconnectReason) => {
      const snapshot = aSnapshot({
        state: 'disconnected',
        disconnectReason,
        nextSyncAtMs: null,
        noticeAtMs: null,
      })
      expect(isOver(idle({ snapshot }))).toBe(true)
      expect(kindAt(idle({ snapshot }))).toBe('leave')
      expect(kindAt(idle({ snapshot, flowsToBegin: ['f'] }))).toBe('begin_flow')
      expect(kindAt(idle({ snapshot, flowsToComplete: ['f'] }))).toBe('complete_flow')
      expect(kindAt(idle({ snapshot: { ...snapshot, flowEndsAtMs: start + 1 } }))).toBe('wait')
    },
  )

  test.each(['consent', 'gone'] as const)(
    'is not the end of a connection that the bank closed (%s): it waits for its person',
    (disconnectReason) => {
      const snapshot = aSnapshot({
        state: 'disconnected',
        disconnectReason,
        nextSyncAtMs: null,
        noticeAtMs: null,
      })
      expect(nextStep(idle({ snapshot }), start)).toMatchObject({ kind: 'wait', untilMs: null })
    },
  )
})

const maybe = <Value>(value: Value) => fc.option(fc.constant(value), { nil: undefined })
const aRandomRun = fc.option(
  fc.record({
    cause: fc.constantFrom('person' as const, 'scheduled' as const, 'retry' as const),
    phase: fc.constantFrom('refresh' as const, 'polling' as const, 'read' as const),
    pollAtMs: fc.constantFrom(0, start + 10 * day * 365),
  }),
)

const aRandomState = fc
  .tuple(
    reached,
    aRandomRun,
    fc.record({
      unrecorded: maybe([
        { kind: 'run' as const, run: aRun(), code: 'defect', reason: 'x' },
        { kind: 'flow' as const, flowId: 'f', code: 'transient' },
      ]),
      disconnect: maybe('r'),
      refusals: maybe(['a', 'b', 'c']),
      autoSync: maybe({ requestId: 'r', enabled: true }),
      flowsToBegin: maybe(['f', 'g']),
      flowsToComplete: maybe(['f', 'h']),
      choices: maybe([{ requestId: 'r', choices: [] }]),
      refreshAccounts: maybe('r'),
      settingsChanged: maybe(true),
      parked: fc.option(
        fc
          .record({
            kind: fc.constantFrom('fields' as const, 'page' as const),
            expiresAtMs: fc.constantFrom(0, start + 10 * day * 365),
            answer: fc.constantFrom('given' as const, 'taken' as const, null),
          })
          .map(aParkedRun),
        { nil: undefined },
      ),
      eventAtMs: fc.constantFrom(undefined, 0, start),
      cycles: fc.constantFrom(0, cyclesMax),
      loaded: fc.boolean(),
    }),
  )
  .map(([{ facts, nowMs }, run, reasonsGiven]) => {
    const given = Object.fromEntries(
      Object.entries(reasonsGiven).filter(([, value]) => value !== undefined),
    ) as Partial<WorkflowState>
    const state = {
      ...freshState(),
      snapshot: snapshotOf(facts, null, nowMs),
      ...structuredClone(given),
      run: run === null ? null : aRun({ ...run, pollAtMs: run.pollAtMs }),
    }
    return { facts, nowMs, state }
  })

test('steps always come to rest: no state keeps the workflow busy without end', () => {
  fc.assert(
    fc.property(aRandomState, fc.constantFrom('ok' as const, ...failureCodes), (born, outcome) => {
      const stub = { ...born, flowEndsAtMs: null, outcome }
      const path: string[] = []
      for (let i = 0; i < 60; i += 1) {
        const step = nextStep(stub.state, stub.nowMs)
        path.push(step.kind)
        if (step.kind === 'wait') {
          if (step.untilMs !== null) expect(step.untilMs).toBeGreaterThan(stub.nowMs)
          return
        }
        if (step.kind === 'leave') {
          // what leaves must be able to leave, or the loop would turn on the spot
          expect(hasWork(stub.state)).toBe(false)
          return
        }
        perform(stub, step)
      }
      expect.fail(`still busy: ${path.slice(-12).join(' → ')}`)
    }),
    { numRuns: 3_000 },
  )
})

test('every wait ends in a step: what is due when the time comes is done', () => {
  fc.assert(
    fc.property(aRandomState, ({ state }) => {
      const step = nextStep({ ...state, loaded: true }, start)
      if (step.kind !== 'wait' || step.untilMs === null) return
      expect(kindAt({ ...state, loaded: true }, step.untilMs)).not.toBe('wait')
    }),
  )
})
