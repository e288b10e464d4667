import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import * as oneTimeSecrets from '../../db/queries/one-time-secrets.ts'
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

const secretOf = async (subject: Subject): Promise<Record<string, string>> =>
  JSON.parse((await subject.secret())!.secret.reveal())

const kept = (
  subject: Subject,
  purpose: 'link_state' | 'link_url' | 'completion',
  flowId: string,
) => subject.within((tx) => oneTimeSecrets.peek({ tx, vault: scene.vault }, purpose, flowId))

describe('the beginning of a link', () => {
  test('sends the person to the chosen bank, with the way back and a state of its own', async () => {
    const subject = await aSubject(scene)
    const { flowId, url } = await subject.begin()
    expect(await subject.flow(flowId)).toMatchObject({ state: 'waiting', failureCode: null })
    const asked = new URL(url).searchParams
    expect(asked.get('redirect_uri')).toBe('http://127.0.0.1:9/callbacks/ponto')
    expect(asked.get('state')?.length).toBeGreaterThanOrEqual(40)
  })

  test('asked for twice is one page', async () => {
    const subject = await aSubject(scene)
    const { flowId, url } = await subject.begin()
    await scene.sim('DELETE', '/__sim/requests')
    await scene.run('beginFlow', { ...subject.at(), flowId }, { attempt: 2 })
    expect((await kept(subject, 'link_url', flowId))!.reveal()).toBe(url)
    expect(await scene.requests()).toEqual([])
  })

  test('lasts no longer than the provider lets it', async () => {
    const subject = await aSubject(scene)
    const { flowId } = await subject.begin()
    const { expiresAt } = await subject.flow(flowId)
    expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(3_600_000)
  })

  test('is tried again while the provider does not answer, and nothing is lost', async () => {
    const subject = await aSubject(scene)
    const flowId = await subject.requestFlow('link')
    await scene.failNext({ endpoint: 'token', status: 503 })
    const input = { ...subject.at(), flowId }
    expect(await thrownBy(scene.run('beginFlow', input))).toMatchObject({
      type: 'provider_unavailable',
    })
    expect(await subject.flow(flowId)).toMatchObject({ state: 'requested' })
    await scene.run('beginFlow', input, { attempt: 2 })
    expect(await subject.flow(flowId)).toMatchObject({ state: 'waiting' })
  })

  test('fails with a reference where our own keys are wrong, and the connection stays as it was', async () => {
    const subject = await aSubject(scene)
    const flowId = await subject.requestFlow('link')
    await scene.failNext({ endpoint: 'token', status: 401, code: 'invalid_client' })
    await scene.run('beginFlow', { ...subject.at(), flowId })
    expect(await subject.flow(flowId)).toMatchObject({
      state: 'failed',
      failureCode: 'operator_misconfigured',
      reference: expect.stringMatching(/^BS-/),
    })
    expect(await subject.view()).toMatchObject({ state: 'not_connected', failureCode: null })
  })

  test('of another connection is not touched', async () => {
    const [one, other] = [await aSubject(scene), await aSubject(scene)]
    const flowId = await one.requestFlow('link')
    await scene.run('beginFlow', { ...other.at(), flowId })
    expect(await one.flow(flowId)).toMatchObject({ state: 'requested' })
  })
})

