import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as linkFlows from '../../db/queries/link-flows.ts'
import * as oneTimeSecrets from '../../db/queries/one-time-secrets.ts'
import { withTenant } from '../../db/tenant.ts'
import { connectionId as toConnectionId, connectionWorkflowId } from '../../domain/ids.ts'
import { until } from '../../scripts/until.ts'
import { aConnection, anAccount, storeInstitution } from './support/builders.ts'
import type { Received } from './support/stand-in-connection.ts'
import type { World } from './support/world.ts'
import { createWorld } from './support/world.ts'

interface Begun {
  connection: { id: string; state: string; openFlowId: string }
  flow: { id: string; state: string; kind: string; url?: string }
}

let world: World

beforeAll(async () => {
  world = await createWorld()
  await storeInstitution(world)
})
afterAll(() => world.close())

const handleOf = (connectionId: string) =>
  world.temporal.workflow.getHandle(connectionWorkflowId(toConnectionId(connectionId)))

const receivedBy = (connectionId: string): Promise<Received[]> =>
  handleOf(connectionId).query<Received[]>('received')

const steer = (connectionId: string, kind: string): Promise<void> =>
  handleOf(connectionId).signal('providerEvent', { kind })

const returnUrl = 'https://erp.test/banks?company=7'
const wanted = { provider: 'ponto', institutionId: 'happy-bank', returnUrl }

const begin = (headers: Record<string, string> = {}) =>
  world.call<Begun>('POST', '/v1/connections', { body: wanted, headers })

describe('beginning a connection', () => {
  test('an unknown institution or provider is named by a pointer, and nothing is begun', async () => {
    const institution = await world.call('POST', '/v1/connections', {
      body: { ...wanted, institutionId: 'none' },
    })
    expect(institution.status).toBe(400)
    expect(institution.body['errors']).toMatchObject([{ pointer: '/body/institutionId' }])
    const provider = await world.call('POST', '/v1/connections', {
      body: { ...wanted, provider: 'other' },
    })
    expect(provider.body['errors']).toMatchObject([{ pointer: '/body/provider' }])
    expect(await world.call('GET', '/v1/connections')).toMatchObject({ body: { data: [] } })
  })

  test.each([
    'javascript:alert(1)',
    'https://user:secret@erp.test/',
    'ftp://erp.test/',
    'nonsense',
  ])('a return address like %s is refused', async (bad) => {
    const answer = await world.call('POST', '/v1/connections', {
      body: { ...wanted, returnUrl: bad },
    })
    expect(answer.status).toBe(400)
    expect(answer.body['errors']).toMatchObject([{ pointer: '/body/returnUrl' }])
  })

  test('the answer carries the page of the bank, which is shown once', async () => {
    const { status, body } = await begin()
    expect(status).toBe(202)
    expect(body.flow).toMatchObject({
      state: 'waiting',
      kind: 'link',
      url: `https://bank.test/consent?flow=${body.flow.id}`,
    })
    expect(body.connection).toMatchObject({ state: 'not_connected', openFlowId: body.flow.id })
    const again = await world.call('GET', `/v1/link-flows/${body.flow.id}`)
    expect(again.status).toBe(200)
    expect(again.body).not.toHaveProperty('url')
    expect(await receivedBy(body.connection.id)).toEqual([
      { name: 'beginLink', input: { flowId: body.flow.id } },
    ])
  })

  test('the workflow is started with ids only, and support can find it', async () => {
    const { body } = await begin()
    const described = await handleOf(body.connection.id).describe()
    expect(described.searchAttributes).toMatchObject({
      Provider: ['ponto'],
      TenantId: [world.a.tenantId],
      ConnectionState: ['not_connected'],
    })
    const history = JSON.stringify(await handleOf(body.connection.id).fetchHistory())
    expect(history).not.toContain('bank.test')
    expect(history).not.toContain('erp.test')
  })

  test('a repetition with the same key is told the same connection without the page', async () => {
    const headers = { 'idempotency-key': randomUUID() }
    const first = await begin(headers)
    const second = await begin(headers)
    expect(second.status).toBe(202)
    expect(second.headers.get('idempotency-replayed')).toBe('true')
    expect(second.body.connection.id).toBe(first.body.connection.id)
    expect(first.body.flow.url).toBeDefined()
    expect(second.body.flow).toMatchObject({ id: first.body.flow.id })
    expect(second.body.flow).not.toHaveProperty('url')
  })

  test('a page that was not ready in time is shown by the flow later', async () => {
    const { body } = await begin()
    const { flow } = body
    await withTenant(world.pool, world.a.tenantId, (tx) =>
      oneTimeSecrets.store(
        { tx, vault: world.deps.vault },
        { purpose: 'link_url', id: flow.id, value: 'https://bank.test/later', ttlSeconds: 60 },
      ),
    )
    const readonly = await world.makeKey(world.a.tenantId, 'readonly')
    const seen = await world.call('GET', `/v1/link-flows/${flow.id}`, { key: readonly })
    expect(seen.body).not.toHaveProperty('url')
    const shown = await world.call('GET', `/v1/link-flows/${flow.id}`)
    expect(shown.body).toMatchObject({ url: 'https://bank.test/later' })
  })
})

