import { randomUUID } from 'node:crypto'
import { sql } from 'slonik'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { outcomeOf, thrownBy } from './support/outcome.ts'
import type { Scene } from './support/scene.ts'
import { openScene } from './support/scene.ts'
import type { Subject } from './support/subject.ts'
import { aLinkedSubject } from './support/subject.ts'

let scene: Scene
beforeAll(async () => {
  scene = await openScene()
})
afterAll(() => scene.close())
beforeEach(() => scene.reset())

const clearPauses = sql.unsafe`DELETE FROM provider_pause`

interface Case {
  name: string
  spoil: (subject: Subject) => Promise<unknown>
  code: string
  said: string[]
  state?: string
  awaiting?: string
  disconnectReason?: string
}

const spoilSync = (code: string) => async () => {
  await scene.sim('PATCH', '/__sim/banks/Happy%20Bank', { syncFailure: { code } })
  await scene.sim('POST', '/__sim/advance', { ms: 7 * 3_600_000 })
}

const settled: Case[] = [
  {
    name: 'a grant that was taken back waits for the person to sign in again',
    spoil: async ({ accounts }) => {
      const [account] = await accounts()
      await scene.sim('POST', '/__sim/drop', {
        what: 'integration',
        account: account!.providerAccountId,
      })
    },
    code: 'credentials_invalid',
    said: ['credentials.invalid'],
    state: 'error',
    awaiting: 'credentials',
  },
  {
    name: 'a consent that ended for every account disconnects and asks for it',
    spoil: async ({ accounts }) => {
      for (const { providerAccountId } of await accounts())
        await scene.sim('POST', '/__sim/drop', { what: 'consent', account: providerAccountId })
      await scene.sim('POST', '/__sim/advance', { ms: 7 * 3_600_000 })
    },
    code: 'consent_expired',
    said: ['consent.expired'],
    state: 'disconnected',
    awaiting: 'consent',
    disconnectReason: 'consent',
  },
  {
    name: 'a consent that a synchronization found dead is the same',
    spoil: spoilSync('authorizationExpired'),
    code: 'consent_expired',
    said: ['consent.expired'],
    state: 'disconnected',
    awaiting: 'consent',
    disconnectReason: 'consent',
  },
  {
    name: 'accounts that were all taken away ask which accounts are wanted',
    spoil: async ({ accounts }) => {
      for (const { providerAccountId } of await accounts())
        await scene.sim('POST', '/__sim/drop', { what: 'account', account: providerAccountId })
    },
    code: 'account_gone',
    said: ['accounts.changed'],
    awaiting: 'account_choice',
  },
  {
    name: 'a limit that lasts long is waited out and told to nobody',
    spoil: () =>
      scene.failNext({
        endpoint: 'accounts',
        status: 429,
        code: 'tooManyRequests',
        headers: { 'retry-after': '7200' },
      }),
    code: 'rate_limited',
    said: [],
  },
  {
    name: 'a wrong key of the operator is told at once and leaves the connection as it is',
    spoil: () =>
      scene.failNext({ endpoint: 'accounts', status: 401, code: 'clientIdInvalid', times: 9 }),
    code: 'operator_misconfigured',
    said: ['service.misconfigured'],
  },
  {
    name: 'a request that Ponto calls wrong is our defect',
    spoil: () => scene.failNext({ endpoint: 'accounts', status: 400, code: 'neverSeen' }),
    code: 'defect',
    said: ['internal.error'],
    state: 'error',
  },
]

describe('what a person or a long wait must solve ends the run', () => {
  test.each(settled)('$name', async ({ spoil, code, said, ...expected }) => {
    const subject = await aLinkedSubject(scene)
    const runId = randomUUID()
    await spoil(subject)
    const answer = await subject.sync({ runId })
    expect(answer.kind).toBe('failed')
    expect(await outcomeOf(subject, runId)).toEqual({
      state: expected.state ?? 'connected',
      awaiting: expected.awaiting ?? 'nothing',
      disconnectReason: expected.disconnectReason ?? null,
      failureCode: code,
      outcome: 'failed',
      run: code,
      said,
      told: [`run.failed ${code}`],
    })
    expect(await subject.feed()).toEqual([])
    await scene.deps.pool.query(clearPauses)
  })
})