describe('the end of a link', () => {
  test('keeps the secret, the accounts and the ways of webhooks, and asks which accounts are wanted', async () => {
    const subject = await aSubject(scene)
    const flow = await subject.begin()
    await subject.decide(flow)
    const { linked, snapshot } = await subject.complete(flow.flowId)
    expect(linked).toBe(true)
    expect(snapshot).toMatchObject({ state: 'connected', awaiting: 'account_choice' })
    expect(await subject.view()).toMatchObject({ generation: 1, state: 'connected' })
    const accounts = await subject.accounts()
    expect(accounts.map(({ chosen, decidedAt }) => [chosen, decidedAt])).toEqual([
      [false, null],
      [false, null],
    ])
    const { organizationId } = await secretOf(subject)
    for (const ref of [organizationId!, accounts[0]!.providerAccountId])
      expect(await webhooks.routes(scene.pool, 'ponto', [ref])).toContainEqual({
        ref,
        tenantId: subject.tenantId,
        connectionId: subject.connectionId,
      })
    const end = (await subject.view()).consentExpiresAtMs!
    expect(end).toBeGreaterThan(Date.now() + 80 * 86_400_000)
  })

  test('leaves nothing behind of what was kept for it', async () => {
    const subject = await aSubject(scene)
    const flow = await subject.begin()
    await subject.decide(flow)
    await subject.complete(flow.flowId)
    for (const purpose of ['link_state', 'link_url', 'completion'] as const)
      expect(await kept(subject, purpose, flow.flowId)).toBeNull()
  })

  test('of a flow that the connection does not have leaves one note, and touches no other', async () => {
    const [own, other] = [await aSubject(scene), await aSubject(scene)]
    const { flowId: foreign } = await other.begin()
    for (const flowId of [foreign, foreign, randomUUID()])
      expect(await own.complete(flowId)).toMatchObject({ linked: false })
    expect(await own.codes()).toEqual(['signal.refused', 'signal.refused'])
    expect((await other.flow(foreign)).state).toBe('waiting')
    expect(await other.codes()).toEqual([])
  })

  test('repeated changes nothing and asks nobody', async () => {
    const subject = await aSubject(scene)
    const flow = await subject.begin()
    await subject.decide(flow)
    await subject.complete(flow.flowId)
    const before = [await subject.messages(), await subject.events(), await subject.view()]
    const secret = (await subject.secret())!.version
    await scene.sim('DELETE', '/__sim/requests')
    expect(await subject.complete(flow.flowId, 2)).toMatchObject({
      snapshot: { state: 'connected' },
    })
    expect(await scene.requests()).toEqual([])
    expect([await subject.messages(), await subject.events(), await subject.view()]).toEqual(before)
    expect((await subject.secret())!.version).toBe(secret)
  })

  test('is tried again with the same code after a server error', async () => {
    const subject = await aSubject(scene)
    const flow = await subject.begin()
    await subject.decide(flow)
    await scene.failNext({ endpoint: 'token', status: 502 })
    expect(await thrownBy(subject.complete(flow.flowId))).toMatchObject({
      type: 'provider_unavailable',
    })
    expect((await subject.complete(flow.flowId, 2)).linked).toBe(true)
    expect(await subject.flow(flow.flowId)).toMatchObject({ state: 'linked' })
  })

  /** The worker dies at this point of the first attempt, and leaves what is stored as it is. */
  const dyingAfterExchange = async (subject: Subject, flowId: string): Promise<void> => {
    scene.onReach((point) => {
      if (point === 'flow.after-exchange') throw new Error('the process died')
    })
    await expect(subject.complete(flowId)).rejects.toThrow()
    scene.onReach(() => undefined)
    expect(await subject.flow(flowId)).toMatchObject({ state: 'completing' })
  }

  test('that died after the exchange cannot use the code again: the person starts anew', async () => {
    const subject = await aSubject(scene)
    const flow = await subject.begin()
    await subject.decide(flow)
    await dyingAfterExchange(subject, flow.flowId)
    expect((await subject.complete(flow.flowId, 2)).linked).toBe(false)
    expect(await subject.flow(flow.flowId)).toMatchObject({ state: 'expired' })
    expect(await subject.codes()).toEqual(['link.expired'])
    expect(await subject.view()).toMatchObject({ state: 'not_connected', generation: 0 })
    await subject.link()
    expect(await subject.view()).toMatchObject({ state: 'connected', generation: 1 })
  })

  test('that died keeps what it is finished with until its end is stored, and no longer', async () => {
    const subject = await aSubject(scene)
    const flow = await subject.begin()
    await subject.decide(flow)
    await dyingAfterExchange(subject, flow.flowId)
    for (const purpose of ['link_state', 'completion'] as const)
      expect(await kept(subject, purpose, flow.flowId)).not.toBeNull()
    await subject.complete(flow.flowId, 2)
    for (const purpose of ['link_state', 'completion', 'link_url'] as const)
      expect(await kept(subject, purpose, flow.flowId)).toBeNull()
  })

  test('that died so long ago that nothing is left of it is over, and says so', async () => {
    const subject = await aSubject(scene)
    const flow = await subject.begin()
    await subject.decide(flow)
    await dyingAfterExchange(subject, flow.flowId)
    await subject.within((tx) => oneTimeSecrets.forget(tx, 'link_state', flow.flowId))
    expect(await subject.complete(flow.flowId, 2)).toMatchObject({ linked: false, ended: true })
    expect(await subject.codes()).toEqual(['link.expired'])
  })

  test('of a login that another connection has is not stored a second time, and names that one', async () => {
    const first = await aSubject(scene)
    const organization = randomUUID()
    const flow = await first.begin()
    await first.decide(flow, 'approve', organization)
    await first.complete(flow.flowId)
    const second = await aSubject(scene, 'Twins Bank', first.tenantId)
    const again = await second.begin()
    await second.decide(again, 'approve', organization)
    expect(await second.complete(again.flowId)).toMatchObject({ linked: false, ended: true })
    expect(await second.view()).toMatchObject({ state: 'not_connected', generation: 0 })
    expect(await second.secret()).toBeNull()
    const [told] = await second.messages()
    expect(told).toMatchObject({
      code: 'link.already_connected',
      params: { institution: 'Happy Bank', provider: 'Ponto' },
    })
    expect(await first.view()).toMatchObject({ state: 'connected' })
  })

  test('of a login that a closed connection had is a new connection', async () => {
    const first = await aSubject(scene)
    const organization = randomUUID()
    const flow = await first.begin()
    await first.decide(flow, 'approve', organization)
    await first.complete(flow.flowId)
    const closing = { ...first.at(), requestId: randomUUID(), revoked: true, runId: null }
    await scene.run('disconnectConnection', closing)
    const second = await aSubject(scene, 'Happy Bank', first.tenantId)
    const again = await second.begin()
    await second.decide(again, 'approve', organization)
    expect((await second.complete(again.flowId)).linked).toBe(true)
  })

  test('that the person refused is told as a note and no failure', async () => {
    const subject = await aSubject(scene)
    const flow = await subject.begin()
    await subject.decide(flow, 'deny')
    expect((await subject.complete(flow.flowId)).linked).toBe(false)
    expect(await subject.flow(flow.flowId)).toMatchObject({ state: 'exited', failureCode: null })
    expect(await subject.codes()).toEqual(['link.exited'])
    expect(await subject.view()).toMatchObject({ state: 'not_connected', failureCode: null })
    expect(await subject.secret()).toBeNull()
  })

  test('that was refused because of us is a failure with a reference', async () => {
    const subject = await aSubject(scene)
    const { flowId, url } = await subject.begin()
    const state = new URL(url).searchParams.get('state')!
    await subject.comeBack(flowId, { state, error: 'unauthorized_client' })
    expect((await subject.complete(flowId)).linked).toBe(false)
    expect(await subject.flow(flowId)).toMatchObject({
      state: 'failed',
      failureCode: 'operator_misconfigured',
      reference: expect.stringMatching(/^BS-/),
    })
    expect(await subject.view()).toMatchObject({ state: 'not_connected', failureCode: null })
  })

  test('before the person came back waits on', async () => {
    const subject = await aSubject(scene)
    const flow = await subject.begin()
    expect((await subject.complete(flow.flowId)).linked).toBe(false)
    expect(await subject.flow(flow.flowId)).toMatchObject({ state: 'waiting' })
    await subject.decide(flow)
    expect((await subject.complete(flow.flowId)).linked).toBe(true)
  })

  test('waits for Ponto to accept the organization, without a second code', async () => {
    await scene.sim('PATCH', '/__sim/banks/Happy%20Bank', { onboardingComplete: false })
    const subject = await aSubject(scene)
    const flow = await subject.begin()
    await subject.decide(flow)
    expect((await subject.complete(flow.flowId)).linked).toBe(false)
    expect(await subject.flow(flow.flowId)).toMatchObject({ state: 'waiting' })
    const { organizations } = await scene.sim('GET', '/__sim/organizations')
    await scene.sim('PATCH', `/__sim/organizations/${organizations[0].id}`, {
      onboardingComplete: true,
    })
    expect((await subject.complete(flow.flowId)).linked).toBe(true)
  })

  test('whose time is over is told once', async () => {
    const subject = await aSubject(scene)
    const flowId = await subject.requestFlow('link', 60)
    await scene.run('endFlows', { ...subject.at(), atMs: Date.now() + 30_000 })
    expect(await subject.flow(flowId)).toMatchObject({ state: 'requested' })
    for (let times = 0; times < 2; times += 1)
      await scene.run('endFlows', { ...subject.at(), atMs: Date.now() + 61_000 })
    expect(await subject.flow(flowId)).toMatchObject({ state: 'expired' })
    expect(await subject.codes()).toEqual(['link.expired'])
  })

  test('that failed after all its attempts says why, once', async () => {
    const subject = await aSubject(scene)
    const flowId = await subject.requestFlow('link')
    const given = { ...subject.at(), flowId, code: 'provider_unavailable' }
    await scene.run('failFlow', given)
    const { reference } = await subject.flow(flowId)
    await scene.run('failFlow', { ...given, code: 'defect' })
    expect(await subject.flow(flowId)).toMatchObject({
      state: 'failed',
      failureCode: 'provider_unavailable',
      reference,
    })
    const told = (await subject.messages()).filter(({ code }) => code === 'link.failed')
    expect(told).toMatchObject([{ reference, params: { failure: 'provider_unavailable' } }])
  })
})

