import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Challenge } from '../../../domain/mfa.ts'
import { Secret } from '../../../domain/secret.ts'
import type {
  Challenged,
  ProviderSession,
  RefreshProgress,
  RefreshStart,
} from '../../../activities/providers/provider.ts'
import type { LinkedYodlee } from '../support/linked-yodlee.ts'
import { linkFrame, openLinkedYodlee } from '../support/linked-yodlee.ts'

let linked: LinkedYodlee
beforeAll(async () => {
  linked = await openLinkedYodlee()
})
afterAll(() => linked.stop())
beforeEach(async () => {
  await linked.sim('POST', '/__sim/reset')
  await linked.script('MFA Bank', { mfaAt: 'refresh' })
})

const minuteMs = 60_000
const request = { providerAccountIds: [], idempotencyKey: 'a-run' }

/** A connection whose last refresh is long ago. */
const arrange = async (bank = 'MFA Bank') => {
  const { kept, ...result } = await linked.linkBank(bank)
  await linked.advance(60 * minuteMs)
  return { ...result, kept, session: linked.open(kept) }
}
const attended = (session: ProviderSession) => session.requestRefresh('attended', request)
const refOf = (start: RefreshStart | RefreshProgress): string => {
  if ('ref' in start) return start.ref
  throw new Error(JSON.stringify(start))
}
/** Looks until the refresh is over or asks something. */
const wait = async (session: ProviderSession, first: string): Promise<RefreshProgress> => {
  let ref = first
  for (let looks = 0; looks < 20; looks += 1) {
    const progress = await session.refreshProgress(ref, { idempotencyKey: 'a-run' })
    if (progress.state !== 'running') return progress
    ref = progress.ref
    await linked.advance(1_000)
  }
  throw new Error('a refresh without end')
}
type Form = Extract<Challenge, { kind: 'fields' }>

const formOf = (progress: RefreshProgress): Challenged & { challenge: Form } => {
  if (progress.state === 'challenge' && progress.challenge.kind === 'fields')
    return { ...progress, challenge: progress.challenge }
  throw new Error(JSON.stringify(progress))
}
const untilAsked = async (session: ProviderSession) =>
  formOf(await wait(session, refOf(await attended(session))))
const answer = async (
  session: ProviderSession,
  { ref, challenge }: { ref: string; challenge: Form },
  answers: Record<string, string>,
): Promise<RefreshProgress> => {
  const kept = new Secret(challenge.keep)
  const sent = await session.answerMfa({ ref, kept, answers: new Secret(answers) })
  return wait(session, sent.ref)
}
const puts = async (): Promise<unknown[]> =>
  (await linked.sim('GET', '/__sim/requests')).requests.filter(
    ({ method }: { method: string }) => method === 'PUT',
  )

