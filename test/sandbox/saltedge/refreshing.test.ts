import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Linked, SaltEdge } from './client.ts'
import { openSaltEdge } from './client.ts'

let client: SaltEdge
beforeAll(async () => {
  client = await openSaltEdge()
})
afterAll(async () => {
  await client.stop()
})

const dayMinutes = 24 * 60
const stagesOf = async (id: string): Promise<string[]> => {
  const attempts = await client.ok('GET', `/attempts?connection_id=${id}`)
  return attempts.at(-1).stages.map(({ name }: { name: string }) => name)
}

const addLine = (linked: Linked, bankAccount: string, seen = 'nextSynchronization') =>
  client.sim('POST', '/__sim/lines', { account: bankAccount, lines: [{ amount: '7.10' }], seen })

const bankAccountOf = async (linked: Linked): Promise<string> => {
  const { connections } = await client.sim('GET', '/__sim/saltedge/connections')
  const found = connections.find(({ id }: { id: string }) => id === linked.id)
  return found.accounts[0].account
}

test('an attempt goes through its stages by the clock, and lines come step by step', async () => {
  const bank = await client.newBank(
    { recentDays: 3, fullHistoryMs: 120_000 },
    { syncMs: 8000, accounts: [{ history: { count: 60, days: 60 } }] },
  )
  const { id } = await client.link(bank)
  expect((await client.connection(id)).last_attempt).toMatchObject({
    finished: false,
    success_at: null,
    last_stage: { name: 'start' },
  })
  expect(await client.accounts(id)).toEqual([])
  await client.advance(0.1)
  const [account] = await client.accounts(id)
  const linked = { id, customerId: '', accounts: [account] }
  const recent = await client.transactions(linked)
  expect(recent.length).toBeGreaterThan(0)
  expect(recent.length).toBeLessThan(10)
  expect((await client.connection(id)).last_attempt).toMatchObject({
    finished: false,
    finished_recent: true,
  })
  await client.advance(3)
  expect(await client.transactions(linked)).toHaveLength(60)
  expect(await stagesOf(id)).toEqual([
    'start',
    'connect',
    'fetch_accounts',
    'fetch_recent',
    'fetch_full',
    'disconnect',
    'finish',
  ])
})

test('a refresh brings what the bank has now, and not before', async () => {
  const linked = await client.link(await client.newBank())
  const before = (await client.transactions(linked)).length
  await addLine(linked, await bankAccountOf(linked))
  expect(await client.transactions(linked)).toHaveLength(before)
  await client.advance(61)
  expect((await client.background(linked.id)).status).toBe(200)
  expect(await client.transactions(linked)).toHaveLength(before + 1)
})

test('the outcome of a refresh is that of its own attempt', async () => {
  const bank = await client.newBank({ attemptOutcomes: ['ProviderError', null] })
  const { id } = await client.link(bank)
  const first = (await client.connection(id)).last_attempt
  await client.advance(61)
  await client.background(id)
  const failed = (await client.connection(id)).last_attempt
  expect(failed).toMatchObject({ fail_error_class: 'ProviderError', success_at: null })
  expect(BigInt(failed.id)).toBeGreaterThan(BigInt(first.id))
  await client.background(id)
  expect((await client.connection(id)).last_attempt.fail_error_class).toBeNull()
})

test('two refreshes lie as far apart as the bank wants', async () => {
  const { id } = await client.link(await client.newBank({ refreshTimeout: 90 }))
  const { next_refresh_possible_at: at } = await client.connection(id)
  const { now } = await client.sim('GET', '/__sim/clock')
  expect(Math.round((Date.parse(at) - Date.parse(now)) / 60_000)).toBe(90)
  expect((await client.background(id)).refused).toBe('ConnectionCannotBeRefreshed')
  const attended = await client.call('POST', `/connections/${id}/refresh`, { data: {} })
  expect(attended.refused).toBe('ConnectionCannotBeRefreshed')
  await client.advance(91)
  expect((await client.background(id)).status).toBe(200)
})

test('a bank is refreshed four times in any 24 hours without the person, and with them once more', async () => {
  const { id } = await client.link(await client.newBank({ refreshTimeout: 0 }))
  for (let count = 0; count < 4; count += 1) {
    await client.advance(60)
    expect((await client.background(id)).status).toBe(200)
  }
  await client.advance(60)
  expect(await client.background(id)).toMatchObject({
    status: 429,
    refused: 'BackgroundFetchLimitExceeded',
  })
  const { connect_url: url } = await client.ok('POST', `/connections/${id}/refresh`, {})
  await client.press(url, 'ok')
  const attended = await client.call('POST', `/connections/${id}/refresh`, {
    data: { show_widget: false },
  })
  expect(attended.status).toBe(200)
  expect((await client.connection(id)).last_attempt.user_present).toBe(true)
  await client.advance(dayMinutes - 5 * 60)
  expect((await client.background(id)).refused).toBe('BackgroundFetchLimitExceeded')
  await client.advance(61)
  expect((await client.background(id)).status).toBe(200)
})

test('a second refresh is refused while one is under way, whatever became of its answer', async () => {
  const { id } = await client.link(await client.newBank())
  await client.advance(61)
  const { connections } = await client.sim('GET', '/__sim/saltedge/connections')
  const bank = connections.find((each: { id: string }) => each.id === id).bank
  await client.behave(bank, {}, { syncMs: 60_000 })
  const endpoint = 'saltedge/background-refresh'
  await client.sim('POST', '/__sim/fail-next', { endpoint, mode: 'lost' })
  await expect(client.background(id)).rejects.toThrow()
  const running = (await client.connection(id)).last_attempt
  expect(running).toMatchObject({ finished: false, success_at: null })
  expect((await client.background(id)).refused).toBe('ConnectionAlreadyProcessing')
  await client.advance(2)
  const ended = (await client.connection(id)).last_attempt
  expect(ended).toMatchObject({ id: running.id, finished: true })
})

