import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ProviderError } from '../../../activities/providers/provider.ts'
import type { RefreshStart } from '../../../activities/providers/provider.ts'
import type { Secret } from '../../../domain/secret.ts'
import { openStore } from '../support/caller.ts'
import type { LinkedSaltEdge } from '../support/linked-saltedge.ts'
import { flowFrame, openLinkedSaltEdge, state } from '../support/linked-saltedge.ts'

let linked: LinkedSaltEdge
beforeAll(async () => {
  linked = await openLinkedSaltEdge()
})
afterAll(() => linked.stop())
beforeEach(() => linked.sim('POST', '/__sim/reset'))

const minuteMs = 60_000
const advance = (ms: number) => linked.sim('POST', '/__sim/advance', { ms })
/** A bank that may be refreshed at any time, because our own clock does not move with the sandbox's. */
const anyTime = { refreshTimeout: 0 }

const arrange = async (saltedge: object = {}, more: object = {}) => {
  const bank = await linked.newBank({ ...anyTime, ...saltedge }, more)
  const { secrets, providerConnectionId, accounts } = await linked.link(bank)
  const session = linked.open(secrets)
  const ask = (mode: 'attended' | 'unattended' = 'unattended', run = 'run-1') =>
    session.requestRefresh(mode, { providerAccountIds: [], idempotencyKey: run })
  const progress = (ref: string) => session.refreshProgress(ref, { idempotencyKey: 'run-1' })
  /** Refreshes that Salt Edge has begun without a person. */
  const begun = async (): Promise<number> => {
    const { connections } = await linked.sim('GET', '/__sim/saltedge/connections')
    return connections.find(({ id }: { id: string }) => id === providerConnectionId)
      .backgroundStarts.length
  }
  const read = () => openStore().read(session, accounts[0]!.providerAccountId)
  const behave = (change: object) => linked.behave(bank, change)
  return { bank, session, secrets, ask, progress, begun, read, behave }
}

const refOf = (start: RefreshStart): string => {
  if (!('ref' in start)) throw new Error(start.state)
  return start.ref
}
const failureOf = async (work: Promise<unknown>) => {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (!(error instanceof ProviderError)) throw new Error('no failure', { cause: error })
  return error.failure
}
const fail = (endpoint: string, fault: object) =>
  linked.sim('POST', '/__sim/fail-next', { endpoint: `saltedge/${endpoint}`, ...fault })

describe('a refresh', () => {
  test.each(['attended', 'unattended'] as const)('%s runs and is done', async (mode) => {
    const { ask, progress } = await arrange()
    const start = await ask(mode)
    expect(start.state).toBe('started')
    expect(await progress(refOf(start))).toEqual({ state: 'done' })
  })

  test('is not done because an older one was', async () => {
    const { bank, ask, progress } = await arrange()
    await linked.behave(bank, {}, { syncMs: 10 * minuteMs })
    const start = await ask()
    const looked = await progress(refOf(start))
    expect(looked.state).toBe('running')
    await advance(11 * minuteMs)
    expect(await progress(refOf(start))).toEqual({ state: 'done' })
    if ('ref' in looked) expect(await progress(looked.ref)).toEqual({ state: 'done' })
  })

  test('is running while Salt Edge goes on showing the attempt before it', async () => {
    const { ask, progress } = await arrange({ attemptShownAfterMs: 5 * minuteMs })
    const start = await ask()
    expect((await progress(refOf(start))).state).toBe('running')
    await advance(6 * minuteMs)
    expect(await progress(refOf(start))).toEqual({ state: 'done' })
  })

  test('that fails says why, and what is there can still be read', async () => {
    const { ask, progress, read, session } = await arrange({ attemptOutcomes: ['ProviderError'] })
    const start = await ask()
    expect(await progress(refOf(start))).toMatchObject({
      state: 'failed',
      failure: { code: 'institution_unavailable', providerCode: 'ProviderError' },
    })
    expect(await session.status()).toMatchObject({
      health: 'ok',
      failure: { code: 'institution_unavailable' },
    })
    expect((await read()).flatMap(({ lines }) => lines)).toHaveLength(6)
  })

  test('has a reference that is short and holds no secret', async () => {
    const { ask, secrets } = await arrange()
    const ref = refOf(await ask())
    expect(ref).toMatch(/^(after|at):\d{1,30}$/)
    expect(secrets.reveal()).not.toContain(ref.split(':')[1])
  })

  test('with a reference that nobody gave out is a defect', async () => {
    const { progress } = await arrange()
    for (const ref of ['', 'at', 'before:1', 'at:x y'])
      expect((await failureOf(progress(ref))).code).toBe('defect')
  })
})

