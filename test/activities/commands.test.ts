import { randomUUID } from 'node:crypto'
import { sql } from 'slonik'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import * as webhooks from '../../db/queries/webhooks.ts'
import { thrownBy } from './support/outcome.ts'
import type { Scene } from './support/scene.ts'
import { openScene } from './support/scene.ts'
import type { Subject } from './support/subject.ts'
import { aLinkedSubject, aSubject } from './support/subject.ts'

let scene: Scene
beforeAll(async () => {
  scene = await openScene()
})
afterAll(() => scene.close())
beforeEach(() => scene.reset())

describe('a disconnection', () => {
  const revoke = ({ at }: Subject) =>
    scene.run('revokeConsent', { ...at(), requestId: randomUUID() })

  const close = (
    subject: Subject,
    more: { revoked?: boolean; runId?: string; droppedFlows?: string[] } = {},
  ) =>
    scene.run('disconnectConnection', {
      ...subject.at(),
      requestId: randomUUID(),
      revoked: true,
      runId: null,
      ...more,
    })

  const asked = async () => (await scene.requests()).map(({ endpoint }) => endpoint)

  const organizations = async () => (await scene.sim('GET', '/__sim/organizations')).organizations

  test('withdraws the consent at Ponto, and again without harm', async () => {
    const subject = await aLinkedSubject(scene)
    await revoke(subject)
    expect(await organizations()).toEqual([])
    await revoke(subject)
  })

  test('forgets the secret and the ways of webhooks, and keeps lines and journals', async () => {
    const subject = await aLinkedSubject(scene)
    await subject.sync()
    const [lines, accounts] = [await subject.feed(), await subject.accounts()]
    await close(subject)
    expect(await subject.secret()).toBeNull()
    const { providerAccountId } = accounts[0]!
    const routes = await webhooks.routes(scene.pool, 'ponto', [providerAccountId])
    expect(routes.filter(({ tenantId }) => tenantId === subject.tenantId)).toEqual([])
    expect(await subject.feed()).toEqual(lines)
    expect((await subject.accounts()).map(({ journalRef }) => journalRef)).toEqual(
      accounts.map(({ journalRef }) => journalRef),
    )
    expect(await subject.view()).toMatchObject({
      state: 'disconnected',
      disconnectReason: 'user',
      awaiting: 'nothing',
      nextSyncAtMs: null,
    })
  })

  test('ends the run under way, and what that run still says does not open it again', async () => {
    const subject = await aLinkedSubject(scene)
    const runId = randomUUID()
    scene.onReach(async (point) => {
      if (point === 'read.before-store') await close(subject, { runId })
    })
    await subject.sync({ runId })
    expect(await subject.view()).toMatchObject({ state: 'disconnected', disconnectReason: 'user' })
    expect(await subject.runOf(runId)).toMatchObject({ outcome: 'stopped', failureCode: null })
    expect(await subject.codes()).not.toContain('sync.done')
  })

  test('is not undone by a run that nobody ended', async () => {
    const subject = await aLinkedSubject(scene)
    scene.onReach(async (point) => {
      if (point === 'read.before-store') await close(subject)
    })
    await subject.sync()
    expect(await subject.view()).toMatchObject({ state: 'disconnected', disconnectReason: 'user' })
    expect(await subject.codes()).not.toContain('sync.done')
  })

  test('says so when the consent could not be withdrawn', async () => {
    const subject = await aLinkedSubject(scene)
    await close(subject, { revoked: false })
    expect(await subject.codes()).toContain('consent.not_revoked')
    expect(await subject.secret()).toBeNull()
  })

  test('waits while Ponto does not answer', async () => {
    const subject = await aLinkedSubject(scene)
    await scene.failNext({ endpoint: 'integration', status: 503 })
    expect(await thrownBy(revoke(subject))).toMatchObject({ type: 'provider_unavailable' })
    expect(await organizations()).toHaveLength(1)
  })

  test('is not told as done where Ponto refuses it for a reason of ours, such as wrong keys', async () => {
    const subject = await aLinkedSubject(scene)
    await scene.failNext({ endpoint: 'integration', status: 403, times: 5 })
    expect(await thrownBy(revoke(subject))).toMatchObject({ nonRetryable: true })
    expect(await organizations()).toHaveLength(1)
  })

  test('of a connection that was never linked asks nobody', async () => {
    const subject = await aSubject(scene)
    await revoke(subject)
    expect(await scene.requests()).toEqual([])
  })

  test('ends the pages that are open, so that finishing one later does not undo it', async () => {
    const subject = await aSubject(scene)
    const flow = await subject.begin()
    await close(subject)
    expect(await subject.flow(flow.flowId)).toMatchObject({ state: 'exited', failureCode: null })
    await subject.decide(flow)
    expect(await subject.complete(flow.flowId)).toMatchObject({ linked: false })
    expect(await subject.view()).toMatchObject({ state: 'disconnected', disconnectReason: 'user' })
    expect(await subject.secret()).toBeNull()
    expect(await subject.codes()).not.toContain('link.exited')
  })

  test('withdraws a consent that is given on such a page later, once', async () => {
    const subject = await aSubject(scene)
    const flow = await subject.begin()
    await close(subject)
    await subject.decide(flow)
    await scene.sim('DELETE', '/__sim/requests')
    await subject.complete(flow.flowId)
    expect(await asked()).toContain('revoke')
    expect(await organizations()).toEqual([])
    await scene.sim('DELETE', '/__sim/requests')
    await subject.complete(flow.flowId)
    expect(await asked()).toEqual([])
    expect(await subject.codes()).not.toContain('consent.not_revoked')
  })

  test('looks no longer than the page lives', async () => {
    const subject = await aSubject(scene)
    const flow = await subject.begin()
    await close(subject)
    await subject.decide(flow)
    await subject.within((tx) =>
      tx.query(sql.unsafe`
        UPDATE link_flow SET expires_at = now() - interval '1 second', look_at = now()
        WHERE id = ${flow.flowId}`),
    )
    await scene.sim('DELETE', '/__sim/requests')
    expect((await subject.complete(flow.flowId)).snapshot).not.toHaveProperty('flowLook')
    expect(await asked()).toEqual([])
  })

  test('says so when such a consent could not be withdrawn', async () => {
    const subject = await aSubject(scene)
    const flow = await subject.begin()
    await close(subject)
    await subject.decide(flow)
    await scene.failNext({ endpoint: 'integration', status: 403, times: 5 })
    await subject.complete(flow.flowId)
    expect(await subject.codes()).toContain('consent.not_revoked')
  })

  test('is not undone by the end of a page that was being finished', async () => {
    const subject = await aSubject(scene)
    const flow = await subject.begin()
    await subject.decide(flow)
    scene.onReach(async (point) => {
      if (point === 'flow.after-exchange') await close(subject)
    })
    expect(await subject.complete(flow.flowId)).toMatchObject({ linked: false })
    expect(await subject.flow(flow.flowId)).toMatchObject({ state: 'exited' })
    expect(await subject.secret()).toBeNull()
    expect(await asked()).toContain('revoke')
    expect(await subject.view()).toMatchObject({ state: 'disconnected', disconnectReason: 'user' })
  })

  test('leaves a page alone that is asked for after it, and ends the one asked for before', async () => {
    const subject = await aLinkedSubject(scene)
    const before = await subject.requestFlow('renewal')
    const after = await subject.requestFlow('reconnect')
    await close(subject, { droppedFlows: [before] })
    expect(await subject.flow(before)).toMatchObject({ state: 'exited' })
    expect(await subject.flow(after)).toMatchObject({ state: 'requested' })
  })
})

