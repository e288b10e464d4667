import { ApplicationFailure, WithStartWorkflowOperation } from '@temporalio/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as messages from '../../workflows/messages.ts'
import { called, posted, reads } from './support/bank.ts'
import type { Subject, World } from './support/world.ts'
import { aFlow, aRequest, openWorld, statusOf, untilStopped } from './support/world.ts'
import { eventually } from '../support/eventually.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

describe('disconnect', () => {
  const disconnect = (subject: Subject) =>
    subject.handle.executeUpdate(messages.disconnect, { args: [aRequest()] })

  test('withdraws the consent, closes our books and ends the workflow', async () => {
    const subject = await world.live()
    await disconnect(subject)
    await subject.handle.result()
    expect(subject.bank.calls.map(({ name }) => name)).toEqual([
      'loadConnection',
      'revokeConsent',
      'disconnectConnection',
    ])
    expect(subject.bank.facts).toMatchObject({ state: 'disconnected', disconnectReason: 'user' })
  })

  test('stops the reading in hand; nothing is read after it', async () => {
    const subject = world.arrange()
    const { bank } = subject
    bank.before = ({ name }) => (name === 'syncConnection' ? untilStopped() : undefined)
    await world.start(subject)
    await subject.handle.executeUpdate(messages.syncNow, { args: [aRequest()] })
    await eventually('The reading', () => reads(bank).length === 1)
    await disconnect(subject)
    await subject.handle.result()
    expect(reads(bank)).toHaveLength(1)
    expect(called(bank, 'recordFailure')).toEqual([])
  })

  test('is done although the provider cannot be told, and says so', async () => {
    const subject = world.arrange()
    subject.bank.before = ({ name }) => {
      if (name !== 'revokeConsent') return undefined
      throw ApplicationFailure.nonRetryable('away', 'provider_unavailable')
    }
    await world.start(subject)
    await disconnect(subject)
    await subject.handle.result()
    expect(posted(subject.bank)).toEqual(['consent.not_revoked', 'state.changed'])
  })

  test('refuses to read from the moment on at which it was asked for', async () => {
    const subject = world.arrange()
    let release = () => {}
    const held = new Promise<undefined>((resolve) => {
      release = () => resolve(undefined)
    })
    subject.bank.before = ({ name }) => (name === 'revokeConsent' ? held : undefined)
    await world.start(subject)
    await disconnect(subject)
    const answer = await subject.handle.executeUpdate(messages.syncNow, { args: [aRequest()] })
    expect(answer).toMatchObject({ kind: 'refused', why: 'disconnected' })
    release()
    await subject.handle.result()
    expect(reads(subject.bank)).toEqual([])
  })

  test('drops the pages that were asked for before and have not begun, and no later one', async () => {
    const subject = world.arrange()
    const { promise: held, resolve: release } = Promise.withResolvers<undefined>()
    subject.bank.before = ({ name }) =>
      name === 'syncConnection' || name === 'revokeConsent' ? held : undefined
    await world.start(subject)
    await subject.handle.executeUpdate(messages.syncNow, { args: [aRequest()] })
    await eventually('The reading', () => reads(subject.bank).length === 1)
    const [before, after] = [aFlow(), aFlow()]
    await subject.handle.executeUpdate(messages.beginRenewal, { args: [before] })
    await disconnect(subject)
    await subject.handle.executeUpdate(messages.reconnect, { args: [after] })
    release(undefined)
    await eventually('The page', () => called(subject.bank, 'beginFlow').length === 1)
    expect(called(subject.bank, 'disconnectConnection')).toMatchObject([
      { droppedFlows: [before.flowId] },
    ])
    expect(called(subject.bank, 'beginFlow')).toMatchObject([after])
  })

  test('and reconnect: an update starts the workflow anew under its id, and the link flow brings it back', async () => {
    const subject = await world.live()
    await disconnect(subject)
    await subject.handle.result()
    const flow = aFlow()
    const { workflowId, tenantId, connectionId, bank } = subject
    await world.client.workflow.executeUpdateWithStart(messages.reconnect, {
      startWorkflowOperation: new WithStartWorkflowOperation('connection', {
        workflowId,
        taskQueue: 'connections',
        workflowIdConflictPolicy: 'USE_EXISTING',
        args: [{ tenantId, connectionId }],
      }),
      args: [flow],
    })
    await eventually('The flow is open', () => bank.flows.has(flow.flowId))
    await subject.handle.executeUpdate(messages.completeLink, { args: [flow] })
    await eventually('The first read', () => reads(bank).length === 1)
    expect(await statusOf(subject)).toMatchObject({ state: 'connected' })
  })
})
