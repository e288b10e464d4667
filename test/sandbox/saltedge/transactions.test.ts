import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Json } from '../client.ts'
import type { Linked, SaltEdge } from './client.ts'
import { openSaltEdge } from './client.ts'

let client: SaltEdge
beforeAll(async () => {
  client = await openSaltEdge()
})
afterAll(async () => {
  await client.stop()
})

const idsOf = (rows: Json[]): string[] => rows.map(({ id }) => id)
const ascends = (ids: string[]) =>
  ids.every((id, index) => index === 0 || BigInt(ids[index - 1]!) < BigInt(id))

const bankAccountOf = async (linked: Linked): Promise<string> => {
  const { connections } = await client.sim('GET', '/__sim/saltedge/connections')
  return connections.find(({ id }: Json) => id === linked.id).accounts[0].account
}

const oneLine = async (linked: Linked, line: object): Promise<Json> => {
  const account = await bankAccountOf(linked)
  return (await client.sim('POST', '/__sim/lines', { account, lines: [line] })).lines[0]
}

test('every booked line is listed once, lowest id first, whatever the size of the pages', async () => {
  const bank = await client.newBank({}, { accounts: [{ history: { count: 57, days: 50 } }] })
  const linked = await client.link(bank)
  const ids = idsOf(await client.transactions(linked))
  expect(ids).toHaveLength(57)
  expect(ascends(ids)).toBe(true)
  expect(ids.every((id) => BigInt(id) > 2n ** 53n)).toBe(true)
  expect(idsOf(await client.transactions(linked, '&per_page=10'))).toEqual(ids)
  await client.behave(bank, { pageSize: 7 })
  expect(idsOf(await client.transactions(linked, '&per_page=1000'))).toEqual(ids)
})

test('a page begins with the id that it is asked from, and names the first id of the next', async () => {
  const linked = await client.link(await client.newBank())
  const ids = idsOf(await client.transactions(linked))
  const query = `/transactions?connection_id=${linked.id}&account_id=${linked.accounts[0].id}`
  const { body } = await client.call('GET', `${query}&per_page=2&from_id=${ids[1]}`)
  expect(idsOf(body.data)).toEqual(ids.slice(1, 3))
  expect(body.meta.next_id).toBe(ids[3])
  const behind = await client.call('GET', `${query}&from_id=${BigInt(ids.at(-1)!) + 1n}`)
  expect(behind.body).toEqual({ data: [], meta: { next_id: null, next_page: null } })
})

test('amounts go over the wire digit by digit', async () => {
  const texts: string[] = []
  const linked = await client.link(await client.newBank({}, { accounts: [{}] }))
  for (const amount of ['1.0E-5', '-12.50', '99999999999999.12345'])
    await oneLine(linked, { amount })
  const url = `${client.urls.saltedge}/api/v6/transactions?connection_id=${linked.id}&account_id=${linked.accounts[0].id}`
  await client.sim('PATCH', '/__sim/saltedge/settings', { checkSignatures: false })
  const headers = { 'app-id': client.keys.appId, secret: client.keys.secret }
  const text = await (await fetch(url, { headers })).text()
  await client.sim('PATCH', '/__sim/saltedge/settings', { checkSignatures: true })
  for (const [, digits] of text.matchAll(/"amount":([^,]+)/g)) texts.push(digits!)
  expect(texts).toEqual(['1.0E-5', '-12.50', '99999999999999.12345'])
})

test('another connection to the same bank has ids of its own', async () => {
  const bank = await client.newBank()
  const [one, other] = [await client.link(bank), await client.link(bank)]
  const ids = new Set(idsOf(await client.transactions(one)))
  expect(idsOf(await client.transactions(other)).some((id) => ids.has(id))).toBe(false)
})

test('pending lines are a list of their own, and are counted', async () => {
  const linked = await client.link(await client.newBank())
  await oneLine(linked, { amount: '-9.99', status: 'pending' })
  const pending = await client.transactions(linked, '&pending=true')
  expect(pending).toMatchObject([{ status: 'pending', amount: -9.99 }])
  expect(idsOf(await client.transactions(linked))).not.toContain(pending[0].id)
  const [account] = await client.accounts(linked.id)
  expect(account.extra.transactions_count).toEqual({ posted: 6, pending: 1 })
})

test('a line that was held back is posted days later under an id below those already read', async () => {
  const today = await client.day()
  const lines = ['1.00', '2.00', '3.00', '4.00'].map((amount) => ({ amount, bookedOn: today }))
  const bank = await client.newBank(
    { customPendingsPeriod: 7, heldPendingDays: 7 },
    { accounts: [{ lines }], consentDays: 90 },
  )
  const linked = await client.link(bank)
  const early = idsOf(await client.transactions(linked))
  expect(early).toHaveLength(2)
  expect(await client.transactions(linked, '&pending=true')).toHaveLength(2)
  await client.advance(8 * 24 * 60)
  const late = idsOf(await client.transactions(linked))
  expect(late).toHaveLength(4)
  const added = late.filter((id) => !early.includes(id))
  expect(BigInt(added[0]!)).toBeLessThan(BigInt(early.at(-1)!))
})