describe('a refresh is never started twice', () => {
  test('when its answer was lost: the newer attempt is joined', async () => {
    const { ask, progress, begun } = await arrange()
    await fail('background-refresh', { mode: 'lost' })
    const start = await ask()
    expect(start).toMatchObject({ state: 'joined' })
    expect(await progress(refOf(start))).toEqual({ state: 'done' })
    expect(await begun()).toBe(1)
  })

  test('when its answer was lost and Salt Edge does not show it yet: the repetition joins', async () => {
    const { bank, ask, progress, begun } = await arrange({ attemptShownAfterMs: 5 * minuteMs })
    await linked.behave(bank, {}, { syncMs: 10 * minuteMs })
    await fail('background-refresh', { mode: 'lost' })
    expect((await failureOf(ask())).code).toBe('provider_unavailable')
    const start = await ask()
    expect(start.state).toBe('joined')
    expect((await progress(refOf(start))).state).toBe('running')
    await advance(11 * minuteMs)
    expect(await progress(refOf(start))).toEqual({ state: 'done' })
    expect(await begun()).toBe(1)
  })

  test('when the same run asks again, also after it has ended', async () => {
    const { ask, progress, begun } = await arrange()
    await ask('unattended', 'run-7')
    const again = await ask('unattended', 'run-7')
    expect(again.state).toBe('joined')
    expect(await progress(refOf(again))).toEqual({ state: 'done' })
    expect(await begun()).toBe(1)
    expect((await ask('unattended', 'run-8')).state).toBe('started')
    expect(await begun()).toBe(2)
  })

  test('when another run’s is under way', async () => {
    const { bank, ask, begun } = await arrange()
    await linked.behave(bank, {}, { syncMs: 10 * minuteMs })
    await ask('unattended', 'run-1')
    expect((await ask('attended', 'run-2')).state).toBe('joined')
    expect(await begun()).toBe(1)
  })
})

describe('a refresh that may not be', () => {
  test('because it is too early is not asked for, and says until when', async () => {
    const { ask, begun } = await arrange({ refreshTimeout: 60 })
    const start = await ask()
    expect(start).toMatchObject({ state: 'skipped', reason: 'too_recent' })
    if (start.state !== 'skipped') throw new Error(start.state)
    const waitMs = Date.parse(start.until!) - Date.now()
    expect(waitMs).toBeGreaterThan(58 * minuteMs)
    expect(waitMs).toBeLessThanOrEqual(60 * minuteMs)
    expect(await linked.callsTo('background-refresh')).toBe(0)
    expect(await begun()).toBe(0)
  })

  test('because it is too early, which Salt Edge says only then, waits an hour', async () => {
    const { ask } = await arrange({ refreshTimeout: 60, hidesNextRefresh: true })
    const start = await ask()
    expect(start).toMatchObject({ state: 'skipped', reason: 'too_recent' })
    if (start.state !== 'skipped') throw new Error(start.state)
    expect(Date.parse(start.until!) - Date.now()).toBeGreaterThan(59 * minuteMs)
  })

  test('because four were without a person today waits a day at the longest', async () => {
    const { ask, begun } = await arrange()
    for (const run of ['1', '2', '3', '4'])
      expect((await ask('unattended', run)).state).toBe('started')
    const fifth = await ask('unattended', '5')
    expect(fifth).toMatchObject({ state: 'skipped', reason: 'too_recent' })
    if (fifth.state !== 'skipped') throw new Error(fifth.state)
    const waitMs = Date.parse(fifth.until!) - Date.now()
    expect(waitMs).toBeGreaterThan(23 * 60 * minuteMs)
    expect(waitMs).toBeLessThanOrEqual(24 * 60 * minuteMs)
    expect(await begun()).toBe(4)
  })

  test('because too many of the client’s connections are busy is a limit of the provider', async () => {
    const { ask } = await arrange()
    await linked.sim('PATCH', '/__sim/saltedge/settings', { processingMax: 0 })
    expect(await failureOf(ask())).toMatchObject({
      code: 'rate_limited',
      scope: 'provider',
      providerCode: 'RateLimitExceeded',
    })
  })

  test('because the connection is turned off or gone must be linked anew', async () => {
    const { ask, session } = await arrange()
    await session.revoke()
    expect((await failureOf(ask())).code).toBe('connection_gone')
    await session.revoke()
  })

  test.each(['ApiKeyNotFound', 'InternalServerError', 'neverSeen'])(
    'because Salt Edge answers %s is one failure',
    async (code) => {
      const { ask, begun } = await arrange()
      await fail('background-refresh', { status: 400, code })
      expect((await failureOf(ask())).providerCode).toBe(code)
      expect(await begun()).toBe(0)
    },
  )
})