describe('coming back from the bank', () => {
  const stateOf = (flowId: string): string =>
    world.deps.vault.hmac('link-state', flowId).toString('base64url')

  const comeBack = (query: string) =>
    world.call('GET', `/callbacks/ponto?${query}`, { key: null, redirect: 'manual' })

  test('an unknown state gets a plain page that repeats nothing of the request', async () => {
    const answer = await comeBack('state=forged&code=abc%3Cscript%3E')
    expect(answer.status).toBe(400)
    expect(answer.headers.get('content-type')).toContain('text/html')
    expect(answer.text).not.toMatch(/forged|abc|<script/)
    expect((await comeBack('code=abc')).status).toBe(400)
    expect((await comeBack('state=a&state=b')).status).toBe(400)
  })

  test('the person is sent on, and the parameters wait encrypted for the workflow', async () => {
    const { body } = await begin()
    const answer = await comeBack(`state=${stateOf(body.flow.id)}&code=canary-code`)
    expect(answer.status).toBe(303)
    const location = new URL(answer.headers.get('location') ?? '')
    expect(location.origin).toBe('https://erp.test')
    expect(Object.fromEntries(location.searchParams)).toEqual({
      company: '7',
      flow: body.flow.id,
      result: 'received',
    })
    expect(await receivedBy(body.connection.id)).toContainEqual({
      name: 'completeLink',
      input: { flowId: body.flow.id },
    })
    const kept = await withTenant(world.pool, world.a.tenantId, (tx) =>
      oneTimeSecrets.take({ tx, vault: world.deps.vault }, 'completion', body.flow.id),
    )
    expect(JSON.parse(kept?.reveal() ?? '')).toMatchObject({ code: 'canary-code' })
    expect(world.logged.join('')).not.toContain('canary-code')
  })

  test('a state of one provider is worth nothing at another one’s address', async () => {
    const { body } = await begin()
    const answer = await world.call('GET', `/callbacks/plaid?state=${stateOf(body.flow.id)}`, {
      key: null,
      redirect: 'manual',
    })
    expect(answer.status).toBe(400)
  })

  test('a page loaded again after the flow has ended sends the person on and commands nothing', async () => {
    const { body } = await begin()
    const { tenantId } = world.a
    await withTenant(world.pool, tenantId, (tx) =>
      linkFlows.update(tx, body.flow.id, { state: 'linked' }),
    )
    expect((await comeBack(`state=${stateOf(body.flow.id)}&code=x`)).status).toBe(303)
    const names = (await receivedBy(body.connection.id)).map(({ name }) => name)
    expect(names).toEqual(['beginLink'])
  })

  test('a program that received the browser itself hands the parameters over', async () => {
    const { body } = await begin()
    const path = `/v1/link-flows/${body.flow.id}/completions`
    const answer = await world.call('POST', path, {
      body: { parameters: { code: 'c', state: 's' } },
    })
    expect(answer.status).toBe(202)
    expect(await receivedBy(body.connection.id)).toContainEqual({
      name: 'completeLink',
      input: { flowId: body.flow.id },
    })
    await withTenant(world.pool, world.a.tenantId, (tx) =>
      linkFlows.update(tx, body.flow.id, { state: 'exited' }),
    )
    const late = await world.call('POST', path, { body: { parameters: {} } })
    expect(late).toMatchObject({ status: 409, body: { code: 'conflict', why: 'exited' } })
  })
})

