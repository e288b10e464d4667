import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { YodleeClient } from './client.ts'
import { openYodlee } from './client.ts'
import { yodleeConformance } from './conformance.ts'

const conformance = yodleeConformance()
let yodlee: YodleeClient
let token: string
let id: number
let accountIds: number[]

beforeAll(async () => {
  yodlee = await openYodlee({ observe: conformance.observe })
})
afterAll(async () => {
  await yodlee.stop()
})
beforeEach(async () => {
  await yodlee.sim('POST', '/__sim/reset')
  await yodlee.sim('PATCH', '/__sim/yodlee/settings', { tokenSeconds: 86_000 })
  token = await yodlee.token('reader')
})

const link = async (bank: string) => {
  id = (await yodlee.linked(token, bank)).id
  const { body } = await yodlee.call(token, `/accounts?providerAccountId=${String(id)}`)
  accountIds = body.account.map((account: any) => account.id)
}

const truth = async (bank: string, place = 0) => {
  const { accounts } = await yodlee.sim('GET', `/__sim/banks/${encodeURIComponent(bank)}`)
  return yodlee.sim('GET', `/__sim/truth?account=${accounts[place].id}`)
}

const dayBefore = (days: number) =>
  new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10)

const lines = async (query: string) => {
  const { body } = await yodlee.call(token, `/transactions?${query}`)
  return body.transaction ?? []
}

const allTime = `fromDate=${dayBefore(400)}`

describe('accounts', () => {
  test('tell their balance in the digits of the bank, and their site as a text', async () => {
    await link('Happy Bank')
    const { body } = await yodlee.call(token, '/accounts?include=autoRefresh')
    const { balance, reference } = await truth('Happy Bank')
    expect(body.account[0]).toMatchObject({
      CONTAINER: 'bank',
      providerId: expect.stringMatching(/^\d+$/),
      accountStatus: 'ACTIVE',
      accountNumber: `xxxx${reference.slice(-4)}`,
      currentBalance: { amount: Number(balance), currency: 'EUR' },
      autoRefresh: { status: 'ENABLED', additionalStatus: 'SCHEDULED' },
    })
  })

  test('of a card tell what is owed', async () => {
    await yodlee.sim('PATCH', '/__sim/banks/Twins%20Bank', {
      accounts: [{ subtype: 'card', opening: '-250.10' }],
    })
    await link('Twins Bank')
    const { body } = await yodlee.call(token, '/accounts?container=creditCard')
    expect(body.account[0].runningBalance.amount).toBe(250.1)
  })

  test('that are closed are listed only where somebody asks for them', async () => {
    await link('Happy Bank')
    await yodlee.sim('POST', '/__sim/yodlee/drop', {
      what: 'account',
      account: accountIds[0],
      status: 'CLOSED',
    })
    const open = await yodlee.call(token, '/accounts')
    const closed = await yodlee.call(token, '/accounts?status=CLOSED')
    expect(open.body.account).toHaveLength(1)
    expect(closed.body.account).toHaveLength(1)
  })

  test('that were deleted are unknown, and do not come back with a refresh', async () => {
    await link('Happy Bank')
    await yodlee.call(token, `/accounts/${String(accountIds[0])}`, { method: 'DELETE' })
    await yodlee.advance(16 * 60_000)
    await yodlee.refresh(token, id)
    await yodlee.advance(3000)
    const gone = await yodlee.call(token, `/accounts?accountId=${String(accountIds[0])}`)
    const rest = await yodlee.call(token, '/accounts')
    expect(gone.body).toMatchObject({
      errorCode: 'Y800',
      errorMessage: 'Invalid value for accountId',
    })
    expect(rest.body.account).toHaveLength(1)
  })

  test('of another user are as unknown as those that never were', async () => {
    await link('Happy Bank')
    const stranger = await yodlee.token('stranger')
    const own = await yodlee.call(stranger, `/accounts?accountId=${String(accountIds[0])}`)
    const connection = await yodlee.call(stranger, `/providerAccounts/${String(id)}`)
    expect([own.body.errorCode, connection.body.errorCode]).toEqual(['Y800', 'Y800'])
  })

  test('tell a fresh balance once the bank has been asked', async () => {
    await link('Happy Bank')
    const path = `/accounts/latestBalances?providerAccountId=${String(id)}&accountId=${String(accountIds[0])}`
    const first = await yodlee.call(token, path)
    await yodlee.advance(3000)
    const second = await yodlee.call(token, path)
    expect(first.body.accountBalance[0].refreshStatus).toBe('IN_PROGRESS')
    expect(second.body.accountBalance[0]).toMatchObject({
      refreshStatus: 'SUCCESS',
      currentBalance: { currency: 'EUR' },
    })
  })
})

