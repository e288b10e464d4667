import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Problem } from '../../api/problem.ts'
import { toProblem } from '../../api/to-problem.ts'
import { aConnection } from './support/builders.ts'
import type { World } from './support/world.ts'
import { createWorld } from './support/world.ts'

let world: World

beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.close())

const post = (body: unknown, headers: Record<string, string> = {}) =>
  world.call('POST', '/v1/api-keys', { body, headers })

test('a problem names its code, its explanation and a reference that the log knows', async () => {
  const answer = await world.call('GET', '/v1/nothing')
  expect(answer.status).toBe(404)
  expect(answer.headers.get('content-type')).toContain('application/problem+json')
  expect(answer.body).toMatchObject({
    type: 'http://banksync.test/docs#not-found',
    title: 'Not found',
    status: 404,
    code: 'not-found',
  })
  const reference = answer.headers.get('banksync-reference') ?? ''
  expect(reference).toMatch(/^BS-[0-9A-Z]{4}-[0-9A-Z]{4}$/)
  expect(answer.body['reference']).toBe(reference)
  expect(world.logged.join('')).toContain(reference)
})

test('titles and explanations speak the reader’s language, codes do not', async () => {
  const headers = { 'accept-language': 'nl' }
  const answer = await world.call('GET', '/v1/nothing', { headers })
  expect(answer.body).toMatchObject({ code: 'not-found', title: 'Niet gevonden' })
  const id = await aConnection(world)
  const wrong = await world.call('PATCH', `/v1/connections/${id}`, {
    body: { autoSync: 3 },
    headers: { 'accept-language': 'fr' },
  })
  expect(JSON.stringify(wrong.body['errors'])).toContain('booléen')
})

describe('a request that is not well-formed', () => {
  test('JSON that is none', async () => {
    expect(await post('{bad')).toMatchObject({
      status: 400,
      body: { code: 'validation-failed', errors: [{ pointer: '/body' }] },
    })
  })

  test('every wrong place is named, unknown keys at their own', async () => {
    const answer = await post({ scope: 'root', extra: 1, 'a/b': 2 })
    const pointers = (answer.body['errors'] as { pointer: string }[]).map(({ pointer }) => pointer)
    expect(pointers).toEqual(['/body/scope', '/body/extra', '/body/a~1b'])
  })

  test('a body that is no object', async () => {
    expect((await post('[]')).status).toBe(400)
    expect((await post('"text"')).status).toBe(400)
    expect((await post('null')).status).toBe(400)
  })

  test('a key named __proto__ is an unknown key and changes nothing', async () => {
    expect((await post('{"__proto__":{"scope":"erp"}}')).status).toBe(400)
    expect(({} as Record<string, unknown>)['scope']).toBeUndefined()
  })

  test('more than 64 KB', async () => {
    expect(await post({ label: 'x'.repeat(70_000) })).toMatchObject({
      status: 413,
      body: { code: 'payload-too-large' },
    })
  })

  test('another content type', async () => {
    const answer = await post('label=x', { 'content-type': 'application/x-www-form-urlencoded' })
    expect(answer).toMatchObject({ status: 415, body: { code: 'unsupported-media-type' } })
  })

  test('an address that cannot be decoded', async () => {
    expect(await world.call('GET', '/v1/runs/%E0%A4%A')).toMatchObject({
      status: 400,
      body: { code: 'validation-failed', errors: [{ pointer: '/params' }] },
    })
  })
})

describe('what nobody expected', () => {
  test('is told by reference only; neither text nor stack of the error leaves', async () => {
    const { pool } = world.deps
    const answered = toProblem(new Error('canary-detail at db.internal'))
    expect(answered.code).toBe('internal-error')
    expect(pool).toBeDefined()
    const broken = await createWorld({
      withoutWorker: true,
      deps: { vault: null as never },
    })
    const id = await aConnection(broken)
    const answer = await broken.call('POST', `/v1/connections/${id}/syncs`, { body: {} })
    expect(answer).toMatchObject({ status: 500, body: { code: 'internal-error' } })
    expect(answer.text).not.toMatch(/TypeError|null|at /)
    expect(answer.body['detail']).toContain(answer.body['reference'])
    expect(broken.logged.join('')).toContain(String(answer.body['reference']))
    await broken.close()
  })

  test('a database that is away is 503, so that the sender tries again', async () => {
    const away = Object.assign(new Error('x'), { code: 'ECONNREFUSED' })
    expect(toProblem(new Error('wrapped', { cause: away }))).toMatchObject({
      code: 'service-unavailable',
    })
    expect(toProblem(Object.assign(new Error('x'), { code: '53100' }))).toBeInstanceOf(Problem)
  })
})

test('a workflow whose task fails until another version is deployed is 503, so that the sender tries again', () => {
  const failing = Object.assign(new Error('Workflow Task in failed state'), {
    code: 9,
    details: '',
    metadata: {},
  })
  expect(toProblem(failing)).toMatchObject({ code: 'service-unavailable' })
})

test('no answer may be kept by anybody on the way', async () => {
  const { headers } = await world.call('GET', '/v1/tenant')
  expect(headers.get('cache-control')).toBe('no-store')
})

test('answers carry the headers of a careful server and no hint at its software', async () => {
  const { headers } = await world.call('GET', '/livez', { key: null })
  expect(headers.get('x-powered-by')).toBeNull()
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  expect(headers.get('content-security-policy')).toContain("default-src 'self'")
})
