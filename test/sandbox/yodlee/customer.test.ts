import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { YodleeClient } from './client.ts'
import { openYodlee } from './client.ts'
import { yodleeConformance } from './conformance.ts'

const conformance = yodleeConformance()
let yodlee: YodleeClient

beforeAll(async () => {
  yodlee = await openYodlee({ observe: conformance.observe, catalogueSize: 3000 })
})
afterAll(async () => {
  await yodlee.stop()
})
beforeEach(async () => {
  await yodlee.sim('POST', '/__sim/reset')
})

const codeOf = ({ status, body }: { status: number; body: any }) => [status, body.errorCode]

describe('a token', () => {
  test('lasts half an hour and is refused afterwards as expired', async () => {
    const minted = await yodlee.mint('somebody')
    expect(minted.status).toBe(201)
    expect(minted.body.token.expiresIn).toBe(1799)
    const { accessToken } = minted.body.token
    expect((await yodlee.call(accessToken, '/accounts')).status).toBe(200)
    await yodlee.advance(1800_000)
    expect(codeOf(await yodlee.call(accessToken, '/accounts'))).toEqual([401, 'Y023'])
    expect(codeOf(await yodlee.call('invented', '/accounts'))).toEqual([401, 'Y020'])
  })

  test('that was given back works for two more minutes', async () => {
    const token = await yodlee.token('somebody')
    expect((await yodlee.call(token, '/auth/token', { method: 'DELETE' })).status).toBe(204)
    expect((await yodlee.call(token, '/accounts')).status).toBe(200)
    await yodlee.advance(120_000)
    expect(codeOf(await yodlee.call(token, '/accounts'))).toEqual([401, 'Y023'])
  })

  test('is not given without the right keys, a name and a version', async () => {
    expect(codeOf(await yodlee.mint('x-x', { clientId: 'other', secret: 'y' }))[1]).toBe('Y301')
    expect(codeOf(await yodlee.mint('x-x', { clientId: 'sandbox-client' }))[1]).toBe('Y303')
    expect(codeOf(await yodlee.mint(null))).toEqual([401, 'Y016'])
    const token = await yodlee.token('somebody')
    expect(codeOf(await yodlee.call(null, '/accounts'))).toEqual([401, 'Y007'])
    const unversioned = await fetch(`${yodlee.apiUrl}/accounts`, {
      headers: { authorization: `Bearer ${token}` },
    })
    expect(unversioned.status).toBe(401)
  })

  test('of a user is no token of the customer, and the other way round', async () => {
    const [user, admin] = [await yodlee.token('somebody'), await yodlee.token('sandbox-admin')]
    expect(codeOf(await yodlee.call(admin, '/accounts'))).toEqual([401, 'Y015'])
    expect(codeOf(await yodlee.call(user, '/configs/notifications/events'))).toEqual([401, 'Y015'])
  })
})

describe('a user', () => {
  test('is registered by the first token, unless the customer wants it done before', async () => {
    await yodlee.sim('PATCH', '/__sim/yodlee/settings', { preRegistration: true })
    expect((await yodlee.mint('newcomer')).body.errorCode).toBe('Y305')
    const admin = await yodlee.token('sandbox-admin')
    const register = () =>
      yodlee.call(admin, '/user/register', {
        method: 'POST',
        body: { user: { loginName: 'newcomer' } },
      })
    expect((await register()).body.user.loginName).toBe('newcomer')
    expect((await register()).body.errorCode).toBe('Y811')
    expect((await yodlee.mint('newcomer')).status).toBe(201)
  })

  test('who leaves takes everything along', async () => {
    const token = await yodlee.token('leaver')
    await yodlee.linked(token, 'Happy Bank')
    expect((await yodlee.call(token, '/user/unregister', { method: 'DELETE' })).status).toBe(204)
    expect((await yodlee.sim('GET', '/__sim/yodlee/connections')).connections).toEqual([])
    expect(codeOf(await yodlee.call(token, '/accounts'))).toEqual([401, 'Y020'])
  })
})

