import { randomUUID } from 'node:crypto'
import { ApplicationFailure, WorkflowFailedError } from '@temporalio/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { failureCodes, reactions } from '../../domain/failure.ts'
import * as messages from '../../workflows/messages.ts'
import { day } from '../domain/support/facts.ts'
import { called, posted, reads } from './support/bank.ts'
import type { Subject, World } from './support/world.ts'
import { eventually } from '../support/eventually.ts'
import {
  aFlow,
  aRequest,
  currentRunOf,
  openWorld,
  statusOf,
  untilStopped,
} from './support/world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

/** So short that the workflow hands itself over every few seconds. */
const hurried = { intervalMs: 150 }
const runsOf = ({ bank }: Subject): number => reads(bank).length
const syncNow = (subject: Subject, request = aRequest()) =>
  subject.handle.executeUpdate(messages.syncNow, { args: [request] })

describe('continuing as new', () => {
  test('loses no message: a hundred rounds of updates and signals across several workflow runs', async () => {
    const subject = await world.live(hurried)
    const seen = new Set<string>()
    const answered = new Set<string>()
    for (let i = 0; i < 100; i += 1) {
      const [answer] = await Promise.all([
        syncNow(subject),
        subject.handle.executeUpdate(messages.setAutoSync, {
          args: [{ ...aRequest(), enabled: i % 2 === 0 }],
        }),
        subject.handle.signal(messages.providerEvent, { kind: 'settings' }),
        subject.handle.signal(`noSuchSignal${i}`, i),
      ])
      answered.add(answer.kind === 'refused' ? 'refused' : answer.runId)
      seen.add(await currentRunOf(subject))
      // a pause of one answer: it leaves in exactly these, and the next messages meet it leaving
      if (i % 2 === 1)
        await eventually('Quiet', async () => (await statusOf(subject)).runId === null)
    }
    await eventually('The last run', async () => (await statusOf(subject)).runId === null)
    const ended = new Set(subject.bank.ended.keys())
    expect([...answered].filter((runId) => !ended.has(runId))).toEqual([])
    await eventually('The last wish', async () => !(await statusOf(subject)).autoSync)
    expect(posted(subject.bank)).toContain('signal.refused')
    expect(seen.size).toBeGreaterThanOrEqual(3)
  })

  test('answers a repeated request as the workflow run before it did', async () => {
    const subject = await world.live({ ...hurried, nextSyncAtMs: Date.now() })
    const request = aRequest()
    const first = await syncNow(subject, request)
    const run = await currentRunOf(subject)
    await eventually('The next workflow run', async () => (await currentRunOf(subject)) !== run)
    expect(await syncNow(subject, request)).toEqual(first)
    const times = reads(subject.bank).filter(({ runId }) => runId === request.requestId)
    expect(times.length).toBeLessThanOrEqual(1)
  })

  test('keeps the slots where they are and writes the search attributes once', async () => {
    const subject = await world.live({ intervalMs: 300, nextSyncAtMs: Date.now() })
    const run = await currentRunOf(subject)
    await eventually('The next workflow run', async () => (await currentRunOf(subject)) !== run)
    await eventually('More runs', () => runsOf(subject) > 18)
    const { events } = await subject.handle.fetchHistory()
    expect(events?.filter((event) => event.upsertWorkflowSearchAttributesEventAttributes)).toEqual(
      [],
    )
    const before = await world.client.workflow.getHandle(subject.workflowId, run).fetchHistory()
    expect(
      before.events?.filter((event) => event.upsertWorkflowSearchAttributesEventAttributes),
    ).toHaveLength(1)
    expect(
      new Set(
        reads(subject.bank)
          .slice(1)
          .map(({ cause }) => cause),
      ),
    ).toEqual(new Set(['scheduled']))
  })

  test('never comes while a run is going on', async () => {
    const subject = world.arrange({ ...hurried, nextSyncAtMs: Date.now() })
    subject.bank.before = async ({ name }) => {
      if (name === 'syncConnection' && runsOf(subject) === 14) await untilStopped()
      return undefined
    }
    await world.start(subject)
    await eventually('The fourteenth run', () => runsOf(subject) === 14)
    expect(await syncNow(subject)).toMatchObject({ kind: 'joined' })
    await subject.handle.executeUpdate(messages.disconnect, { args: [aRequest()] })
    await subject.handle.result()
  })
})