describe('what passes by itself is left to the retries', () => {
  test.each([
    ['a server error', { status: 503 }, 'provider_unavailable'],
    ['a server error without a body', { status: 500, body: '' }, 'provider_unavailable'],
    ['a cut connection', { mode: 'reset' }, 'provider_unavailable'],
    ['half an answer', { mode: 'truncate' }, 'provider_unavailable'],
    ['a page in HTML', { mode: 'html' }, 'invalid_response'],
    ['broken JSON', { mode: 'garbage' }, 'invalid_response'],
    [
      'a limit that is over soon',
      { status: 429, code: 'tooManyRequests', headers: { 'retry-after': '5' } },
      'rate_limited',
    ],
  ])('%s changes nothing that people see', async (_name, fault, code) => {
    const subject = await aLinkedSubject(scene)
    const before = await subject.messages()
    const runId = randomUUID()
    await scene.failNext({ endpoint: 'accounts', ...fault })
    const failure = await thrownBy(subject.sync({ runId }))
    expect(failure).toMatchObject({ type: code, category: 'BENIGN', nonRetryable: false })
    expect(Number(failure.nextRetryDelay)).toBeGreaterThan(0)
    expect(await subject.messages()).toEqual(before)
    expect(await subject.runOf(runId)).toMatchObject({ phase: 'reading', outcome: null })
    // the next attempt of the same run goes on as if nothing had been
    expect((await subject.sync({ runId, attempt: 2 })).kind).toBe('ok')
    expect(await subject.feed()).toHaveLength(290)
  })

  test('a short limit that comes back at every attempt is given up', async () => {
    const subject = await aLinkedSubject(scene)
    const runId = randomUUID()
    await scene.failNext({ endpoint: 'accounts', status: 429, headers: { 'retry-after': '5' } })
    expect((await subject.sync({ runId, attempt: 5 })).kind).toBe('failed')
    expect(await subject.runOf(runId)).toMatchObject({ failureCode: 'rate_limited' })
  })

  test('an answer that stays useless is given up at the third attempt, and the record says so', async () => {
    const subject = await aLinkedSubject(scene)
    const runId = randomUUID()
    await scene.failNext({ endpoint: 'accounts', mode: 'garbage' })
    const failure = await thrownBy(subject.sync({ runId, attempt: 2 }))
    expect(failure).toMatchObject({ type: 'invalid_response', nonRetryable: false })
    await scene.failNext({ endpoint: 'accounts', mode: 'garbage' })
    await subject.sync({ runId, attempt: 3 })
    expect(await outcomeOf(subject, runId)).toMatchObject({
      state: 'error',
      run: 'invalid_response',
      said: ['sync.provider_invalid'],
      told: ['run.failed invalid_response'],
    })
  })

  test('a code that nobody knows is recorded as our defect', async () => {
    const subject = await aLinkedSubject(scene)
    const [runId, cause] = [randomUUID(), 'scheduled'] as const
    const given = { ...subject.at(), runId, cause, code: 'TypeError', reason: 'x' }
    await scene.run('recordFailure', given)
    expect(await outcomeOf(subject, runId)).toMatchObject({
      run: 'defect',
      said: ['internal.error'],
    })
  })
})

describe('what a bank does', () => {
  const patch = (change: object) => scene.sim('PATCH', '/__sim/banks/Happy%20Bank', change)

  test.each([
    ['in maintenance', { availability: 'readonly' }, 'institution_unavailable'],
    ['that Ponto replaces', { deprecated: true }, 'institution_unsupported'],
  ])('a bank %s is still read, and its accounts show why they age', async (_name, change, code) => {
    const subject = await aLinkedSubject(scene)
    await patch(change)
    expect((await subject.sync()).kind).toBe('ok')
    expect(await subject.feed()).toHaveLength(290)
    expect((await subject.accounts()).map(({ failureCode }) => failureCode)).toEqual([code, code])
    await patch({ availability: 'available', deprecated: false })
    await subject.sync()
    expect((await subject.accounts()).map(({ failureCode }) => failureCode)).toEqual([null, null])
  })

  test('one account without consent does not keep the other from being read', async () => {
    const subject = await aLinkedSubject(scene)
    const [lost, kept] = await subject.accounts()
    await scene.sim('POST', '/__sim/drop', { what: 'account', account: lost!.providerAccountId })
    const runId = randomUUID()
    expect((await subject.sync({ runId })).kind).toBe('ok')
    expect(await outcomeOf(subject, runId)).toMatchObject({
      state: 'connected',
      awaiting: 'account_choice',
      failureCode: 'account_gone',
      outcome: 'ok',
      run: null,
      said: ['sync.done', 'accounts.changed'],
    })
    const entries = await subject.feed()
    const { booked } = (await scene.sim('GET', '/__sim/banks/Happy%20Bank')).accounts.find(
      ({ reference }: { reference: string }) => reference === kept!.number,
    )
    expect(entries).toHaveLength(booked)
  })

  test('one account whose lines cannot be read does not keep the other from being read', async () => {
    const subject = await aLinkedSubject(scene)
    const [spoilt, kept] = await subject.accounts()
    const fault = { endpoint: 'transactions', mode: 'error', status: 404, code: 'resourceNotFound' }
    await scene.failNext({
      ...fault,
      body: { errors: [{ code: 'resourceNotFound', meta: { resource: 'account' } }] },
      pathContains: spoilt!.providerAccountId,
      times: 5,
    })
    const runId = randomUUID()
    expect((await subject.sync({ runId })).kind).toBe('ok')
    expect(await outcomeOf(subject, runId)).toMatchObject({
      failureCode: 'account_gone',
      outcome: 'ok',
      said: ['sync.done', 'accounts.changed'],
    })
    expect(kept!.lastPulledAt).toBeNull()
    const pulled = (await subject.accounts()).map(({ lastPulledAt }) => lastPulledAt !== null)
    expect(pulled).toEqual([false, true])
  })

  test('the same trouble run after run is one notice that counts', async () => {
    const subject = await aLinkedSubject(scene)
    const [lost] = await subject.accounts()
    await scene.sim('POST', '/__sim/drop', { what: 'account', account: lost!.providerAccountId })
    for (let runs = 0; runs < 3; runs += 1) await subject.sync()
    const notices = (await subject.messages()).filter(({ code }) => code === 'accounts.changed')
    expect(notices).toMatchObject([{ times: 3, closedAt: null }])
  })
})