describe('the catalogue', () => {
  test('comes in pages of at most 500, in the same order, with the test sites first', async () => {
    const token = await yodlee.token('browser')
    const count = (await yodlee.call(token, '/providers/count')).body.provider.TOTAL.count
    const first = (await yodlee.call(token, '/providers')).body.provider
    const second = (await yodlee.call(token, '/providers?skip=500')).body.provider
    expect(count).toBeGreaterThan(1000)
    expect(first).toHaveLength(500)
    expect(first.slice(0, 5).map(({ id }: any) => id)).toEqual([16441, 16442, 16486, 18769, 19335])
    expect(second.some(({ id }: any) => first.some((other: any) => other.id === id))).toBe(false)
    expect((await yodlee.call(token, '/providers?top=501')).body.errorCode).toBe('Y804')
    const last = await yodlee.call(token, `/providers?skip=${String(count - 3)}`)
    expect(last.body.provider).toHaveLength(3)
  })

  test('gives every site a number of its own, by which it is found again', async () => {
    const token = await yodlee.token('browser')
    const sites: any[] = []
    for (let skip = 0; skip < 30_000; skip += 500) {
      const { body } = await yodlee.call(token, `/providers?skip=${String(skip)}`)
      if (body.provider === undefined) break
      sites.push(...body.provider)
    }
    expect(new Set(sites.map(({ id }) => id)).size).toBe(sites.length)
    const middle = sites[Math.floor(sites.length / 2)]
    const { body } = await yodlee.call(token, `/providers/${String(middle.id)}`)
    expect(body.provider[0].name).toBe(middle.name)
  })

  test('tells beta sites, sites that forbid automatic refreshes, and how a person logs in', async () => {
    const token = await yodlee.token('browser')
    const named = async (name: string) =>
      (await yodlee.call(token, `/providers?name=${encodeURIComponent(name)}`)).body.provider.find(
        (each: any) => each.name === name,
      )
    expect(await named('Beta Bank')).toMatchObject({ status: 'Beta' })
    expect(await named('Manual Bank')).toMatchObject({ isAutoRefreshEnabled: false })
    expect(await named('Happy Bank')).toMatchObject({
      status: 'Supported',
      isAutoRefreshEnabled: true,
      authType: 'CREDENTIALS',
    })
    expect(await named('Dag OAuth')).toMatchObject({ authType: 'OAUTH' })
    const both = await yodlee.call(token, '/providers?name=bank&skip=5')
    expect(both.body.errorCode).toBe('Y802')
    const tooMany = await yodlee.call(token, '/providers?providerId=1,2,3,4,5,6')
    expect(tooMany.body.errorCode).toBe('Y824')
  })
})

test('a scripted fault comes in the form of the vendor, with its status', async () => {
  const token = await yodlee.token('somebody')
  const fault = (code: string, more: object = {}) =>
    yodlee.sim('POST', '/__sim/fail-next', { endpoint: 'yodlee/accounts', code, ...more })
  await fault('Y020')
  expect(codeOf(await yodlee.call(token, '/accounts'))).toEqual([401, 'Y020'])
  await fault('Y868')
  expect(codeOf(await yodlee.call(token, '/accounts'))).toEqual([400, 'Y868'])
  await fault('Y904')
  expect(codeOf(await yodlee.call(token, '/accounts'))).toEqual([500, 'Y904'])
  await fault('Y900', { status: 429, headers: { 'retry-after': '30' } })
  const limited = await yodlee.call(token, '/accounts')
  expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '30'])
  expect(limited.body.referenceCode).toMatch(/^y[0-9a-f]{32}$/)
})

describe('the feed of changes', () => {
  const span = (fromMs: number) => {
    const at = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`
    return `fromDate=${at(fromMs)}&toDate=${at(fromMs + 3_600_000)}`
  }

  test('names the users with new data and tells deleted lines as such', async () => {
    const [token, admin] = [await yodlee.token('changes'), await yodlee.token('sandbox-admin')]
    await yodlee.linked(token, 'Happy Bank')
    const { accounts } = await yodlee.sim('GET', '/__sim/banks/Happy%20Bank')
    const account = accounts[0].id
    const { lines } = await yodlee.sim('POST', '/__sim/lines', {
      account,
      lines: [{ amount: '-1.00' }, { amount: '-2.00' }],
    })
    const shown = await yodlee.call(token, '/transactions')
    const doomed = shown.body.transaction.find((line: any) => line.amount.amount === 2)
    await yodlee.sim('DELETE', '/__sim/lines', { account, ids: [lines[1].id] })
    const when = span(Date.now() - 1_800_000)
    const events = await yodlee.call(admin, `/dataExtracts/events?eventName=DATA_UPDATES&${when}`)
    expect(events.body.event.data.userData[0].user.loginName).toBe('changes')
    const { body } = await yodlee.call(admin, `/dataExtracts/userData?loginName=changes&${when}`)
    const rows = body.userData[0].transaction
    expect(rows.map(({ isDeleted }: any) => isDeleted).toSorted()).toEqual([false, true])
    expect(rows.find(({ isDeleted }: any) => isDeleted).id).toBe(doomed.id)
  })

  test('reaches an hour at a time and a week back, and must be bought', async () => {
    const admin = await yodlee.token('sandbox-admin')
    const ask = (query: string) =>
      yodlee.call(admin, `/dataExtracts/events?eventName=DATA_UPDATES&${query}`)
    expect((await ask(span(Date.now() - 8 * 86_400_000))).body.errorCode).toBe('Y809')
    const long = `fromDate=2026-01-01T00:00:00Z&toDate=2026-01-01T01:00:01Z`
    expect((await ask(long)).body.errorCode).toBe('Y809')
    await yodlee.sim('PATCH', '/__sim/yodlee/settings', { dataExtracts: false })
    expect((await ask(span(Date.now() - 1000))).body.errorCode).toBe('Y830')
  })
})

test('everything was as the vendor describes it', () => {
  expect(conformance.problems()).toEqual([])
})
