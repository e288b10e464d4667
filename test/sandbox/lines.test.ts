import { afterAll, beforeAll, expect, test } from 'vitest'
import { sumDecimals } from '../../sandbox/decimal.ts'
import type { Client, Json } from './client.ts'
import { openClient } from './client.ts'

let client: Client
let access: string
let account: string
const bankId = '00000000-0000-4000-8000-000000000001'

beforeAll(async () => {
  client = await openClient()
  await client.sim('PUT', `/__sim/banks/${bankId}`, {
    name: 'Test Bank',
    accounts: [{ opening: '100.00', history: { count: 237, days: 60 } }],
  })
  access = (await client.link('Test Bank')).access
  account = (await client.accounts(access))[0].id
})
afterAll(() => client.stop())

const path = () => `/ponto-connect/accounts/${account}/transactions`
const idsOf = (lines: Json[]): string[] => lines.map(({ id }) => id)
const truth = () => client.sim('GET', `/__sim/truth?account=${account}`)
const add = (line: object, seen = 'now') =>
  client.sim('POST', '/__sim/lines', { account, lines: [line], seen })

test('a page has ten lines unless more are asked for, and never more than a hundred', async () => {
  const sizes = await Promise.all(
    ['', '?page[limit]=7', '?limit=7', '?page[limit]=5000'].map(
      async (query) => (await client.call(access, path() + query)).body.data.length,
    ),
  )
  expect(sizes).toEqual([10, 7, 7, 100])
})

test.each(['page[limit]=50', 'limit=50', 'page[limit]=13', 'limit=1'])(
  'following the next links with %s gives every line exactly once',
  async (query) => {
    const lines = await client.readAll(access, `${path()}?${query}`)
    const { lines: expected } = await truth()
    expect(idsOf(lines).toSorted()).toEqual(idsOf(expected).toSorted())
  },
)

test('lines come newest first, but not in strict order of their dates', async () => {
  const lines = await client.readAll(access, `${path()}?limit=100`)
  const days = lines.map(({ attributes }): number => Date.parse(attributes.executionDate))
  const steps = days.slice(1).map((day, index) => day - (days[index] ?? day))
  const dayMs = 86_400_000
  expect(steps.some((step) => step > 0)).toBe(true)
  expect(Math.max(...steps)).toBeLessThanOrEqual(2 * dayMs)
  expect(days.at(-1)).toBeLessThan(days[0]! - 50 * dayMs)
})

test('before an id come the lines just above it', async () => {
  const all = idsOf(await client.readAll(access, `${path()}?limit=100`))
  const { body } = await client.call(access, `${path()}?page[limit]=5&page[before]=${all[20]}`)
  expect(idsOf(body.data)).toEqual(all.slice(15, 20))
})

test('an unknown id is not found, or an empty page when the bank is scripted so', async () => {
  const unknown = `${path()}?after=00000000-0000-4000-8000-00000000dead`
  expect((await client.call(access, unknown)).status).toBe(404)
  await client.sim('PATCH', `/__sim/banks/${bankId}`, { unknownCursor: 'empty' })
  expect((await client.call(access, unknown)).body.data).toEqual([])
})

test.each(['1234567890123.45', '-0.01', '1e-2', '-1.5E3', '12345678901234567890.12345'])(
  'the amount %s goes over the wire with these digits',
  async (amount) => {
    const { lines } = await add({ amount })
    const raw = await fetch(`${client.pontoUrl}${path()}/${lines[0].id}`, {
      headers: { authorization: `Bearer ${access}` },
    })
    expect(await raw.text()).toContain(`"amount":${amount},`)
    await client.sim('DELETE', '/__sim/lines', { account, ids: [lines[0].id] })
  },
)

test('the balance is always the opening plus every booked line', async () => {
  const { lines: twice } = await add({ amount: '0.105' })
  await client.sim('PATCH', '/__sim/lines', {
    account,
    id: twice[0].id,
    change: { amount: '-3.3333' },
  })
  await add({ amount: '99999999999999.99' })
  const { opening, balance, lines } = await truth()
  expect(balance).toBe(sumDecimals([opening, ...lines.map(({ amount }: Json) => amount)]))
  const raw = await fetch(`${client.pontoUrl}/ponto-connect/accounts/${account}`, {
    headers: { authorization: `Bearer ${access}` },
  })
  expect(await raw.text()).toContain(`"currentBalance":${balance},`)
})

test('a line that waits for the next synchronization counts from then on', async () => {
  const before = await truth()
  await add({ amount: '11.11' }, 'nextSynchronization')
  expect(await truth()).toMatchObject({ balance: before.balance, waiting: 1 })
  await client.synchronize(access, account)
  expect((await truth()).balance).toBe(sumDecimals([before.balance, '11.11']))
})