describe('a failing read', () => {
  test.each(failureCodes)(
    '(%s, thrown until it is given up) becomes state, and the loop goes on',
    async (code) => {
      const subject = world.arrange({ nextSyncAtMs: Date.now() })
      subject.bank.before = ({ name }) => {
        if (name === 'syncConnection' && runsOf(subject) === 1)
          throw ApplicationFailure.create({ message: code, type: code, nonRetryable: true })
        return undefined
      }
      await world.start(subject)
      await eventually(
        'The failure',
        async () => (await statusOf(subject)).lastOutcome === 'failed',
      )
      await eventually('The record', () => called(subject.bank, 'recordFailure').length === 1)
      await eventually('The state', async () => (await statusOf(subject)).failureCode === code)
      const flow = aFlow()
      await subject.handle.executeUpdate(messages.beginRenewal, { args: [flow] })
      await subject.handle.executeUpdate(messages.completeLink, { args: [flow] })
      await eventually('The renewal', async () => (await statusOf(subject)).lastOutcome === 'ok')
      expect(await statusOf(subject)).toMatchObject({ state: 'connected', failureCode: null })
    },
  )

  test('is tried again by its activity only where that can help', async () => {
    const tried = await Promise.all(
      failureCodes.map(async (code) => {
        const subject = world.arrange({ nextSyncAtMs: Date.now() })
        subject.bank.before = ({ name }) => {
          if (name === 'syncConnection' && runsOf(subject) === 1)
            throw ApplicationFailure.create({ message: code, type: code, nextRetryDelay: 10 })
          return undefined
        }
        await world.start(subject)
        await eventually('An outcome', async () => (await statusOf(subject)).lastOutcome !== null)
        return [code, (await statusOf(subject)).lastOutcome === 'ok'] as const
      }),
    )
    // of a rate limit only a short wait is thrown; a long one is an answer
    for (const [code, isRetried] of tried)
      expect([code, isRetried]).toEqual([
        code,
        reactions[code].retriedByActivity || code === 'rate_limited',
      ])
  })

  test('that is an outage ends after eight tries, and the next one is planned', async () => {
    const subject = world.arrange({ nextSyncAtMs: Date.now() })
    subject.bank.before = ({ name }) => {
      if (name !== 'syncConnection') return undefined
      throw ApplicationFailure.create({ message: 'x', type: 'transient', nextRetryDelay: 10 })
    }
    await world.start(subject)
    await eventually('The record', () => called(subject.bank, 'recordFailure').length === 1)
    expect(runsOf(subject)).toBe(8)
    await eventually('The plan', async () => {
      const { nextSyncAt, state } = await statusOf(subject)
      return state === 'connected' && Date.parse(nextSyncAt ?? '') > Date.now()
    })
  })

  test('with words nobody knows is a defect', async () => {
    const subject = world.arrange({ nextSyncAtMs: Date.now() })
    subject.bank.before = ({ name }) => {
      if (name !== 'syncConnection') return undefined
      throw ApplicationFailure.nonRetryable('boom', 'SomethingElse')
    }
    await world.start(subject)
    await eventually('The state', async () => (await statusOf(subject)).failureCode === 'defect')
  })
})

