import { randomUUID } from 'node:crypto'
import {
  ApplicationFailure,
  WithStartWorkflowOperation,
  WorkflowUpdateFailedError,
} from '@temporalio/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as messages from '../../workflows/messages.ts'
import { called, posted, reads } from './support/bank.ts'
import type { World } from './support/world.ts'
import { aFlow, aRequest, openWorld, statusOf } from './support/world.ts'
import { eventually } from '../support/eventually.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

describe('synchronize now', () => {
  test('fifty calls at once make one run, and all callers learn its id', async () => {
    const subject = await world.live()
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    subject.bank.before = async ({ name }) => {
      if (name === 'syncConnection') await held
      return undefined
    }
    const answers = await Promise.all(
      Array.from({ length: 50 }, () =>
        subject.handle.executeUpdate(messages.syncNow, { args: [aRequest()] }),
      ),
    )
    release()
    const ids = answers.map((answer) => (answer.kind === 'refused' ? 'refused' : answer.runId))
    expect(new Set(ids).size).toBe(1)
    expect(answers.filter(({ kind }) => kind === 'started')).toHaveLength(1)
    await eventually('The run ends', async () => (await statusOf(subject)).lastOutcome === 'ok')
    expect(reads(subject.bank).map(({ runId }) => runId)).toEqual([ids[0]])
  })

  test('asks the bank for a refresh first, waits for it, and reads then', async () => {
    const subject = world.arrange()
    subject.bank.polls = 3
    await world.start(subject)
    await subject.handle.executeUpdate(messages.syncNow, { args: [aRequest()] })
    await eventually('The run ends', async () => (await statusOf(subject)).lastOutcome === 'ok')
    expect(subject.bank.calls.map(({ name }) => name)).toEqual([
      'loadConnection',
      'requestRefresh',
      'pollRefresh',
      'pollRefresh',
      'pollRefresh',
      'syncConnection',
    ])
  })

  test('reads although the refresh could not be asked for', async () => {
    const subject = world.arrange()
    subject.bank.before = ({ name }) => {
      if (name !== 'requestRefresh') return undefined
      throw ApplicationFailure.nonRetryable('no refresh', 'rate_limited')
    }
    await world.start(subject)
    await subject.handle.executeUpdate(messages.syncNow, { args: [aRequest()] })
    await eventually('The run ends', async () => (await statusOf(subject)).lastOutcome === 'ok')
  })

  test('asked again with the same request gets the same answer, also after the run', async () => {
    const subject = await world.live()
    const request = aRequest()
    const ask = () => subject.handle.executeUpdate(messages.syncNow, { args: [request] })
    const first = await ask()
    expect(first).toEqual({ kind: 'started', runId: request.requestId })
    await eventually('The run ends', async () => (await statusOf(subject)).lastOutcome === 'ok')
    expect(await ask()).toEqual(first)
    expect(reads(subject.bank)).toHaveLength(1)
  })

  test('starts the workflow where none runs, and answers from what is known', async () => {
    const { workflowId, tenantId, connectionId, bank } = world.arrange()
    const startWorkflowOperation = new WithStartWorkflowOperation('connection', {
      workflowId,
      taskQueue: 'connections',
      workflowIdConflictPolicy: 'USE_EXISTING',
      args: [{ tenantId, connectionId }],
    })
    const answer = await world.client.workflow.executeUpdateWithStart(messages.syncNow, {
      startWorkflowOperation,
      args: [aRequest()],
    })
    expect(answer.kind).toBe('started')
    await eventually('The read', () => reads(bank).length === 1)
  })

  test('is answered before a workflow ends that finds no connection', async () => {
    const { workflowId, tenantId, connectionId, bank, handle } = world.arrange()
    bank.facts = null
    const startWorkflowOperation = new WithStartWorkflowOperation('connection', {
      workflowId,
      taskQueue: 'connections',
      workflowIdConflictPolicy: 'USE_EXISTING',
      args: [{ tenantId, connectionId }],
    })
    const answer = await world.client.workflow.executeUpdateWithStart(messages.syncNow, {
      startWorkflowOperation,
      args: [aRequest()],
    })
    expect(answer).toEqual({ kind: 'refused', why: 'not_connected', until: null })
    await handle.result()
  })

  test.each([
    ['not_connected', { state: 'not_connected', generation: 0, chosenAccounts: 0 }],
    ['blocked', { pauses: ['block'] }],
    ['consent', { state: 'disconnected', awaiting: 'consent', disconnectReason: 'consent' }],
    ['disconnected', { state: 'disconnected', disconnectReason: 'gone' }],
    ['disconnected', { state: 'disconnected', disconnectReason: 'user' }],
    [
      'credentials',
      { state: 'error', awaiting: 'credentials', failureCode: 'credentials_invalid' },
    ],
    ['account_choice', { awaiting: 'account_choice', chosenAccounts: 0 }],
  ] as const)('is refused with the reason: %s', async (why, facts) => {
    const subject = await world.live({
      ...facts,
      pauses: 'pauses' in facts ? [...facts.pauses] : [],
    })
    const answer = await subject.handle.executeUpdate(messages.syncNow, { args: [aRequest()] })
    expect(answer).toEqual({ kind: 'refused', why, until: null })
    expect(reads(subject.bank)).toEqual([])
  })

  test.each([
    [
      'in an error that the bank must solve',
      { state: 'error', failureCode: 'action_required_at_institution' },
    ],
    [
      'after automatic fetching was stopped',
      { state: 'error', failureCode: 'defect', pauses: ['failures'] },
    ],
    ['with automatic synchronization off', { autoSync: false }],
    ['where the bank forbids automatic fetching', { unattendedAllowed: false }],
    ['while one of the accounts waits for credentials', { awaiting: 'credentials' }],
    ['while a code is asked for', { awaiting: 'mfa' }],
  ] as const)('works %s', async (_when, facts) => {
    const subject = await world.live({
      ...facts,
      pauses: 'pauses' in facts ? [...facts.pauses] : [],
    })
    await subject.handle.executeUpdate(messages.syncNow, { args: [aRequest()] })
    await eventually('The read', async () => (await statusOf(subject)).lastOutcome === 'ok')
    expect(await statusOf(subject)).toMatchObject({ state: 'connected', awaiting: 'nothing' })
  })
})