describe('synchronize now', () => {
  const sync = (id: string, body: unknown = {}, headers: Record<string, string> = {}) =>
    world.call<{ runId: string; joined: boolean; code?: string }>(
      'POST',
      `/v1/connections/${id}/syncs`,
      { body, headers },
    )

  test('starts a run that can be read at once, and a second click joins it', async () => {
    const id = await aConnection(world)
    const first = await sync(id)
    expect(first).toMatchObject({ status: 202, body: { joined: false } })
    const run = await world.call('GET', `/v1/runs/${first.body.runId}`)
    expect(run).toMatchObject({
      status: 200,
      body: { connectionId: id, cause: 'person', phase: 'accepted' },
    })
    const second = await sync(id)
    expect(second.body).toEqual({ runId: first.body.runId, joined: true })
  })

  test('fifty clicks at once make one run', async () => {
    const id = await aConnection(world)
    const answers = await Promise.all(Array.from({ length: 50 }, () => sync(id)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]))
    expect(new Set(answers.map(({ body }) => body.runId)).size).toBe(1)
    expect(answers.filter(({ body }) => !body.joined)).toHaveLength(1)
  })

  test('a call without a body works, as from a plain command line', async () => {
    const id = await aConnection(world)
    expect((await world.call('POST', `/v1/connections/${id}/syncs`)).status).toBe(202)
  })

  test('a used-up allowance is a 429 with the exact next time', async () => {
    const id = await aConnection(world)
    await sync(id)
    await steer(id, 'refuse:quota')
    const answer = await world.call('POST', `/v1/connections/${id}/syncs`, {
      body: {},
      headers: { 'accept-language': 'fr' },
    })
    expect(answer).toMatchObject({
      status: 429,
      body: { code: 'quota-exceeded', why: 'quota', until: '2027-01-02T03:04:05.000Z' },
    })
    expect(answer.body['detail']).toContain('2 janvier 2027')
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
  })

  test.each([
    'not_connected',
    'disconnected',
    'consent',
    'credentials',
    'account_choice',
    'blocked',
  ])(
    'a connection that refuses because of %s is a conflict that says what to do first',
    async (why) => {
      const id = await aConnection(world)
      await sync(id)
      await steer(id, `refuse:${why}`)
      const answer = await sync(id)
      expect(answer).toMatchObject({ status: 409, body: { code: 'conflict', why } })
    },
  )

  test('the address of the person present is kept encrypted for the run and never reaches Temporal', async () => {
    const id = await aConnection(world)
    const person = { ip: '203.0.113.77', userAgent: 'Firefox' }
    const { body } = await sync(id, { person })
    const kept = await withTenant(world.pool, world.a.tenantId, (tx) =>
      oneTimeSecrets.take({ tx, vault: world.deps.vault }, 'person', body.runId),
    )
    expect(JSON.parse(kept?.reveal() ?? '')).toEqual(person)
    expect(JSON.stringify(await handleOf(id).fetchHistory())).not.toContain('203.0.113.77')
  })

  test('an address that is none is refused', async () => {
    const id = await aConnection(world)
    const answer = await world.call('POST', `/v1/connections/${id}/syncs`, {
      body: { person: { ip: 'home' } },
    })
    expect(answer.status).toBe(400)
    expect(JSON.stringify(answer.body['errors'])).toContain('/body/person/ip')
  })

  test('a workflow that has ended is started anew', async () => {
    const id = await aConnection(world)
    const first = await sync(id)
    await steer(id, 'end')
    await handleOf(id).result()
    const second = await sync(id)
    expect(second).toMatchObject({ status: 202, body: { joined: false } })
    expect(second.body.runId).not.toBe(first.body.runId)
  })
})

