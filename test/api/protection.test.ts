import { createHash, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mintApiKey } from '../../api/api-key.ts'
import { routes } from '../../api/app.ts'
import { documentedPaths } from '../../api/openapi.ts'
import type { Role } from '../../api/roles.ts'
import { roles } from '../../api/roles.ts'
import { methodAndPath } from '../../api/route.ts'
import * as linkFlows from '../../db/queries/link-flows.ts'
import { withTenant } from '../../db/tenant.ts'
import { asAdministrator } from '../support/template-database.ts'
import { aChallenge, aConnection, aMessage, anAccount, anImport, aRun } from './support/builders.ts'
import type { World } from './support/world.ts'
import { createWorld } from './support/world.ts'

let world: World

beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.close())

const unknown = '00000000-0000-4000-8000-000000000000'

const protectedRoutes = routes.filter(({ operation }) => roles[operation] !== 'public')

/** A body that a route accepts, so that nothing but the id can be wrong. */
const bodies: Record<string, unknown> = {
  'POST /v1/connections': { provider: 'ponto', institutionId: 'x', returnUrl: 'https://erp.test/' },
  'PATCH /v1/connections/:connectionId': { label: 'x' },
  'POST /v1/connections/:connectionId/credential-updates': { returnUrl: 'https://erp.test/' },
  'POST /v1/connections/:connectionId/reconnects': { returnUrl: 'https://erp.test/' },
  'POST /v1/connections/:connectionId/account-choices': {
    choices: [{ accountId: unknown, chosen: true }],
  },
  'POST /v1/connections/:connectionId/mfa-answers': { challengeId: unknown, answer: '1' },
  'PUT /v1/connections/:connectionId/mfa-answers/:challengeId': { answer: '1' },
  'POST /v1/connections/:connectionId/messages': { text: 'x' },
  'POST /v1/connections/:connectionId/notes': { text: 'x' },
  'POST /v1/link-flows/:flowId/completions': { parameters: {} },
  'POST /v1/accounts': { number: '1', currency: 'EUR' },
  'POST /v1/tenants': { name: 'x', clientId: 'client-x' },
}

const filled = (path: string, ids: Record<string, string> = {}): string =>
  path.replace(/\{(\w+)\}/g, (_all, name: string) => ids[name] ?? unknown)

const request = (operation: string): { body?: unknown } => {
  const needsBody = routes.find((route) => route.operation === operation)?.body !== undefined
  return needsBody ? { body: bodies[operation] ?? {} } : {}
}

const eachProtected = protectedRoutes.flatMap((route) => {
  const { method, path } = methodAndPath(route)
  return documentedPaths(path).map((documented) => ({
    operation: route.operation,
    method,
    path: documented,
  }))
})

describe('without a valid key', () => {
  test.each(eachProtected)(
    '$operation answers 401 and names no reason that helps guessing',
    async ({ operation, method, path }) => {
      const key = world.a.key
      const wrongKeys = [
        null,
        'nonsense',
        `${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}`,
        `${key.slice(0, 20)}${'A'.repeat(12)}${key.slice(32)}`,
      ]
      for (const wrong of wrongKeys) {
        const answer = await world.call(method.toUpperCase(), filled(path), {
          key: wrong,
          ...request(operation),
        })
        expect(answer.status).toBe(401)
        expect(answer.body).toMatchObject({
          code: 'unauthenticated',
          reference: answer.headers.get('bankSync-reference'),
        })
      }
    },
  )

  test('a well-formed key that nobody made is refused', async () => {
    expect((await world.call('GET', '/v1/connections', { key: mintApiKey().key })).status).toBe(401)
  })

  test('a key whose id is known but whose secret is another one is refused', async () => {
    const key = await world.makeKey(world.a.tenantId, 'erp')
    await asAdministrator(world.adminUrl, (client) =>
      client.query('UPDATE api_key SET key_hash = $1 WHERE id = $2', [
        randomBytes(32),
        key.slice(9, 17),
      ]),
    )
    expect((await world.call('GET', '/v1/connections', { key })).status).toBe(401)
  })

  test('an expired key is refused', async () => {
    const expired = await world.makeKey(world.a.tenantId, 'erp', '2020-01-01T00:00:00.000Z')
    expect((await world.call('GET', '/v1/connections', { key: expired })).status).toBe(401)
  })

  test('a revoked key is refused at once when it was not used before, and within seconds otherwise', async () => {
    const made = await world.call<{ id: string; key: string }>('POST', '/v1/api-keys', { body: {} })
    expect(made.status).toBe(201)
    expect((await world.call('DELETE', `/v1/api-keys/${made.body.id}`)).status).toBe(204)
    expect((await world.call('GET', '/v1/tenant', { key: made.body.key })).status).toBe(401)
  })
})