describe('the end of a workflow', () => {
  test('comes at once where there is no such connection', async () => {
    const subject = world.arrange()
    subject.bank.facts = null
    await world.start(subject)
    await subject.handle.result()
  })

  test('comes with the removal of a connection that was never finished', async () => {
    const subject = await world.live({
      state: 'not_connected',
      generation: 0,
      chosenAccounts: 0,
      createdAtMs: Date.now() - 31 * day,
    })
    await subject.handle.result()
    expect(called(subject.bank, 'removeConnection')).toHaveLength(1)
  })

  test.each([
    ['nothing', []],
    ['null', [null]],
    ['a number', [42]],
    ['no ids', [{}]],
    ['an id that is none', [{ tenantId: 'x', connectionId: 'y' }]],
  ] as [string, unknown[]][])(
    'comes with a sentence when it is started with %s',
    async (_what, args) => {
      const handle = await world.client.workflow.start('connection', {
        workflowId: `connection/${randomUUID()}`,
        taskQueue: 'connections',
        args,
      })
      const error = await handle.result().catch((cause: unknown) => cause)
      expect(error).toBeInstanceOf(WorkflowFailedError)
      expect((error as WorkflowFailedError).cause?.message).toBe(
        'the input must be { tenantId, connectionId }, both uuids',
      )
    },
  )

  test('comes with a sentence under a wrong workflow id', async () => {
    const { tenantId, connectionId, workflowId } = world.arrange()
    const handle = await world.client.workflow.start('connection', {
      workflowId: 'my-connection',
      taskQueue: 'connections',
      args: [{ tenantId, connectionId }],
    })
    const error = await handle.result().catch((cause: unknown) => cause)
    expect((error as WorkflowFailedError).cause?.message).toBe(
      `the workflow of this connection has the id ${workflowId}`,
    )
  })

  test('is not brought about by a state that somebody made up', async () => {
    const subject = world.arrange()
    const { workflowId, tenantId, connectionId } = subject
    await world.client.workflow.start('connection', {
      workflowId,
      taskQueue: 'connections',
      args: [{ tenantId, connectionId, carried: { refusals: 7, choices: null } }],
    })
    expect(await syncNow(subject)).toMatchObject({ kind: 'started' })
  })

  test.each([
    ['while it waits', {}],
    ['while it reads what is due', { nextSyncAtMs: Date.now() }],
  ])('comes when an operator cancels it %s', async (_when, facts) => {
    const subject = world.arrange(facts)
    subject.bank.before = ({ name }) => (name === 'syncConnection' ? untilStopped() : undefined)
    await world.start(subject)
    const isThere = async () =>
      'nextSyncAtMs' in facts
        ? runsOf(subject) === 1
        : (await statusOf(subject)).nextSyncAt !== null
    await eventually('What it is to be cancelled in', isThere)
    await subject.handle.cancel()
    await expect(subject.handle.result()).rejects.toThrow(WorkflowFailedError)
    expect((await subject.handle.describe()).status.name).toBe('CANCELLED')
  })

  test('comes when an operator cancels a disconnection that stopped a reading', async () => {
    const subject = world.arrange()
    subject.bank.before = ({ name }) =>
      name === 'syncConnection' || name === 'revokeConsent' ? untilStopped() : undefined
    await world.start(subject)
    await syncNow(subject)
    await eventually('The reading', () => runsOf(subject) === 1)
    await Promise.all([
      subject.handle.executeUpdate(messages.disconnect, { args: [aRequest()] }),
      subject.handle.cancel(),
    ])
    await eventually(
      'The end',
      async () => (await subject.handle.describe()).status.name === 'CANCELLED',
    )
  })
})