test('a line that is booked late stands below lines known before', async () => {
  const { lines } = await add({ amount: '-7.00', bookedOn: dayBefore(30) })
  const all = idsOf(await client.readAll(access, `${path()}?limit=100`))
  expect(all.indexOf(lines[0].id)).toBeGreaterThan(50)
})

const dayBefore = (days: number): string =>
  new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10)

test('a hidden line is missing until it is shown again, and its id still marks a place', async () => {
  const before = idsOf(await client.readAll(access, `${path()}?limit=100`))
  const id = before[30]!
  const hide = (hidden: boolean) =>
    client.sim('PATCH', '/__sim/lines', { account, id, change: { hidden } })
  await hide(true)
  const without = idsOf(await client.readAll(access, `${path()}?limit=100`))
  expect(without).toEqual(before.filter((one) => one !== id))
  const { body } = await client.call(access, `${path()}?limit=3&after=${id}`)
  expect(idsOf(body.data)).toEqual(before.slice(31, 34))
  await hide(false)
  expect(idsOf(await client.readAll(access, `${path()}?limit=100`))).toEqual(before)
})

test('a changed line keeps its id and gets another digest', async () => {
  const [line] = (await client.call(access, path())).body.data
  await client.sim('PATCH', '/__sim/lines', { account, id: line.id, change: { text: 'Rewritten' } })
  const changed = (await client.call(access, `${path()}/${line.id}`)).body.data
  expect(changed.attributes.remittanceInformation).toBe('Rewritten')
  expect(changed.attributes.digest).not.toBe(line.attributes.digest)
})

test('a pending line that is posted becomes a booked line with a new id', async () => {
  const { lines } = await add({ amount: '-20.00', status: 'pending', text: 'Reserved' })
  const pending = path().replace('transactions', 'pending-transactions')
  expect(idsOf((await client.call(access, pending)).body.data)).toContain(lines[0].id)
  const { line } = await client.sim('POST', '/__sim/lines/post', { account, id: lines[0].id })
  expect(line.id).not.toBe(lines[0].id)
  expect(idsOf((await client.call(access, pending)).body.data)).not.toContain(lines[0].id)
  expect((await client.call(access, `${path()}/${line.id}`)).status).toBe(200)
})

test('dates can be written without milliseconds, as days, and be null', async () => {
  const { lines } = await add({ amount: '1.00', bookedOn: '2026-01-05', valueOn: null })
  const datesAs = async (dates: string) => {
    await client.sim('PATCH', `/__sim/banks/${bankId}`, { dates })
    const { body } = await client.call(access, `${path()}/${lines[0].id}`)
    return [body.data.attributes.executionDate, body.data.attributes.valueDate]
  }
  expect(await datesAs('seconds')).toEqual(['2026-01-05T00:00:00Z', null])
  expect(await datesAs('day')).toEqual(['2026-01-05', null])
  expect(await datesAs('milliseconds')).toEqual(['2026-01-05T00:00:00.000Z', null])
})

test('Happy Bank has several pages of ninety days, twins, structured texts and broken-up texts', async () => {
  const happy = await client.link()
  const [checking, savings] = await client.accounts(happy.access)
  const lines = await client.readAll(
    happy.access,
    `/ponto-connect/accounts/${checking.id}/transactions?page[limit]=100`,
  )
  const texts = lines.map(({ attributes }) => attributes.remittanceInformation)
  const faces = lines.map(({ attributes: { digest: _digest, ...rest } }) => JSON.stringify(rest))
  expect(lines.length).toBeGreaterThanOrEqual(260)
  expect(texts.some((text) => /^\+\+\+\d{3}\/\d{4}\/\d{5}\+\+\+$/.test(text))).toBe(true)
  expect(texts.some((text) => text.includes('<br>'))).toBe(true)
  expect(new Set(faces).size).toBeLessThan(faces.length)
  expect(savings.attributes.subtype).toBe('savings')
})

test('every bank and every line has the same id in every sandbox with the same seed', async () => {
  const startAt = '2027-03-01T12:00:00.000Z'
  const idsIn = async () => {
    const other = await openClient({ seed: 'fixed', startAt })
    const { banks } = await other.sim('GET', '/__sim/banks')
    const reference = banks.find(({ name }: Json) => name === 'Happy Bank').accounts[0].reference
    const { lines } = await other.sim('GET', `/__sim/truth?account=${reference}`)
    await other.stop()
    return JSON.stringify([idsOf(banks), lines])
  }
  expect(await idsIn()).toBe(await idsIn())
})
