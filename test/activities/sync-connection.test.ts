import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { FaultPoint } from '../../activities/deps.ts'
import type { Json } from '../sandbox/client.ts'
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

/** A point is reached for the given time: the process dies there. */
const dieAt = (point: FaultPoint, hit = 1): void => {
  let left = hit
  scene.onReach((reached) => {
    if (reached !== point) return
    left -= 1
    if (left === 0) throw new Error('the process died')
  })
}

const live = (): void => scene.onReach(() => undefined)

const asText = (lines: { bookedOn: string; amount: string; text: string }[]): string[] =>
  lines
    .map(
      ({ bookedOn, amount, text }) =>
        `${bookedOn} ${amount} ${text.replaceAll('<br>', ' ').trim()}`,
    )
    .toSorted()

/** The feed holds exactly what the bank has booked, each line once. */
const expectTheBanksLines = async (subject: Subject): Promise<void> => {
  const booked: Json[] = []
  for (const { providerAccountId, chosen } of await subject.accounts())
    if (chosen)
      booked.push(...(await scene.sim('GET', `/__sim/truth?account=${providerAccountId}`)).lines)
  const shown = (await subject.feed()).filter(({ op }) => op !== 'removed')
  expect(asText(shown.map(({ line }) => line))).toEqual(asText(booked))
}

const eventsOf = async (subject: Subject, type: string) =>
  (await subject.events()).filter((event) => event.type === type)

/** How many lines each account's event tells of. */
const addedOf = async (subject: Subject): Promise<number[]> =>
  (await eventsOf(subject, 'lines.added'))
    .map(({ content }) => Number(content['lines']))
    .toSorted((one, other) => one - other)

/** The account with the most lines, by any id. */
const current = async ({ accounts }: Subject) =>
  (await accounts()).toSorted((one, other) => one.name.localeCompare(other.name))[0]!

/** The line the bank booked last. */
const newestOf = async (account: string): Promise<Json> => {
  const { lines } = await scene.sim('GET', `/__sim/truth?account=${account}`)
  return lines.toSorted((one: Json, other: Json) => (one.bookedOn < other.bookedOn ? 1 : -1))[0]
}

test('a first run stores every line of every chosen account, told once', async () => {
  const subject = await aLinkedSubject(scene)
  const runId = randomUUID()
  const { kind, snapshot } = await subject.sync({ runId, cause: 'first' })
  expect(kind).toBe('ok')
  expect(snapshot).toMatchObject({ state: 'connected', awaiting: 'nothing', chosenAccounts: 2 })
  await expectTheBanksLines(subject)
  expect(await subject.runOf(runId)).toMatchObject({
    outcome: 'ok',
    phase: 'done',
    linesAdded: 290,
    linesChanged: 0,
    linesRemoved: 0,
    pages: 4,
  })
  expect(await addedOf(subject)).toEqual([20, 270])
  const done = (await subject.messages()).filter(({ code }) => code === 'sync.done')
  expect(done).toMatchObject([{ params: { n: 290, accounts: 2 }, syncRunId: runId }])
})

test('an account that was not chosen is not even asked for', async () => {
  const subject = await aSubject(scene)
  await subject.link()
  const [first, second] = await subject.accounts()
  await subject.choose(({ id }) => id === first!.id)
  await subject.sync()
  const paths = (await scene.requests('transactions')).map(({ path }) => path)
  expect(paths.some((path) => path.includes(first!.providerAccountId))).toBe(true)
  expect(paths.some((path) => path.includes(second!.providerAccountId))).toBe(false)
  await expectTheBanksLines(subject)
})

test('a second run without news adds nothing and says nothing', async () => {
  const subject = await aLinkedSubject(scene)
  await subject.sync()
  const [messages, events] = [await subject.messages(), await subject.events()]
  const runId = randomUUID()
  expect((await subject.sync({ runId })).kind).toBe('ok')
  expect(await subject.runOf(runId)).toMatchObject({ outcome: 'ok', linesAdded: 0 })
  expect(await subject.messages()).toEqual(messages)
  expect(await subject.events()).toEqual(events)
})

test('a process that dies before the last page is stored leaves nothing half done', async () => {
  const subject = await aLinkedSubject(scene)
  const before = { messages: await subject.messages(), events: await subject.events() }
  const runId = randomUUID()
  dieAt('read.before-store')
  await expect(subject.sync({ runId })).rejects.toThrow('unexpected error')
  expect(await subject.feed()).toEqual([])
  expect({ messages: await subject.messages(), events: await subject.events() }).toEqual(before)
  expect(await subject.runOf(runId)).toMatchObject({ outcome: null, pages: 0 })
  live()
  expect((await subject.sync({ runId, attempt: 2 })).kind).toBe('ok')
  await expectTheBanksLines(subject)
})