describe('an institution that asks for a code', () => {
  const renewing = { ...flowFrame, reason: 'challenge' } as const

  const challenged = async (saltedge: object = {}) => {
    const arranged = await arrange({ interactive: true, interactiveOnRefresh: true, ...saltedge })
    const ref = refOf(await arranged.ask())
    const looked = await arranged.progress(ref)
    if (looked.state !== 'challenge') throw new Error(looked.state)
    return { ...arranged, ref: looked.ref, challenge: looked.challenge }
  }

  test('leads to a page, for as long as the institution waits', async () => {
    const { challenge } = await challenged({ maxInteractiveDelay: 480 })
    expect(challenge.kind).toBe('page')
    const waitMs = Date.parse(challenge.expiresAt) - Date.now()
    expect(waitMs).toBeGreaterThan(7 * minuteMs)
    expect(waitMs).toBeLessThanOrEqual(8 * minuteMs)
  })

  test('goes on with the same refresh after the person solved it there', async () => {
    const { session, ref, progress } = await challenged()
    const { url, flow } = await session.beginRenewal(renewing)
    expect(await linked.complete(flow, {}, session)).toEqual({ state: 'pending' })
    expect((await progress(ref)).state).toBe('challenge')
    const { location } = await linked.submit(url, [['decision', 'ok']])
    expect(location?.searchParams.get('state')).toBe(state)
    expect(await progress(ref)).toEqual({ state: 'done' })
    expect((await linked.complete(flow, { state }, session)).state).toBe('linked')
  })

  test.each([
    ['wrong-code', 'wrong_answer'],
    ['timeout', 'too_late'],
  ])('a code by %s is told as %s', async (decision, reason) => {
    const { session, ref, progress } = await challenged()
    const { url, flow } = await session.beginRenewal(renewing)
    await linked.submit(url, [['decision', decision]])
    const failure = { code: 'mfa_required', reason }
    expect(await progress(ref)).toMatchObject({ state: 'failed', failure })
    expect(await linked.complete(flow, { state }, session)).toMatchObject({
      state: 'exited',
      failure,
    })
  })

  test.each(['InteractiveTimeout', 'InteractiveAdapterTimeout', 'Unfinished'])(
    'a code that never comes is too late, under the name %s as well',
    async (lateCodeClass) => {
      const { ref, progress } = await challenged({ lateCodeClass })
      await advance(9 * minuteMs)
      expect(await progress(ref)).toMatchObject({
        state: 'failed',
        failure: { code: 'mfa_required', reason: 'too_late' },
      })
    },
  )

  test('takes no answer from us', async () => {
    const { session, ref } = await challenged()
    const { Secret: Hidden } = await import('../../../domain/secret.ts')
    const kept: Secret<string> = new Hidden('')
    const answering = session.answerMfa({ ref, kept, answers: new Hidden({ code: '1' }) })
    expect((await failureOf(answering)).reason).toBe('no_inline_mfa')
  })

  test('at every refresh is never asked without a person, so nobody is woken at night', async () => {
    const { ask, begun, session } = await arrange({ interactive: true, automaticFetch: false })
    expect((await session.status()).unattendedAllowed).toBe(false)
    expect(await failureOf(ask())).toMatchObject({ code: 'unattended_not_allowed' })
    expect(await linked.callsTo('background-refresh')).toBe(0)
    expect(await begun()).toBe(0)
  })

  test('at every refresh shows a present person the page before anything is started', async () => {
    const { ask, session, progress } = await arrange({ interactive: true, automaticFetch: false })
    const start = await ask('attended')
    if (start.state !== 'challenge') throw new Error(start.state)
    expect(await linked.callsTo('refresh')).toBe(0)
    expect((await progress(start.ref)).state).toBe('running')
    const { url, flow } = await session.beginRenewal(renewing)
    const callback = await linked.decide(url, 'approve')
    expect(await progress(start.ref)).toEqual({ state: 'done' })
    expect((await linked.complete(flow, callback, session)).state).toBe('linked')
  })
})