test('a connection can go on showing the attempt before the newest one', async () => {
  const bank = await client.newBank({ attemptShownAfterMs: 5000 }, { syncMs: 30_000 })
  const { id } = await client.link(bank)
  await client.advance(90)
  const { last_attempt: old } = await client.connection(id)
  await client.background(id)
  expect((await client.connection(id)).last_attempt).toEqual(old)
  await client.advance(0.1)
  expect((await client.connection(id)).last_attempt.id).not.toBe(old.id)
})

test('only so many connections are processing at once', async () => {
  const { id } = await client.link(await client.newBank({ refreshTimeout: 0 }))
  await client.sim('PATCH', '/__sim/saltedge/settings', { processingMax: 0 })
  expect((await client.background(id)).refused).toBe('RateLimitExceeded')
  await client.sim('PATCH', '/__sim/saltedge/settings', { processingMax: 1000 })
})

test('a bank that needs its user is never refreshed without them', async () => {
  const bank = await client.newBank({
    automaticFetch: false,
    interactive: true,
    inactiveAfterSuccess: true,
    refreshTimeout: 5,
  })
  const { id } = await client.link(bank)
  expect(await client.connection(id)).toMatchObject({
    status: 'inactive',
    last_attempt: { automatic_fetch: false, interactive: true, fail_at: null },
  })
  await client.advance(6)
  expect((await client.background(id)).refused).toBe('ConnectionCannotBeRefreshed')
  const { connect_url: url } = await client.ok('POST', `/connections/${id}/refresh`, {})
  const { location } = await client.submit(url, [['decision', 'login']])
  expect(location).toBeNull()
  await client.submit(url, [
    ['decision', 'answer'],
    ['sms', '123456'],
  ])
  expect((await client.connection(id)).last_attempt).toMatchObject({
    user_present: true,
    fail_at: null,
  })
})

test('a refresh that meets a code waits for it, and the same attempt goes on once it is typed', async () => {
  const bank = await client.newBank({ interactive: true, interactiveOnRefresh: true })
  const { id } = await client.link(bank)
  await client.advance(61)
  await client.background(id)
  const waiting = (await client.connection(id)).last_attempt
  expect(waiting).toMatchObject({ finished: false, last_stage: { name: 'interactive' } })
  const { connect_url: url } = await client.ok('POST', `/connections/${id}/refresh`, {})
  expect(await (await fetch(url)).text()).toContain('Type the code')
  await client.press(url, 'ok')
  const ended = (await client.connection(id)).last_attempt
  expect(waiting.user_present).toBe(false)
  expect(ended).toMatchObject({ id: waiting.id, finished: true, fail_at: null, user_present: true })
})

test('a refresh that nobody answers ends with the class of its bank', async () => {
  const bank = await client.newBank({ interactiveOnRefresh: true, lateCodeClass: 'Unfinished' })
  const { id } = await client.link(bank)
  await client.advance(61)
  await client.background(id)
  await client.advance(9)
  expect((await client.connection(id)).last_attempt.fail_error_class).toBe('Unfinished')
})

test('a consent that ends during a fetch shows at the next refresh', async () => {
  const bank = await client.newBank({}, { syncMs: 120_000, consentDays: 1 })
  const { id } = await client.link(bank)
  await client.advance(dayMinutes - 1)
  expect((await client.background(id)).status).toBe(200)
  await client.advance(5)
  expect((await client.connection(id)).last_attempt.fail_at).toBeNull()
  expect((await client.background(id)).refused).toBe('ConsentExpired')
})

test('a partial refresh leaves out accounts and says so', async () => {
  const bank = await client.newBank({ partial: true, refreshTimeout: 0 })
  const linked = await client.link(bank)
  await client.background(linked.id)
  expect((await client.connection(linked.id)).last_attempt.partial).toBe(true)
  const flags = (await client.accounts(linked.id)).map(({ extra }) => extra.updated_on_last_attempt)
  expect(flags).toEqual([true, false])
})

test('the time of the next refresh can be hidden', async () => {
  const { id } = await client.link(await client.newBank({ hidesNextRefresh: true }))
  expect((await client.connection(id)).next_refresh_possible_at).toBeNull()
  expect((await client.background(id)).refused).toBe('ConnectionCannotBeRefreshed')
})

test('a connection with automatic refresh is read once a day without being asked', async () => {
  const linked = await client.link(await client.newBank())
  const before = (await client.transactions(linked)).length
  await client.ok('PUT', `/connections/${linked.id}`, { automatic_refresh: true })
  await addLine(linked, await bankAccountOf(linked))
  await client.advance(2 * dayMinutes)
  expect(await client.transactions(linked)).toHaveLength(before + 1)
})

test('a disabled connection is not refreshed', async () => {
  const { id } = await client.link(await client.newBank({ refreshTimeout: 0 }))
  expect(await client.ok('PUT', `/connections/${id}`, { status: 'disabled' })).toMatchObject({
    status: 'disabled',
  })
  expect((await client.background(id)).refused).toBe('ConnectionDisabled')
})

test('nothing on the wire was otherwise than described', () => {
  expect(client.conformance.problems()).toEqual([])
})