describe('the other commands', () => {
  test('disconnecting and fetching accounts are handed to the workflow', async () => {
    const id = await aConnection(world)
    for (const [path, name] of [
      ['disconnections', 'disconnect'],
      ['account-refreshes', 'refreshAccounts'],
    ] as const) {
      const answer = await world.call<{ requestId: string }>(
        'POST',
        `/v1/connections/${id}/${path}`,
      )
      expect(answer.status).toBe(202)
      expect(await receivedBy(id)).toContainEqual({
        name,
        input: { requestId: answer.body.requestId },
      })
    }
  })

  test('what the workflow itself refuses is a conflict', async () => {
    const id = await aConnection(world)
    await world.call('POST', `/v1/connections/${id}/syncs`)
    await steer(id, 'refuse:blocked')
    await until(async () => (await receivedBy(id)).length > 1, {
      what: 'the steering',
      limitMs: 10_000,
    })
    const answer = await world.call('POST', `/v1/connections/${id}/disconnections`)
    expect(answer).toMatchObject({ status: 409, body: { code: 'conflict' } })
  })

  test('choices name accounts of this connection only; the journal travels along', async () => {
    const id = await aConnection(world)
    const accountId = await anAccount(world, id)
    const stranger = await anAccount(world, await aConnection(world))
    const path = `/v1/connections/${id}/account-choices`
    const wrong = await world.call('POST', path, {
      body: {
        choices: [
          { accountId, chosen: true },
          { accountId: stranger, chosen: true },
        ],
      },
    })
    expect(wrong.status).toBe(400)
    expect(wrong.body['errors']).toMatchObject([{ pointer: '/body/choices/1/accountId' }])
    const choices = [{ accountId, chosen: true, journalRef: 'BNK1' }]
    const answer = await world.call<{ requestId: string }>('POST', path, { body: { choices } })
    expect(answer.status).toBe(202)
    expect(await receivedBy(id)).toEqual([
      { name: 'chooseAccounts', input: { requestId: answer.body.requestId, choices } },
    ])
  })

  test('credentials are updated while the provider knows the connection, also after the end of the consent', async () => {
    const body = { returnUrl }
    const connected = await aConnection(world)
    const renewal = await world.call<Begun>(
      'POST',
      `/v1/connections/${connected}/credential-updates`,
      { body },
    )
    expect(renewal).toMatchObject({
      status: 202,
      body: { flow: { kind: 'renewal', state: 'waiting' } },
    })
    expect(renewal.body.flow.url).toContain('https://bank.test/')
    const ended = await aConnection(world, world.a, {
      state: 'disconnected',
      disconnectReason: 'consent',
    })
    expect(
      (await world.call('POST', `/v1/connections/${ended}/credential-updates`, { body })).status,
    ).toBe(202)
    const gone = await aConnection(world, world.a, {
      state: 'disconnected',
      disconnectReason: 'gone',
    })
    const refused = await world.call('POST', `/v1/connections/${gone}/credential-updates`, { body })
    expect(refused).toMatchObject({ status: 409, body: { code: 'conflict' } })
  })

  test('reconnecting needs a disconnected connection, and support’s own word where support closed it', async () => {
    const body = { returnUrl }
    const connected = await aConnection(world)
    expect(
      (await world.call('POST', `/v1/connections/${connected}/reconnects`, { body })).status,
    ).toBe(409)
    const gone = await aConnection(world, world.a, {
      state: 'disconnected',
      disconnectReason: 'gone',
    })
    const again = await world.call<Begun>('POST', `/v1/connections/${gone}/reconnects`, { body })
    expect(again).toMatchObject({ status: 202, body: { flow: { kind: 'reconnect' } } })
    expect((await receivedBy(gone))[0]).toMatchObject({ name: 'reconnect' })
    const closed = await aConnection(world, world.a, {
      state: 'disconnected',
      disconnectReason: 'support',
    })
    const refused = await world.call('POST', `/v1/connections/${closed}/reconnects`, { body })
    expect(refused).toMatchObject({ status: 409, body: { why: 'support' } })
    expect(refused.body['detail']).toContain(world.a.clientId)
  })

  test('a first link flow that was never finished can be begun again', async () => {
    const id = await aConnection(world, world.a, { state: 'not_connected' })
    const answer = await world.call<Begun>('POST', `/v1/connections/${id}/reconnects`, {
      body: { returnUrl },
    })
    expect(answer).toMatchObject({ status: 202, body: { flow: { kind: 'link' } } })
    expect((await receivedBy(id))[0]).toMatchObject({ name: 'beginLink' })
  })
})