describe('ids of another tenant', () => {
  test('are unknown on every route and with every method, commands included', async () => {
    const connectionId = await aConnection(world, world.b)
    const accountId = await anAccount(world, connectionId, { tenant: world.b, lines: 2 })
    const runId = await aRun(world, connectionId, world.b)
    const challengeId = await aChallenge(world, connectionId, { tenant: world.b })
    const importId = await anImport(world, world.b)
    const flowId = '11111111-1111-4111-8111-111111111111'
    await withTenant(world.pool, world.b.tenantId, (tx) =>
      linkFlows.create(tx, {
        id: flowId,
        connectionId,
        kind: 'link',
        stateHash: createHash('sha256').update(flowId).digest(),
        returnUrl: 'https://erp.test/',
        locale: 'en',
        ttlSeconds: 600,
      }),
    )
    const keyId = /_(\w{8})_/.exec(world.b.key)?.[1] ?? ''
    const ids = { connectionId, challengeId, accountId, runId, importId, flowId, keyId }
    const withIds = eachProtected.filter(({ path }) => path.includes('{'))
    expect(withIds.length).toBeGreaterThan(15)
    for (const { operation, method, path } of withIds) {
      const sent = request(operation)
      const theirs = await world.call(method.toUpperCase(), filled(path, ids), {
        key: world.a.key,
        ...sent,
      })
      const nobodys = await world.call(method.toUpperCase(), filled(path, { keyId: 'zzzzzzzz' }), {
        key: world.a.key,
        ...sent,
      })
      expect([operation, theirs.status], theirs.text).toEqual([operation, 404])
      expect(nobodys.status).toBe(404)
      expect({ ...theirs.body, reference: '' }).toEqual({ ...nobodys.body, reference: '' })
    }
    const untouched = await world.call<{ state: string }>(
      'GET',
      `/v1/connections/${connectionId}`,
      { key: world.b.key },
    )
    expect(untouched.body.state).toBe('connected')
    expect(await world.temporal.workflow.count()).toMatchObject({ count: 0 })
  })

  test('lists show only what belongs to the key', async () => {
    const own = await aConnection(world, world.a)
    await aMessage(world, own)
    const theirs = await world.call<{ data: { id: string }[] }>('GET', '/v1/connections', {
      key: world.b.key,
    })
    expect(theirs.body.data.map(({ id }) => id)).not.toContain(own)
    const mine = await world.call<{ data: { id: string }[] }>('GET', '/v1/connections')
    expect(mine.body.data.map(({ id }) => id)).toContain(own)
  })
})

describe('scopes', () => {
  const scopes = ['erp', 'support', 'operator', 'readonly'] as const

  test('the table of roles and routes is as decided', () => {
    const table = Object.entries(roles).map(([operation, role]: [string, Role]) =>
      role === 'public' ? `${operation}: public` : `${operation}: ${role.join(' ')}`,
    )
    expect(table).toMatchSnapshot()
  })

  test('a key is refused wherever the table does not name its scope, before anything is read', async () => {
    for (const scope of scopes) {
      const key = await world.makeKey(scope === 'operator' ? null : world.a.tenantId, scope)
      for (const { operation, method, path } of eachProtected) {
        const role: Role = roles[operation]
        const answer = await world.call(method.toUpperCase(), filled(path, { keyId: 'zzzzzzzz' }), {
          key,
          ...request(operation),
        })
        const allowed = role !== 'public' && role.some((one) => one === scope)
        expect([scope, operation, answer.status === 403], answer.text).toEqual([
          scope,
          operation,
          !allowed,
        ])
      }
    }
  })
})

describe('tenants that may not', () => {
  const refusedEverywhere = async (key: string, code: string): Promise<void> => {
    const calls = eachProtected.filter(({ operation }) => operation !== 'POST /v1/tenants')
    for (const { operation, method, path } of calls) {
      const answer = await world.call(method.toUpperCase(), filled(path), {
        key,
        ...request(operation),
      })
      if (operation === 'GET /v1/tenant') expect(answer.status).toBe(200)
      else expect([operation, answer.status, answer.body['code']]).toEqual([operation, 403, code])
    }
  }

  test('a trial edition is refused before anything else', async () => {
    const { key } = await world.makeTenant({ edition: 'trial' })
    await refusedEverywhere(key, 'trial-not-allowed')
  })

  test('a subscription that is over is refused, a running one is not', async () => {
    const over = await world.makeTenant({ subscriptionUntil: '2020-01-01T00:00:00.000Z' })
    await refusedEverywhere(over.key, 'trial-not-allowed')
    const running = await world.makeTenant({ subscriptionUntil: '2100-01-01T00:00:00.000Z' })
    expect((await world.call('GET', '/v1/connections', { key: running.key })).status).toBe(200)
  })

  test('a blocked tenant is refused everywhere and can still see that it is blocked', async () => {
    const { key, tenantId } = await world.makeTenant()
    await asAdministrator(world.adminUrl, (client) =>
      client.query('UPDATE tenant SET blocked_at = now() WHERE tenant_id = $1', [tenantId]),
    )
    await refusedEverywhere(key, 'account-blocked')
    const seen = await world.call<{ state: string }>('GET', '/v1/tenant', { key })
    expect(seen.body.state).toBe('blocked')
  })
})