describe('the choice of accounts', () => {
  test('is made once, named after who made it, and repeated without harm', async () => {
    const subject = await aSubject(scene)
    await subject.link()
    const requestId = randomUUID()
    await subject.keepPerson(requestId, { name: 'Ann', ip: '192.0.2.1' })
    const [first, second] = await subject.accounts()
    const choices = [
      { accountId: first!.id, chosen: true, journalRef: 'BNK1' },
      { accountId: second!.id, chosen: false },
    ]
    const input = { ...subject.at(), requestId, choices }
    expect(await scene.run('chooseAccounts', input)).toMatchObject({
      newlyChosen: 1,
      snapshot: { awaiting: 'nothing', chosenAccounts: 1 },
    })
    expect((await scene.run('chooseAccounts', input)).newlyChosen).toBe(0)
    const told = (await subject.messages()).filter(({ code }) => code === 'accounts.chosen')
    expect(told).toMatchObject([{ author: { name: 'Ann' }, params: { n: 1 } }])
  })

  test('of an account that somebody else reaches changes nothing', async () => {
    const [one, other] = [await aLinkedSubject(scene), await aSubject(scene)]
    const [account] = await one.accounts()
    await scene.run('chooseAccounts', {
      ...other.at(),
      requestId: randomUUID(),
      choices: [{ accountId: account!.id, chosen: false, journalRef: 'stolen' }],
    })
    expect((await one.accounts())[0]).toMatchObject({
      chosen: true,
      journalRef: account!.journalRef,
    })
  })
})

describe('a look at the provider', () => {
  test('finds accounts that were added there, and asks which are wanted', async () => {
    const subject = await aLinkedSubject(scene)
    const [first] = await subject.accounts()
    await scene.sim('POST', '/__sim/drop', { what: 'account', account: first!.providerAccountId })
    const input = { ...subject.at(), requestId: randomUUID() }
    await scene.run('refreshAccounts', input)
    const gone = (await subject.accounts()).filter(({ goneAt }) => goneAt !== null)
    expect(gone.map(({ id }) => id)).toEqual([first!.id])
    const events = await subject.events()
    await scene.run('refreshAccounts', input)
    expect(await subject.events()).toEqual(events)
  })

  test('ends an error that was repaired elsewhere, without reading lines', async () => {
    const subject = await aLinkedSubject(scene)
    await scene.failNext({ endpoint: 'accounts', status: 400, code: 'neverSeen' })
    await subject.sync()
    expect(await subject.view()).toMatchObject({ state: 'error' })
    await scene.sim('DELETE', '/__sim/requests')
    expect(await scene.run('lookAtConnection', subject.at())).toMatchObject({ state: 'connected' })
    expect(await scene.requests('transactions')).toEqual([])
    const open = (await subject.messages()).filter(
      ({ code, closedAt }) => code === 'internal.error' && closedAt === null,
    )
    expect(open).toEqual([])
  })

  test('that is refused changes nothing', async () => {
    const subject = await aLinkedSubject(scene)
    const before = await subject.view()
    await scene.failNext({ endpoint: 'accounts', status: 400, code: 'neverSeen' })
    await scene.run('lookAtConnection', subject.at())
    expect(await subject.view()).toEqual(before)
  })
})

describe('a connection that was never finished', () => {
  test('is removed, and one that was linked is kept', async () => {
    const [never, once] = [await aSubject(scene), await aLinkedSubject(scene)]
    expect(await scene.run('removeConnection', never.at())).toBeNull()
    expect(await scene.run('removeConnection', never.at())).toBeNull()
    expect(await scene.run('removeConnection', once.at())).toMatchObject({ state: 'connected' })
    expect(await scene.run('loadConnection', never.at())).toBeNull()
  })
})