describe('a refresh', () => {
  test('is started, waited for and done', async () => {
    const { session } = await arrange('Happy Bank')
    const start = await attended(session)
    expect(start.state).toBe('started')
    expect(refOf(start).length).toBeLessThan(400)
    expect(await wait(session, refOf(start))).toEqual({ state: 'done' })
  })

  test('asked for twice is one refresh: the second joins it', async () => {
    const { session } = await arrange('Slow Bank')
    expect((await attended(session)).state).toBe('started')
    expect((await attended(session)).state).toBe('joined')
    expect(await puts()).toHaveLength(1)
  })

  test('soon after the last one is not asked for, and says until when', async () => {
    const { kept } = await linked.linkBank('Happy Bank')
    const start = await attended(linked.open(kept))
    expect(start).toMatchObject({ state: 'skipped', reason: 'too_recent' })
    const untilMs = start.state === 'skipped' ? Date.parse(start.until!) : 0
    expect(untilMs).toBeGreaterThan(Date.now())
    expect(untilMs).toBeLessThanOrEqual(Date.now() + 15 * minuteMs)
    expect(await puts()).toHaveLength(0)
  })

  test('that Yodlee itself finds too early is skipped as well', async () => {
    const { session } = await arrange('Happy Bank')
    await linked.sim('POST', '/__sim/fail-next', {
      endpoint: 'yodlee/provider-accounts-update',
      code: 'Y825',
    })
    expect(await attended(session)).toMatchObject({ state: 'skipped', reason: 'too_recent' })
  })

  test.each([
    ['SITE_UNAVAILABLE', 'institution_unavailable'],
    ['ACCOUNT_LOCKED', 'action_required_at_institution'],
    ['PARTIAL_DATA_RETRIEVED', null],
  ])('that ends with %s is told so', async (outcome, code) => {
    const { session } = await arrange('Happy Bank')
    await linked.script('Happy Bank', { outcome })
    const end = await wait(session, refOf(await attended(session)))
    expect(end).toMatchObject(
      code === null ? { state: 'done' } : { state: 'failed', failure: { code } },
    )
  })

  test('never repeats a login that was refused', async () => {
    const { session } = await arrange('Happy Bank')
    await linked.sim('POST', '/__sim/yodlee/drop', {
      what: 'consent',
      additionalStatus: 'INCORRECT_CREDENTIALS',
    })
    await expect(attended(session)).rejects.toMatchObject({
      failure: { code: 'credentials_invalid' },
    })
    expect(await puts()).toHaveLength(0)
  })

  test('of a result older than itself is not taken for its own', async () => {
    const { session } = await arrange('Slow Bank')
    const { kept } = await arrange('Happy Bank')
    const ref = refOf(await attended(session))
    // the same reference at a connection that has not tried again since
    const { before, ...rest } = JSON.parse(ref)
    const other = linked.open(kept)
    const { lastBankRefreshAt } = await other.status()
    const stale = JSON.stringify({ ...rest, before: lastBankRefreshAt })
    const progress = await other.refreshProgress(stale, { idempotencyKey: 'a-run' })
    expect(before).not.toBeNull()
    expect(progress.state).toBe('running')
  })

  test('by a reference that is none is a defect', async () => {
    const { session } = await arrange('Happy Bank')
    await expect(
      session.refreshProgress('nonsense', { idempotencyKey: 'a-run' }),
    ).rejects.toMatchObject({ failure: { code: 'defect' } })
  })
})

describe('without the person', () => {
  test('nothing is asked for, because Yodlee reads every night by itself', async () => {
    const { session } = await arrange('Happy Bank')
    expect(await session.requestRefresh('unattended', request)).toEqual({
      state: 'skipped',
      reason: 'refreshes_itself',
    })
    expect(await puts()).toHaveLength(0)
  })

  test('an institution that asks at every login is never asked to', async () => {
    const { session } = await arrange('MFA Bank')
    await expect(session.requestRefresh('unattended', request)).rejects.toMatchObject({
      failure: { code: 'unattended_not_allowed' },
    })
    expect(await puts()).toHaveLength(0)
  })
})