test.each([
  ['mark_as_duplicate', 1, 0],
  ['mark_as_pending', 0, 1],
  ['delete_duplicated', 0, 0],
])(
  'under %s a delivered line that is taken for a duplicate leaves the list at the second refresh',
  async (strategy, duplicated, pending) => {
    const bank = await client.newBank({ duplicateOnRefresh: 2, refreshTimeout: 0 })
    const linked = await client.link(bank, { attempt: { unduplication_strategy: strategy } })
    const before = idsOf(await client.transactions(linked))
    await client.background(linked.id)
    expect(idsOf(await client.transactions(linked))).toEqual(before)
    await client.background(linked.id)
    expect(idsOf(await client.transactions(linked))).toEqual(before.slice(0, -1))
    expect(await client.transactions(linked, '&duplicated=true')).toHaveLength(duplicated)
    expect(await client.transactions(linked, '&pending=true')).toHaveLength(pending)
  },
)

test('a line can be taken for a duplicate and given back', async () => {
  const linked = await client.link(await client.newBank(), {
    attempt: { unduplication_strategy: 'mark_as_duplicate' },
  })
  const ids = idsOf(await client.transactions(linked))
  const wish = { account: linked.accounts[0].id, id: ids[2] }
  await client.sim('POST', '/__sim/saltedge/duplicates', wish)
  expect(idsOf(await client.transactions(linked))).not.toContain(ids[2])
  expect(await client.transactions(linked, '&duplicated=true')).toMatchObject([
    { id: ids[2], duplicated: true, status: 'posted' },
  ])
  await client.sim('POST', '/__sim/saltedge/duplicates', { ...wish, duplicated: false })
  expect(idsOf(await client.transactions(linked))).toEqual(ids)
})

test('a changed line keeps its id and a removed one leaves the list', async () => {
  const linked = await client.link(await client.newBank())
  const account = await bankAccountOf(linked)
  const line = await oneLine(linked, { amount: '5.00', text: 'before' })
  const [id] = idsOf(await client.transactions(linked)).slice(-1)
  const change = { text: 'after', amount: '6.00' }
  await client.sim('PATCH', '/__sim/lines', { account, id: line.id, change })
  const changed = (await client.transactions(linked)).at(-1)
  expect(changed).toMatchObject({ id, description: 'after', amount: 6 })
  await client.sim('DELETE', '/__sim/lines', { account, ids: [line.id] })
  expect(idsOf(await client.transactions(linked))).not.toContain(id)
})

test('lines before the first day of the consent are not told', async () => {
  const bank = await client.newBank({}, { accounts: [{ history: { count: 30, days: 30 } }] })
  const asked = { ...(await client.wish()), customer_id: await client.customer() }
  const { connect_url: url } = await client.ok('POST', '/connections/connect', {
    ...asked,
    consent: { scopes: ['accounts', 'transactions'], from_date: await client.day(9) },
    provider: { code: await client.codeOf(bank) },
  })
  const id = (await client.press(url, 'ok'))?.searchParams.get('connection_id') ?? ''
  const linked = { id, customerId: '', accounts: await client.accounts(id) }
  expect((await client.transactions(linked)).length).toBe(10)
})

test('the balance is that of the bank, and the newest line tells it where the bank does', async () => {
  const accounts = [{ opening: '100.00', history: { count: 4, days: 4 } }]
  const linked = await client.link(await client.newBank({ closingBalances: true }, { accounts }))
  const truth = await client.sim('GET', `/__sim/truth?account=${await bankAccountOf(linked)}`)
  expect(linked.accounts[0].balance).toBe(Number(truth.balance))
  const rows = await client.transactions(linked)
  expect(rows.map(({ extra }) => extra.closing_balance)).toEqual([
    undefined,
    undefined,
    undefined,
    Number(truth.balance),
  ])
})

test('an account of more than two hundred pages is read to its end', async () => {
  const accounts = [{ history: { count: 1010, days: 300 } }]
  const linked = await client.link(await client.newBank({ pageSize: 5 }, { accounts }))
  const ids = idsOf(await client.transactions(linked))
  expect(new Set(ids).size).toBe(1010)
  expect(ascends(ids)).toBe(true)
})

test('a bank of the catalogue that nobody has scripted can be linked', async () => {
  const generated = await openSaltEdge({ catalogueSize: 300 })
  const institutions = await generated.rows('/providers?per_page=1000')
  expect(institutions.length).toBeGreaterThan(100)
  const { code } = institutions.findLast(
    ({ status, interactive_for_connections: asks }) => status === 'active' && !asks,
  )
  const { connect_url: url } = await generated.ok('POST', '/connections/connect', {
    ...(await generated.wish()),
    customer_id: await generated.customer(),
    provider: { code, include_sandboxes: true },
  })
  const id = (await generated.press(url, 'ok'))?.searchParams.get('connection_id') ?? ''
  expect(await generated.accounts(id)).toHaveLength(1)
  expect(generated.conformance.problems()).toEqual([])
  await generated.stop()
})

test('a bank that fails now and then is answered for by the provider', async () => {
  const linked = await client.link(await client.newBank({}, { transactionsFailEvery: 2 }))
  const path = `/transactions?connection_id=${linked.id}&account_id=${linked.accounts[0].id}`
  const statuses = [await client.call('GET', path), await client.call('GET', path)]
  expect(statuses.map(({ status }) => status)).toEqual([200, 500])
})

test('nothing on the wire was otherwise than described', () => {
  expect(client.conformance.problems()).toEqual([])
})
