import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { ProviderSession, RefreshProgress } from '../../../activities/providers/provider.ts'
import { ProviderError } from '../../../activities/providers/provider.ts'
import type { Linked } from '../support/linked-ponto.ts'
import { openLinked } from '../support/linked-ponto.ts'

let linked: Linked
beforeAll(async () => {
  linked = await openLinked()
})
afterAll(() => linked.stop())
beforeEach(() => linked.sim('POST', '/__sim/reset'))

const psu = { ip: '192.0.2.7', userAgent: 'a browser' }

/** Two accounts, linked ten minutes ago, at a bank that takes `syncMs` of the sandbox's clock. */
const arrange = async (syncMs: number) => {
  await linked.sim('PATCH', '/__sim/banks/Happy%20Bank', { syncMs })
  const { kept, accounts } = await linked.link()
  await linked.sim('POST', '/__sim/advance', { ms: 600_000 })
  await linked.sim('DELETE', '/__sim/requests')
  const providerAccountIds = accounts.map(({ providerAccountId }) => providerAccountId)
  return { session: linked.open(kept), providerAccountIds }
}

const start = (session: ProviderSession, providerAccountIds: string[], idempotencyKey = 'run-1') =>
  session.requestRefresh('attended', { providerAccountIds, psu, idempotencyKey })

const startedRef = async (...arranged: Parameters<typeof start>): Promise<string> => {
  const started = await start(...arranged)
  if (started.state !== 'started') throw new Error(started.state)
  return started.ref
}

const look = (session: ProviderSession, ref: string) =>
  session.refreshProgress(ref, { psu, idempotencyKey: 'run-1' })

const runningRef = (progress: RefreshProgress): string => {
  if (progress.state !== 'running') throw new Error(progress.state)
  return progress.ref
}

/** Synchronizations asked for so far, as `account subtype`. */
const asked = async (): Promise<string[]> => {
  const { requests } = await linked.sim('GET', '/__sim/requests')
  return requests
    .filter(
      (request: { endpoint: string; method: string }) =>
        request.endpoint === 'synchronizations' && request.method === 'POST',
    )
    .map((request: { body: string | { data: { attributes: { subtype: string } } } }) => {
      const body = typeof request.body === 'string' ? JSON.parse(request.body) : request.body
      return body.data.attributes.subtype
    })
}

test('the details of an account are awaited before its lines are asked for', async () => {
  const { session, providerAccountIds } = await arrange(10_000)
  const ref = await startedRef(session, providerAccountIds)
  expect(await asked()).toEqual(['accountDetails', 'accountDetails'])
  const waiting = runningRef(await look(session, ref))
  expect(await asked()).toHaveLength(2)
  await linked.sim('POST', '/__sim/advance', { ms: 10_000 })
  const lines = runningRef(await look(session, waiting))
  expect((await asked()).slice(2)).toEqual(['accountTransactions', 'accountTransactions'])
  await linked.sim('POST', '/__sim/advance', { ms: 10_000 })
  expect(await look(session, lines)).toEqual({ state: 'done' })
})

test('a refresh asked for again by the same run joins what runs already', async () => {
  const { session, providerAccountIds } = await arrange(10_000)
  const first = await startedRef(session, providerAccountIds)
  expect(await startedRef(session, providerAccountIds)).toBe(first)
})

test('lines that are fresh already are not asked for, and it is said until when', async () => {
  const { session, providerAccountIds } = await arrange(0)
  expect(await start(session, providerAccountIds)).toEqual({ state: 'done' })
  const again = await start(session, providerAccountIds, 'run-2')
  expect(again).toMatchObject({ state: 'skipped', reason: 'too_recent' })
  if (again.state !== 'skipped') return
  expect(Date.parse(again.until!)).toBeGreaterThan(Date.now() + 200_000)
})

test('the bank is asked for the present person only', async () => {
  const { session, providerAccountIds } = await arrange(0)
  const request = { providerAccountIds, idempotencyKey: 'run-1' }
  expect(await session.requestRefresh('unattended', request)).toEqual({
    state: 'skipped',
    reason: 'refreshes_itself',
  })
  await expect(session.requestRefresh('attended', request)).rejects.toMatchObject({
    failure: { code: 'defect', reason: 'no_psu_ip' },
  })
  expect(await asked()).toEqual([])
})

test('one account that fails is told when the others are done', async () => {
  const { session, providerAccountIds } = await arrange(10_000)
  const [first] = providerAccountIds
  await linked.sim('POST', '/__sim/drop', { account: first, what: 'consent' })
  const ref = await startedRef(session, providerAccountIds)
  await linked.sim('POST', '/__sim/advance', { ms: 10_000 })
  const waiting = runningRef(await look(session, ref))
  expect((await asked()).slice(2)).toEqual(['accountTransactions'])
  await linked.sim('POST', '/__sim/advance', { ms: 10_000 })
  expect(await look(session, waiting)).toEqual({
    state: 'failed',
    failure: { code: 'consent_expired', scope: 'account', providerCode: 'authorizationInvalid' },
  })
})

test('an account that is gone does not keep the others from being refreshed', async () => {
  const { session, providerAccountIds } = await arrange(0)
  const [first] = providerAccountIds
  await linked.sim('POST', '/__sim/drop', { account: first, what: 'account' })
  const ref = await startedRef(session, providerAccountIds)
  expect(await look(session, ref)).toMatchObject({
    state: 'failed',
    failure: { code: 'account_gone' },
  })
  await expect(start(session, [first!], 'run-2')).rejects.toThrow(ProviderError)
})

test('without the person the lines are not asked for, and the refresh ends', async () => {
  const { session, providerAccountIds } = await arrange(10_000)
  const ref = await startedRef(session, providerAccountIds)
  await linked.sim('POST', '/__sim/advance', { ms: 10_000 })
  const progress = await session.refreshProgress(ref, { idempotencyKey: 'run-1' })
  expect(progress).toEqual({ state: 'done' })
  expect(await asked()).toHaveLength(2)
})

test('what is kept of a refresh is short and does not name the person', async () => {
  const { session, providerAccountIds } = await arrange(10_000)
  const ref = await startedRef(session, providerAccountIds)
  expect(ref).not.toContain(psu.ip)
  const open = Array.from({ length: 50 }, () => crypto.randomUUID())
  expect(JSON.stringify({ open, failed: { code: 'institution_unavailable' } }).length).toBeLessThan(
    2_048,
  )
  await expect(look(session, 'no reference')).rejects.toThrow(ProviderError)
})