describe('a first link', () => {
  test('is begun, completed and chosen from, and then the first run follows', async () => {
    const subject = world.arrange({
      state: 'not_connected',
      generation: 0,
      chosenAccounts: 0,
      consentExpiresAtMs: null,
    })
    subject.bank.undecided = 2
    await world.start(subject)
    const flow = aFlow()
    const { handle, bank } = subject
    expect(await handle.executeUpdate(messages.beginLink, { args: [flow] })).toEqual(flow)
    await eventually('The flow is open', () => bank.flows.has(flow.flowId))
    expect(await handle.executeUpdate(messages.completeLink, { args: [flow] })).toEqual(flow)
    await eventually('The link', async () => (await statusOf(subject)).state === 'connected')
    expect(await statusOf(subject)).toMatchObject({ awaiting: 'account_choice', nextSyncAt: null })
    const choices = [{ accountId: randomUUID(), chosen: true, journalRef: 'BNK1' }]
    await handle.executeUpdate(messages.chooseAccounts, { args: [{ ...aRequest(), choices }] })
    await eventually('The first run', async () => (await statusOf(subject)).lastOutcome === 'ok')
    expect(reads(bank).map(({ cause }) => cause)).toEqual(['first'])
    expect((await statusOf(subject)).nextSyncAt).not.toBeNull()
    expect(posted(bank)).toEqual(['state.changed', 'accounts.chosen', 'sync.done'])
  })

  test('that fails at the provider ends its flow, and the next one works', async () => {
    const subject = world.arrange({ state: 'not_connected', generation: 0, chosenAccounts: 0 })
    const [first, second] = [aFlow(), aFlow()]
    subject.bank.before = ({ name, flowId }) => {
      if (name !== 'beginFlow' || flowId !== first.flowId) return undefined
      throw ApplicationFailure.nonRetryable('x', 'operator_misconfigured')
    }
    await world.start(subject)
    await subject.handle.executeUpdate(messages.beginLink, { args: [first] })
    await eventually('The failure is recorded', () => called(subject.bank, 'failFlow').length === 1)
    await subject.handle.executeUpdate(messages.beginLink, { args: [second] })
    await eventually('The second flow', () => subject.bank.flows.has(second.flowId))
  })

  test('is completed by the signal of an ERP as well, in the same workflow', async () => {
    const subject = await world.live({ consentExpiresAtMs: null })
    const run = (await subject.handle.describe()).runId
    const flow = aFlow()
    await subject.handle.executeUpdate(messages.beginRenewal, { args: [flow] })
    await subject.handle.signal(messages.credentialsUpdated, { flowId: flow.flowId.toUpperCase() })
    await eventually('The renewal is read', () => reads(subject.bank).length === 1)
    expect(reads(subject.bank)[0]?.cause).toBe('renewal')
    expect((await subject.handle.describe()).runId).toBe(run)
    expect(posted(subject.bank)).toContain('connection.renewed')
  })
})