describe('a renewal', () => {
  test('moves the end of the consent and keeps generation, secrets, choices and cursors', async () => {
    const subject = await aLinkedSubject(scene)
    await subject.sync()
    await scene.sim('POST', '/__sim/advance', { ms: 20 * 86_400_000 })
    const before = { view: await subject.view(), accounts: await subject.accounts() }
    await subject.link('renewal')
    const after = { view: await subject.view(), accounts: await subject.accounts() }
    expect(after.view.generation).toBe(before.view.generation)
    expect(after.view.consentExpiresAtMs!).toBeGreaterThan(before.view.consentExpiresAtMs!)
    expect(after.accounts.map(choiceOf)).toEqual(before.accounts.map(choiceOf))
    expect(await subject.codes()).toContain('connection.renewed')
    const runId = randomUUID()
    await subject.sync({ runId })
    expect(await subject.runOf(runId)).toMatchObject({ outcome: 'ok', linesAdded: 0 })
  })

  test('brings a connection back whose consent had ended', async () => {
    const subject = await aLinkedSubject(scene)
    for (const { providerAccountId } of await subject.accounts())
      await scene.sim('POST', '/__sim/drop', { what: 'consent', account: providerAccountId })
    await subject.sync()
    expect(await subject.view()).toMatchObject({ state: 'disconnected', awaiting: 'consent' })
    const opened = (await subject.messages()).find(({ code }) => code === 'consent.expired')
    await subject.link('renewal')
    expect(await subject.view()).toMatchObject({
      state: 'connected',
      disconnectReason: null,
      failureCode: null,
    })
    const closed = (await subject.messages()).find(({ seq }) => seq === opened!.seq)
    expect(closed!.closedAt).not.toBeNull()
  })

  test('of a lost grant goes through the whole flow and replaces the secret', async () => {
    const subject = await aLinkedSubject(scene)
    const before = await secretOf(subject)
    await scene.sim('POST', '/__sim/drop', {
      what: 'integration',
      organization: before['organizationId'],
    })
    await subject.sync()
    expect(await subject.view()).toMatchObject({ state: 'error', awaiting: 'credentials' })
    await subject.link('renewal')
    expect(await subject.view()).toMatchObject({ state: 'connected', failureCode: null })
    expect((await secretOf(subject))['refreshToken']).not.toBe(before['refreshToken'])
  })
})