describe('the cost of waiting', () => {
  test('is at most eleven events of history for a cycle in which nothing happens', async () => {
    const subject = await world.live({ intervalMs: 1_000, nextSyncAtMs: Date.now() })
    await eventually('Six runs', () => runsOf(subject) >= 6)
    const { events } = await subject.handle.fetchHistory()
    const scheduled = (events ?? [])
      .map((event, index) => (event.activityTaskScheduledEventAttributes ? index : -1))
      .filter((index) => index >= 0)
    // the first two are what is known and the first read
    const cycles = scheduled.slice(2).map((index, i) => index - (scheduled[i + 1] ?? 0))
    expect(cycles.length).toBeGreaterThanOrEqual(4)
    expect(Math.max(...cycles)).toBeLessThanOrEqual(11)
  })

  test('is bounded when a thousand signals come at once', async () => {
    const subject = await world.live()
    await eventually('Loaded', async () => (await statusOf(subject)).nextSyncAt !== null)
    await Promise.all(
      Array.from({ length: 1_000 }, (_, i) =>
        i % 2 === 0
          ? subject.handle.signal(messages.providerEvent, { kind: 'transactions' })
          : subject.handle.signal(messages.providerEvent, 'x'.repeat(50)),
      ),
    )
    await eventually('All is quiet', async () => {
      const { runId } = await statusOf(subject)
      return runId === null && (await syncNow(subject)).kind !== 'refused'
    })
    const { events } = await subject.handle.fetchHistory()
    // a signal is one event and at most its share of a workflow task; no read of its own
    expect(events?.length).toBeLessThan(4_000)
    expect(runsOf(subject)).toBeLessThan(5)
  })
})

describe('a step that waits for a provider', () => {
  test('has an end, also in the queue of a provider that no worker serves', async () => {
    const subject = await world.live({ provider: 'nobody' })
    await subject.handle.executeUpdate(messages.beginRenewal, { args: [aFlow()] })
    await eventually('The step', async () => {
      const { events } = await subject.handle.fetchHistory()
      const scheduled = events
        ?.map((event) => event.activityTaskScheduledEventAttributes)
        .find((step) => step?.activityType?.name === 'beginFlow')
      return Number(scheduled?.scheduleToCloseTimeout?.seconds) === 15 * 60
    })
    await subject.handle.terminate()
  })
})

describe('what support sees', () => {
  const attributesOf = async ({ handle }: Subject) => {
    const { typedSearchAttributes } = await handle.describe()
    return Object.fromEntries(
      typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]),
    )
  }

  test('follows every change of state, and only changes are written', async () => {
    const subject = world.arrange({ nextSyncAtMs: Date.now() })
    subject.bank.before = ({ name }) =>
      name === 'syncConnection' && runsOf(subject) === 2
        ? { code: 'credentials_invalid', scope: 'connection' }
        : undefined
    await world.start(subject)
    const tenant = { Provider: 'ponto', TenantId: subject.tenantId }
    await eventually('The first run', async () => (await statusOf(subject)).lastOutcome === 'ok')
    expect(await attributesOf(subject)).toMatchObject({ ...tenant, ConnectionState: 'connected' })
    await syncNow(subject)
    await eventually('The failure', async () => (await statusOf(subject)).state === 'error')
    expect(await attributesOf(subject)).toMatchObject({
      ...tenant,
      ConnectionState: 'error',
      FailureCode: 'credentials_invalid',
    })
    const { events } = await subject.handle.fetchHistory()
    expect(
      events?.filter((event) => event.upsertWorkflowSearchAttributesEventAttributes),
    ).toHaveLength(2)
  })

  test('says in words what the workflow is and waits for', async () => {
    const subject = await world.live({
      awaiting: 'mfa',
      autoSync: false,
      failureCode: 'mfa_required',
    })
    await eventually('Loaded', async () => !(await statusOf(subject)).autoSync)
    const metadata = await subject.handle.query<{ currentDetails?: string }>(
      '__temporal_workflow_metadata',
    )
    expect(metadata.currentDetails).toContain('**connected**, waits for: mfa')
    expect(metadata.currentDetails).toContain('Last failure: `mfa_required`')
    expect(metadata.currentDetails).toContain('Automatic synchronization: off')
    expect(metadata.currentDetails).toContain('Next synchronization: none planned')
  })

  test('names what a timer is for', async () => {
    const subject = await world.live()
    await eventually('A timer', async () => {
      const { events } = await subject.handle.fetchHistory()
      const timer = events?.find((event) => event.timerStartedEventAttributes)
      const summary = timer?.userMetadata?.summary?.data
      return summary ? Buffer.from(summary).toString() === '"next synchronization"' : false
    })
  })
})