describe('a consent that has expired', () => {
  test('waits for its person and goes on in the same workflow after the renewal', async () => {
    const subject = await world.live({ nextSyncAtMs: Date.now() })
    const { bank, handle } = subject
    bank.before = ({ name }) =>
      name === 'syncConnection' && reads(bank).length === 1
        ? { code: 'consent_expired', scope: 'connection' }
        : undefined
    await eventually(
      'The end of the consent',
      async () => (await statusOf(subject)).state === 'disconnected',
    )
    expect(await statusOf(subject)).toMatchObject({
      awaiting: 'consent',
      failureCode: 'consent_expired',
      nextSyncAt: null,
    })
    const run = (await handle.describe()).runId
    const flow = aFlow()
    await handle.executeUpdate(messages.beginRenewal, { args: [flow] })
    await handle.executeUpdate(messages.completeLink, { args: [flow] })
    await eventually('The renewal', async () => (await statusOf(subject)).lastOutcome === 'ok')
    expect(await statusOf(subject)).toMatchObject({
      state: 'connected',
      awaiting: 'nothing',
      autoSync: true,
    })
    expect((await handle.describe()).runId).toBe(run)
    expect(
      reads(bank)
        .map(({ cause }) => cause)
        .slice(1),
    ).toEqual(['renewal'])
  })
})

describe('other commands', () => {
  test('switch automatic synchronization off and on', async () => {
    const subject = await world.live()
    const set = (enabled: boolean) =>
      subject.handle.executeUpdate(messages.setAutoSync, { args: [{ ...aRequest(), enabled }] })
    await set(false)
    await eventually('Off', async () => !(await statusOf(subject)).autoSync)
    expect((await statusOf(subject)).nextSyncAt).toBeNull()
    await set(true)
    await eventually('On', async () => (await statusOf(subject)).nextSyncAt !== null)
  })

  test('look for accounts', async () => {
    const subject = await world.live()
    await subject.handle.executeUpdate(messages.refreshAccounts, { args: [aRequest()] })
    await eventually('The look', () => called(subject.bank, 'refreshAccounts').length === 1)
  })

  test('are forgotten when they cannot be done, and the next ones are done', async () => {
    const subject = world.arrange()
    subject.bank.before = ({ name }) => {
      if (!['setAutoSync', 'chooseAccounts', 'refreshAccounts', 'noteRefusal'].includes(name))
        return undefined
      throw ApplicationFailure.nonRetryable('never', 'defect')
    }
    await world.start(subject)
    const { handle } = subject
    const choices = [{ accountId: randomUUID(), chosen: true }]
    await handle.executeUpdate(messages.setAutoSync, { args: [{ ...aRequest(), enabled: false }] })
    await handle.executeUpdate(messages.chooseAccounts, { args: [{ ...aRequest(), choices }] })
    await handle.executeUpdate(messages.refreshAccounts, { args: [aRequest()] })
    await handle.signal('nonsense')
    await handle.executeUpdate(messages.syncNow, { args: [aRequest()] })
    await eventually('The run', async () => (await statusOf(subject)).lastOutcome === 'ok')
  })

  test.each([
    ['syncNow', {}],
    ['syncNow', { requestId: 'x' }],
    ['syncNow', null],
    ['beginLink', { flowId: 7 }],
    ['completeLink', []],
    ['disconnect', {}],
    ['setAutoSync', { requestId: randomUUID() }],
    ['setAutoSync', { requestId: randomUUID(), enabled: 'off' }],
    ['chooseAccounts', { requestId: randomUUID(), choices: [] }],
    ['chooseAccounts', { requestId: randomUUID(), choices: [{ accountId: 'x', chosen: true }] }],
    ['chooseAccounts', { requestId: randomUUID(), choices: [{ accountId: randomUUID() }] }],
    [
      'chooseAccounts',
      {
        requestId: randomUUID(),
        choices: [{ accountId: randomUUID(), chosen: true, journalRef: 'x'.repeat(101) }],
      },
    ],
    [
      'chooseAccounts',
      {
        requestId: randomUUID(),
        choices: Array.from({ length: 201 }, () => ({ accountId: randomUUID(), chosen: true })),
      },
    ],
    ['noSuchUpdate', {}],
  ] as [string, unknown][])(
    'that are malformed are refused and leave no trace: %s, case %#',
    async (name, input) => {
      const subject = await world.live()
      await eventually('Loaded', async () => (await statusOf(subject)).nextSyncAt !== null)
      await expect(subject.handle.executeUpdate(name, { args: [input] })).rejects.toThrow(
        WorkflowUpdateFailedError,
      )
      const { events = [] } = await subject.handle.fetchHistory()
      expect(events?.some((event) => event.workflowExecutionUpdateAcceptedEventAttributes)).toBe(
        false,
      )
    },
  )

  test('keep only what is known of a choice', async () => {
    const subject = await world.live()
    const accountId = randomUUID().toUpperCase()
    const choices = [{ accountId, chosen: true, secret: 'x'.repeat(10_000) }]
    await subject.handle.executeUpdate(messages.chooseAccounts, {
      args: [{ ...aRequest(), choices }],
    })
    await eventually('The choice', () => called(subject.bank, 'chooseAccounts').length === 1)
    expect(called(subject.bank, 'chooseAccounts')[0]).toMatchObject({
      choices: [{ accountId: accountId.toLowerCase(), chosen: true }],
    })
    expect(JSON.stringify(called(subject.bank, 'chooseAccounts'))).not.toContain('xxx')
  })
})