const choiceOf = (account: Awaited<ReturnType<Subject['accounts']>>[number]) => {
  const { id, chosen, journalRef, providerAccountId } = account
  return { id, chosen, journalRef, providerAccountId }
}

describe('a reconnection', () => {
  const disconnect = (subject: Subject) =>
    scene.run('disconnectConnection', {
      ...subject.at(),
      requestId: randomUUID(),
      revoked: true,
      runId: null,
    })

  test('begins a new generation and keeps accounts, choices, journals and lines', async () => {
    const subject = await aLinkedSubject(scene)
    await subject.sync()
    const [lines, before] = [await subject.feed(), await subject.accounts()]
    await disconnect(subject)
    await subject.link('reconnect')
    expect(await subject.view()).toMatchObject({ state: 'connected', generation: 2 })
    const after = await subject.accounts()
    const known = ({ id, chosen, journalRef }: (typeof after)[number]) => ({
      id,
      chosen,
      journalRef,
    })
    expect(after.map(known)).toEqual(before.map(known))
    expect(after.map(({ providerAccountId }) => providerAccountId)).not.toEqual(
      before.map(({ providerAccountId }) => providerAccountId),
    )
    expect(await subject.codes()).toContain('connection.reconnected')
    expect((await subject.feed()).map(({ lineKey }) => lineKey)).toEqual(
      lines.map(({ lineKey }) => lineKey),
    )
  })
})