describe('what an institution asks', () => {
  test('a code: the right one brings the refresh to its end', async () => {
    const { session } = await arrange()
    const asked = await untilAsked(session)
    expect(asked.challenge.fields).toEqual([
      { name: 'token', label: 'Security code', type: 'code', maxLength: 6 },
    ])
    expect(Date.parse(asked.challenge.expiresAt)).toBeGreaterThan(Date.now())
    expect(asked.challenge.keep).not.toContain('123456')
    expect(asked.ref).not.toContain('123456')
    expect(await answer(session, asked, { token: '123456' })).toEqual({ state: 'done' })
  })

  test('a wrong code is told as wrong, and a new refresh asks anew', async () => {
    const { session } = await arrange()
    const asked = await untilAsked(session)
    expect(await answer(session, asked, { token: '000000' })).toMatchObject({
      state: 'failed',
      failure: { code: 'mfa_required', reason: 'wrong_answer' },
    })
    const again = await untilAsked(session)
    expect(await answer(session, again, { token: '123456' })).toEqual({ state: 'done' })
  })

  test.each(['ADDL_AUTHENTICATION_REQUIRED', 'REQUEST_TIME_OUT'])(
    'no answer is told as too late, whether Yodlee says %s or not',
    async (missingAnswer) => {
      await linked.script('MFA Bank', { missingAnswer })
      const { session } = await arrange()
      const { ref } = await untilAsked(session)
      await linked.advance(10 * minuteMs)
      expect(await wait(session, ref)).toMatchObject({
        state: 'failed',
        failure: { code: 'mfa_required', reason: 'too_late' },
      })
    },
  )

  test('an answer after the end is not sent, where it would replace the login', async () => {
    const { session } = await arrange()
    const asked = await untilAsked(session)
    await linked.advance(10 * minuteMs)
    const before = (await puts()).length
    expect(await answer(session, asked, { token: '123456' })).toMatchObject({
      failure: { code: 'mfa_required', reason: 'too_late' },
    })
    expect(await puts()).toHaveLength(before)
  })

  test('several rounds of several kinds, one after the other', async () => {
    const mfa = [
      {
        ask: 'questions',
        questions: [
          { label: 'Which school?', answer: 'one' },
          { label: 'Which town?', answer: 'two' },
        ],
      },
      { ask: 'choice', label: 'Where to?', options: ['Phone', 'Mail'], answer: 'Mail' },
      { ask: 'password', answer: 'secret' },
      { ask: 'image', answer: '5678' },
    ]
    await linked.script('MFA Bank', { mfa })
    const { kept } = await linked.linkBank('MFA Bank', {
      answers: { answer0: 'one', answer1: 'two', choice: '1', password: 'secret', image: '5678' },
    })
    await linked.advance(60 * minuteMs)
    const session = linked.open(kept)

    const first = await untilAsked(session)
    expect(first.challenge.fields.map(({ label, type }) => [label, type])).toEqual([
      ['Which school?', 'text'],
      ['Which town?', 'text'],
    ])
    const second = formOf(await answer(session, first, { answer0: 'one', answer1: 'two' }))
    expect(second.challenge.fields[0]).toMatchObject({
      type: 'choice',
      options: [
        { value: '0', label: 'Phone' },
        { value: '1', label: 'Mail' },
      ],
    })
    const third = formOf(await answer(session, second, { choice: '1' }))
    expect(third.challenge.fields.map(({ type, isOptional }) => [type, isOptional])).toEqual([
      ['password', undefined],
      ['text', true],
    ])
    const fourth = formOf(await answer(session, third, { password: 'secret' }))
    expect(fourth.challenge.image?.type).toMatch(/^image\/(png|gif|jpeg)$/)
    expect(await answer(session, fourth, { image: '5678' })).toEqual({ state: 'done' })
  })

  test('an answer that leaves out what is needed is not sent', async () => {
    const { session } = await arrange()
    const asked = await untilAsked(session)
    const before = (await puts()).length
    await expect(answer(session, asked, { other: '1' })).rejects.toMatchObject({
      failure: { code: 'mfa_required', reason: 'incomplete' },
    })
    expect(await puts()).toHaveLength(before)
  })

  test('a challenge that waits already is joined by whoever refreshes next', async () => {
    const { session } = await arrange()
    await untilAsked(session)
    const start = await attended(session)
    expect(start.state).toBe('challenge')
    expect((await session.status()).health).toBe('waiting')
  })

  test('on the page of a question the person can answer as well', async () => {
    const { session } = await arrange()
    await untilAsked(session)
    const started = await session.beginRenewal({ ...linkFrame, reason: 'challenge' })
    const callback = await linked.visit(started)
    expect(await linked.complete(started, callback, session)).toMatchObject({ state: 'linked' })
  })
})