test('the last page, its message, its events and its cursor are one transaction', async () => {
  const subject = await aLinkedSubject(scene)
  const runId = randomUUID()
  dieAt('read.after-store', 4)
  await expect(subject.sync({ runId })).rejects.toThrow('unexpected error')
  // the process died right after the commit of the last page: all of it is there
  expect(await subject.runOf(runId)).toMatchObject({ outcome: 'ok', linesAdded: 290 })
  expect(await subject.codes()).toContain('sync.done')
  expect(await eventsOf(subject, 'lines.added')).toHaveLength(2)
  const pulled = (await subject.accounts()).every(({ lastPulledAt }) => lastPulledAt !== null)
  expect(pulled).toBe(true)
  await expectTheBanksLines(subject)
})

test('a transaction that cannot be finished takes its lines, its counts and its cursor along', async () => {
  const subject = await aLinkedSubject(scene)
  const runId = randomUUID()
  // the message of the run is refused by the database, inside the transaction of the last page
  await scene.asAdmin(
    `ALTER TABLE message ADD CONSTRAINT no_news_check CHECK (code IS DISTINCT FROM 'sync.done') NOT VALID`,
  )
  try {
    await expect(subject.sync({ runId })).rejects.toThrow()
    const entries = await subject.feed()
    const [done, undone] = (await subject.accounts()).map(({ lastPulledAt }) => lastPulledAt)
    expect([done !== null, undone]).toEqual([true, null])
    const run = await subject.runOf(runId)
    expect(run).toMatchObject({ outcome: null, linesAdded: entries.length })
    expect(await addedOf(subject)).toHaveLength(1)
  } finally {
    await scene.asAdmin('ALTER TABLE message DROP CONSTRAINT no_news_check')
  }
  expect((await subject.sync({ runId, attempt: 2 })).kind).toBe('ok')
  await expectTheBanksLines(subject)
  expect(await addedOf(subject)).toEqual([20, 270])
})

test('an attempt repeated after the commit answers the same and asks nobody', async () => {
  const subject = await aLinkedSubject(scene)
  const runId = randomUUID()
  dieAt('read.after-finish')
  await expect(subject.sync({ runId })).rejects.toThrow('unexpected error')
  live()
  const seen = await scene.requests()
  const [messages, events] = [await subject.messages(), await subject.events()]
  const again = await subject.sync({ runId, attempt: 2 })
  expect(again).toMatchObject({ kind: 'ok', snapshot: { state: 'connected', chosenAccounts: 2 } })
  expect(await scene.requests()).toEqual(seen)
  expect(await subject.messages()).toEqual(messages)
  expect(await subject.events()).toEqual(events)
})

test('a failed run repeated answers failed again and says it once', async () => {
  const subject = await aLinkedSubject(scene)
  const runId = randomUUID()
  await scene.failNext({ endpoint: 'accounts', status: 400, code: 'neverSeen' })
  await subject.sync({ runId })
  const messages = await subject.messages()
  expect((await subject.sync({ runId, attempt: 2 })).kind).toBe('failed')
  expect(await subject.messages()).toEqual(messages)
})

test('a run that broke off after its second page goes on with the third', async () => {
  const subject = await aLinkedSubject(scene)
  const account = await current(subject)
  await subject.choose(({ id }) => id === account.id)
  const runId = randomUUID()
  dieAt('read.after-store', 2)
  await expect(subject.sync({ runId })).rejects.toThrow('unexpected error')
  expect(await subject.feed()).toHaveLength(200)
  live()
  await scene.sim('DELETE', '/__sim/requests')
  expect((await subject.sync({ runId, attempt: 2 })).kind).toBe('ok')
  expect(await scene.requests('transactions')).toHaveLength(1)
  expect(await subject.runOf(runId)).toMatchObject({ pages: 3, linesAdded: 270 })
  await expectTheBanksLines(subject)
})

test('two attempts of one run at the same time store each line once and say it once', async () => {
  const subject = await aLinkedSubject(scene)
  const runId = randomUUID()
  const both = await Promise.allSettled([
    subject.sync({ runId }),
    subject.sync({ runId, attempt: 2 }),
  ])
  expect(both.some((one) => one.status === 'fulfilled' && one.value.kind === 'ok')).toBe(true)
  await subject.sync({ runId, attempt: 3 })
  await expectTheBanksLines(subject)
  const done = (await subject.messages()).filter(({ code }) => code === 'sync.done')
  expect(done).toHaveLength(1)
  expect(await subject.runOf(runId)).toMatchObject({ linesAdded: 290 })
})