describe('settings', () => {
  test('the switch goes through the workflow with the person’s name beside it', async () => {
    const id = await aConnection(world)
    const answer = await world.call('PATCH', `/v1/connections/${id}`, {
      body: { autoSync: false },
      headers: { 'x-acting-user': encodeURIComponent('Zoë') },
    })
    expect(answer).toMatchObject({ status: 200, body: { autoSync: false } })
    const [update] = await receivedBy(id)
    expect(update).toMatchObject({ name: 'setAutoSync', input: { enabled: false } })
    const { requestId } = update?.input as { requestId: string }
    const kept = await withTenant(world.pool, world.a.tenantId, (tx) =>
      oneTimeSecrets.take({ tx, vault: world.deps.vault }, 'person', requestId),
    )
    expect(JSON.parse(kept?.reveal() ?? '')).toEqual({ name: 'Zoë' })
  })

  test('label and interval are rows; the workflow is told to look at a new interval', async () => {
    const id = await aConnection(world)
    await world.call('POST', `/v1/connections/${id}/syncs`)
    const body = { label: ' Main\u202e account ', syncIntervalSeconds: 7200 }
    const answer = await world.call('PATCH', `/v1/connections/${id}`, { body })
    expect(answer).toMatchObject({
      status: 200,
      body: { label: 'Main account', syncIntervalSeconds: 7200 },
    })
    expect(await receivedBy(id)).toContainEqual({
      name: 'providerEvent',
      input: { kind: 'settings' },
    })
  })

  test('an interval shorter than the provider’s shortest is refused with that number', async () => {
    const id = await aConnection(world)
    const answer = await world.call('PATCH', `/v1/connections/${id}`, {
      body: { syncIntervalSeconds: 5, label: 'x' },
    })
    expect(answer.status).toBe(400)
    expect(answer.body['errors']).toMatchObject([{ pointer: '/body/syncIntervalSeconds' }])
    expect(await world.call('GET', `/v1/connections/${id}`)).toMatchObject({ body: { label: '' } })
  })

  test('a change on top of an older version is refused; without a version the last one wins', async () => {
    const id = await aConnection(world)
    const etag = (await world.call('GET', `/v1/connections/${id}`)).headers.get('etag') ?? ''
    const patch = (label: string, headers: Record<string, string> = {}) =>
      world.call('PATCH', `/v1/connections/${id}`, { body: { label }, headers })
    expect((await patch('first', { 'if-match': etag })).status).toBe(200)
    expect(await patch('second', { 'if-match': etag })).toMatchObject({
      status: 412,
      body: { code: 'stale-version' },
    })
    expect((await patch('third')).body['label']).toBe('third')
  })

  test('an unchanged connection is not sent again', async () => {
    const id = await aConnection(world)
    const etag = (await world.call('GET', `/v1/connections/${id}`)).headers.get('etag') ?? ''
    const headers = { 'if-none-match': etag }
    expect((await world.call('GET', `/v1/connections/${id}`, { headers })).status).toBe(304)
  })
})