describe('lines', () => {
  test('are unsigned, with the sign in the base type, digit by digit as the bank has them', async () => {
    await link('Happy Bank')
    const { account } = await truth('Happy Bank')
    await yodlee.sim('POST', '/__sim/lines', {
      account,
      lines: [
        { amount: '-1234567890123.4567', text: 'Large' },
        { amount: '1e-2', text: 'Small' },
      ],
    })
    const response = await fetch(
      `${yodlee.apiUrl}/transactions?accountId=${String(accountIds[0])}`,
      {
        headers: { 'api-version': '1.1', authorization: `Bearer ${token}` },
      },
    )
    const text = await response.text()
    expect(text).toContain('"amount":1234567890123.4567,')
    expect(text).toContain('"amount":0.01,')
    const found = JSON.parse(text).transaction
    const named = (name: string) => found.find((line: any) => line.description.original === name)
    expect([named('Small').baseType, named('Large').baseType]).toEqual(['CREDIT', 'DEBIT'])
  })

  test('of the whole history add up to what the bank has', async () => {
    await link('Happy Bank')
    const { lines: booked } = await truth('Happy Bank')
    const found = await lines(`accountId=${String(accountIds[0])}&${allTime}`)
    const posted = found.filter(({ status }: any) => status === 'POSTED')
    const recent = booked.filter(({ bookedOn }: any) => bookedOn >= dayBefore(90))
    expect(posted).toHaveLength(recent.length)
    expect(found.filter(({ status }: any) => status === 'PENDING')).toHaveLength(1)
    expect(new Set(found.map((line: any) => line.id)).size).toBe(found.length)
  })

  test('are those of the last 30 days unless told otherwise, and none is an empty object', async () => {
    await link('Happy Bank')
    const found = await lines('')
    expect(found.every(({ date }: any) => date >= dayBefore(31))).toBe(true)
    const none = await yodlee.call(token, '/transactions?fromDate=2001-01-01&toDate=2001-01-02')
    expect(none.body).toEqual({})
  })

  test('come in pages whose header names the next, and the count knows them all', async () => {
    await link('Happy Bank')
    const count = await yodlee.call(token, `/transactions/count?${allTime}`)
    const pages: any[] = []
    let next: string | null = `/transactions?${allTime}&top=100`
    for (let page = 0; next !== null && page < 20; page += 1) {
      const { body, headers } = await yodlee.call(token, next)
      pages.push(...body.transaction)
      next = /<\/ysl([^>]+)>; rel="next"/.exec(headers.get('link') ?? '')?.[1] ?? null
    }
    expect(pages.length).toBeGreaterThan(200)
    expect(pages).toHaveLength(count.body.transaction.TOTAL.count)
    expect(new Set(pages.map((line) => line.id)).size).toBe(pages.length)
    const tooMany = await yodlee.call(token, '/transactions?top=501')
    expect(tooMany.body.errorCode).toBe('Y804')
  })

  test('of more than two years are silently clipped', async () => {
    await yodlee.patch('Happy Bank', { historyDays: 2000 })
    const { account } = await truth('Happy Bank')
    const old = dayBefore(800)
    await yodlee.sim('POST', '/__sim/lines', {
      account,
      lines: [{ amount: '1.00', bookedOn: old }],
    })
    await link('Happy Bank')
    const clipped = await lines(`fromDate=${dayBefore(1000)}`)
    const earlier = await lines(`fromDate=${dayBefore(1000)}&toDate=${dayBefore(700)}`)
    expect(clipped.some(({ date }: any) => date === old)).toBe(false)
    expect(earlier.map(({ date }: any) => date)).toEqual([old])
  })

  test('reach back no further than the site lets them', async () => {
    await yodlee.patch('Happy Bank', { historyDays: 10 })
    await link('Happy Bank')
    const found = await lines(allTime)
    expect(found.length).toBeGreaterThan(0)
    expect(found.every(({ date }: any) => date >= dayBefore(11))).toBe(true)
  })

  test('of a partial refresh are partly hidden, and all there after the next', async () => {
    await link('Happy Bank')
    const whole = await lines(allTime)
    await yodlee.patch('Happy Bank', { outcomes: ['PARTIAL_DATA_RETRIEVED'] })
    await yodlee.advance(16 * 60_000)
    await yodlee.refresh(token, id)
    await yodlee.advance(3000)
    expect((await yodlee.show(token, id)).status).toBe('PARTIAL_SUCCESS')
    const part = await lines(allTime)
    await yodlee.advance(16 * 60_000)
    await yodlee.refresh(token, id)
    await yodlee.advance(3000)
    expect(part.length).toBeLessThan(whole.length)
    expect((await lines(allTime)).map((line: any) => line.id)).toEqual(
      whole.map((line: any) => line.id),
    )
  })

  test('may have the same id in two containers', async () => {
    await yodlee.sim('PATCH', '/__sim/banks/Twins%20Bank', {
      accounts: [{ subtype: 'card', lines: [{ amount: '-3.00' }] }],
      yodlee: { sharedIds: true },
    })
    await link('Twins Bank')
    const found = await lines(allTime)
    const ids = new Set(found.map((line: any) => line.id))
    const keys = new Set(found.map((line: any) => `${line.CONTAINER}:${line.id}`))
    expect(ids.size).toBeLessThan(found.length)
    expect(keys.size).toBe(found.length)
  })

  test('get another id when they are posted, and keep it when they change', async () => {
    await link('Happy Bank')
    const { account, pending } = await truth('Happy Bank')
    const find = async () =>
      (await lines(allTime)).find(({ description }: any) =>
        description.original.includes('Reserved by card'),
      )
    const before = await find()
    const posted = await yodlee.sim('POST', '/__sim/lines/post', { account, id: pending[0].id })
    const after = await find()
    await yodlee.sim('PATCH', '/__sim/lines', {
      account,
      id: posted.line.id,
      change: { amount: '-28.00' },
    })
    const changed = await find()
    expect([before.status, after.status]).toEqual(['PENDING', 'POSTED'])
    expect(before.postDate).toBeUndefined()
    expect(after.id).not.toBe(before.id)
    expect([changed.id, changed.amount.amount]).toEqual([after.id, 28])
  })

  test('keep their minus where the site writes it', async () => {
    await yodlee.patch('Happy Bank', { negativeAmounts: true })
    await link('Happy Bank')
    const found = await lines(allTime)
    expect(found.some(({ amount }: any) => amount.amount < 0)).toBe(true)
  })

  test('may change while somebody reads page after page', async () => {
    await yodlee.patch('Happy Bank', { shiftsWhilePaging: true })
    await link('Happy Bank')
    const { account } = await truth('Happy Bank')
    await yodlee.sim('POST', '/__sim/lines', {
      account,
      seen: 'nextSynchronization',
      lines: [{ amount: '1.00' }],
    })
    const count = async () =>
      (await yodlee.call(token, `/transactions/count?${allTime}`)).body.transaction.TOTAL.count
    const before = await count()
    await lines(`${allTime}&top=10`)
    expect(await count()).toBe(before + 1)
  })

  test('that the bank has booked since are seen after the next refresh or the next night', async () => {
    await link('Happy Bank')
    const { account } = await truth('Happy Bank')
    const wait = (text: string) =>
      yodlee.sim('POST', '/__sim/lines', {
        account,
        seen: 'nextSynchronization',
        lines: [{ amount: '1.00', text }],
      })
    const texts = async () =>
      (await lines(allTime)).map(({ description }: any) => description.original)
    await wait('First')
    expect(await texts()).not.toContain('First')
    await yodlee.advance(16 * 60_000)
    await yodlee.refresh(token, id)
    await yodlee.advance(3000)
    expect(await texts()).toContain('First')
    await wait('Second')
    await yodlee.advance(86_400_000)
    token = await yodlee.token('reader')
    expect(await texts()).toContain('Second')
  })

  test('of a first refresh may come long after the accounts', async () => {
    await yodlee.patch('Happy Bank', { historyMs: 90_000 })
    const added = await yodlee.add(token, 'Happy Bank')
    await yodlee.advance(2000)
    expect((await yodlee.call(token, '/accounts')).body.account).toHaveLength(2)
    expect((await yodlee.show(token, added.id)).status).toBe('IN_PROGRESS')
    expect(await lines(allTime)).toEqual([])
    await yodlee.advance(90_000)
    expect((await lines(allTime)).length).toBeGreaterThan(0)
  })

  test('have other ids after the bank was linked anew', async () => {
    await link('Happy Bank')
    const before = (await lines(allTime)).map((line: any) => line.id)
    await yodlee.call(token, `/providerAccounts/${String(id)}`, { method: 'DELETE' })
    await link('Happy Bank')
    const after = (await lines(allTime)).map((line: any) => line.id)
    expect(after).toHaveLength(before.length)
    expect(after.some((each: number) => before.includes(each))).toBe(false)
  })
})

test('every third call for lines of Flaky Bank goes wrong', async () => {
  await yodlee.patch('Flaky Bank', { outcomes: [] })
  await link('Flaky Bank')
  const statuses: number[] = []
  for (let call = 0; call < 3; call += 1)
    statuses.push((await yodlee.call(token, '/transactions')).status)
  expect(statuses).toEqual([200, 200, 503])
})

test('everything was as the vendor describes it', () => {
  expect(conformance.problems()).toEqual([])
})