test('more than two hundred pages go on with another step, and people are told', async () => {
  const bank = randomUUID()
  await scene.sim('PUT', `/__sim/banks/${bank}`, {
    name: 'Long Bank',
    accounts: [{ subtype: 'checking', currency: 'EUR', history: { count: 20_150, days: 900 } }],
  })
  const subject = await aLinkedSubject(scene, 'Long Bank')
  const runId = randomUUID()
  expect((await subject.sync({ runId })).kind).toBe('more')
  expect(await subject.runOf(runId)).toMatchObject({ outcome: null, pages: 200 })
  expect(await subject.codes()).toContain('sync.many_pages')
  expect((await subject.sync({ runId })).kind).toBe('ok')
  expect(await subject.runOf(runId)).toMatchObject({
    outcome: 'ok',
    pages: 202,
    linesAdded: 20_150,
  })
  await expectTheBanksLines(subject)
}, 180_000)

test('a line that vanished is removed after the second read that misses it, not after the first', async () => {
  const subject = await aLinkedSubject(scene)
  const account = await current(subject)
  await subject.sync()
  const newest = await newestOf(account.providerAccountId)
  await scene.sim('DELETE', '/__sim/lines', {
    account: account.providerAccountId,
    ids: [newest.id],
  })
  await subject.sync()
  expect((await subject.feed()).filter(({ op }) => op === 'removed')).toEqual([])
  const runId = randomUUID()
  await subject.sync({ runId })
  expect((await subject.feed()).filter(({ op }) => op === 'removed')).toHaveLength(1)
  expect(await subject.runOf(runId)).toMatchObject({ linesRemoved: 1 })
  expect(await subject.codes()).toContain('lines.corrected')
  await expectTheBanksLines(subject)
})

test('a line that the bank corrected is corrected under its key, and people are told', async () => {
  const subject = await aLinkedSubject(scene)
  const account = await current(subject)
  await subject.sync()
  const before = await subject.feed()
  const newest = await newestOf(account.providerAccountId)
  await scene.sim('PATCH', '/__sim/lines', {
    account: account.providerAccountId,
    id: newest.id,
    change: { text: 'A corrected text' },
  })
  const runId = randomUUID()
  await subject.sync({ runId })
  expect(await subject.runOf(runId)).toMatchObject({ linesAdded: 0, linesChanged: 1 })
  const after = await subject.feed()
  expect(after).toHaveLength(before.length)
  expect(after.filter(({ line }) => line.text === 'A corrected text')).toHaveLength(1)
  expect(await subject.codes()).toContain('lines.corrected')
})

test('two equal lines of one day are two lines', async () => {
  const subject = await aLinkedSubject(scene, 'Twins Bank')
  await subject.sync()
  await subject.sync()
  await expectTheBanksLines(subject)
})

test('every call of a run is kept with its path and its end, and with nothing secret', async () => {
  const subject = await aLinkedSubject(scene)
  const runId = randomUUID()
  await scene.failNext({ endpoint: 'accounts', status: 401, code: 'invalidAccessToken' })
  await subject.sync({ runId })
  const kept = await subject.exchangesOf(runId)
  expect(kept[0]).toMatchObject({
    method: 'GET',
    status: 401,
    failureCode: 'transient',
    attempt: 1,
  })
  expect(kept.length).toBeGreaterThanOrEqual(7)
  const text = JSON.stringify(kept)
  const { refreshToken, accessToken } = JSON.parse((await subject.secret())!.secret.reveal())
  for (const secret of [refreshToken, accessToken, 'sandbox-secret', '?', 'Bearer'])
    expect(text).not.toContain(secret)
})

test('the calls of an attempt that failed are kept as well', async () => {
  const subject = await aLinkedSubject(scene)
  const runId = randomUUID()
  await scene.failNext({ endpoint: 'accounts', status: 503 })
  await expect(subject.sync({ runId })).rejects.toThrow()
  await subject.sync({ runId, attempt: 2 })
  const kept = await subject.exchangesOf(runId)
  expect(kept.filter(({ attempt }) => attempt === 1)).toMatchObject([
    { status: 503, failureCode: 'provider_unavailable' },
  ])
  expect(kept.filter(({ attempt }) => attempt === 2).length).toBeGreaterThan(4)
})
