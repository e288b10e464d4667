import { randomUUID } from 'node:crypto'
import { sql } from 'slonik'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Failure } from '../../domain/failure.ts'
import { ProviderError } from '../../activities/providers/provider.ts'
import type { ChallengedScene } from './support/challenged-scene.ts'
import { aChallenged, openChallengedScene } from './support/challenged-scene.ts'
import { aChallenge, hourMs } from './support/challenging-provider.ts'

let scene: ChallengedScene
beforeAll(async () => {
  scene = await openChallengedScene()
})
afterAll(() => scene.end())
beforeEach(() => {
  scene.onReach(() => undefined)
  scene.script.refresh = () => aChallenge()
  scene.script.progress = () => ({ state: 'done' })
  scene.script.answer = () => ({ ref: 'refresh-2' })
  scene.script.answers = []
})

const failing = (failure: Partial<Failure>) => () => {
  throw new ProviderError({ code: 'transient', scope: 'connection', ...failure })
}

describe('a challenge', () => {
  test('is kept sealed, told to people and programs, and the run waits', async () => {
    const subject = await aChallenged(scene)
    const runId = randomUUID()
    const { ref, challenge, snapshot } = await subject.refresh(runId)
    expect({ ref, kind: challenge!.kind }).toEqual({ ref: 'refresh-1', kind: 'fields' })
    expect(snapshot).toMatchObject({ awaiting: 'mfa' })
    expect(await subject.runOf(runId)).toMatchObject({ phase: 'mfa', outcome: null })
    expect(await subject.codes()).toEqual(['mfa.requested'])
    expect(await subject.events()).toContain('mfa.requested')
    const { content } = await subject.within((tx) =>
      tx.one(
        sql.type(
          z.object({ content: z.string() }),
        )`SELECT content FROM mfa_challenge WHERE id = ${challenge!.id}`,
      ),
    )
    expect(content).not.toContain('Code from the message')
  })

  test('that an attempt stored before it died is the same one for the next', async () => {
    const subject = await aChallenged(scene)
    const { runId, challengeId } = await subject.ask()
    expect((await subject.ask(runId)).challengeId).toBe(challengeId)
    expect(await subject.codes()).toEqual(['mfa.requested'])
  })

  test('lives no longer than a day, whatever the provider says', async () => {
    const subject = await aChallenged(scene)
    const expiresAt = new Date(Date.now() + 900 * hourMs).toISOString()
    scene.script.refresh = () => aChallenge({ challenge: { kind: 'page', expiresAt } })
    const { challenge } = await subject.refresh()
    expect(challenge!.expiresAtMs).toBeLessThanOrEqual(Date.now() + 24 * hourMs)
  })

  test('is asked at most five times an hour; then the bank is not asked, the run reads and names the time of the next', async () => {
    const subject = await aChallenged(scene)
    for (let i = 0; i < 5; i += 1) {
      const asked = await subject.ask()
      await scene.run('expireChallenge', { ...subject.at(), ...asked })
    }
    const runId = randomUUID()
    scene.script.asked = []
    expect((await subject.refresh(runId)).challenge).toBeUndefined()
    expect(scene.script.asked).toEqual([])
    const { refresh, refreshUntil } = await subject.runOf(runId)
    expect(refresh).toBe('rate_limited')
    expect(Date.parse(refreshUntil!)).toBeGreaterThan(Date.now())
    expect((await subject.codes()).at(-1)).toBe('sync.quota')
  })

  /** Answers what is open, and says what comes of it. */
  const goOn = async (
    subject: Awaited<ReturnType<typeof aChallenged>>,
    asked: { runId: string; challengeId: string },
    next: Parameters<typeof aChallenge>[0],
  ) => {
    await subject.answer(asked.challengeId)
    await subject.submit(asked)
    scene.script.progress = () => aChallenge(next)
    const { challenge } = await subject.poll(asked.runId)
    return challenge === undefined ? null : { ...asked, challengeId: challenge.id }
  }

  test('has as many rounds as the login has: those of one run are one asking', async () => {
    const subject = await aChallenged(scene)
    let asked: Awaited<ReturnType<typeof goOn>> = await subject.ask()
    for (let round = 2; round <= 7; round += 1) asked = asked && (await goOn(subject, asked, {}))
    expect(asked).not.toBeNull()
    expect(await subject.codes()).not.toContain('sync.quota')
  })

  test('is not put a sixth time to somebody who answers wrongly', async () => {
    const subject = await aChallenged(scene)
    let asked: Awaited<ReturnType<typeof goOn>> = await subject.ask()
    for (let round = 2; round <= 6; round += 1)
      asked = asked && (await goOn(subject, asked, { afterWrongAnswer: true }))
    expect(asked).toBeNull()
    const codes = await subject.codes()
    expect(codes.filter((code) => code === 'mfa.requested')).toHaveLength(5)
    expect(codes.at(-1)).toBe('sync.quota')
  })

  test.each([
    ['a picture', '89504e470d0a1a0a00', true],
    ['a page that says it is a picture', Buffer.from('<html>').toString('hex'), false],
  ])('shows %s only where it is one', async (_what, hex, isKept) => {
    const subject = await aChallenged(scene)
    const { challenge } = aChallenge()
    const image = { type: 'image/png', base64: Buffer.from(hex, 'hex').toString('base64') } as const
    scene.script.refresh = () =>
      aChallenge({ challenge: { ...challenge, image } as typeof challenge })
    const { challengeId } = await subject.ask()
    const kept = (await subject.content(challengeId))!.challenge
    expect('image' in kept).toBe(isKept)
  })

  test('does not fail scheduled reading, which says nothing of it a second time', async () => {
    const subject = await aChallenged(scene)
    await subject.ask()
    scene.script.status = () => ({
      health: 'waiting',
      consentExpiresAt: null,
      unattendedAllowed: true,
      lastBankRefreshAt: null,
      accounts: [
        {
          providerAccountId: 'account-1',
          name: 'x',
          type: 'current',
          currency: 'EUR',
          balances: [],
        },
      ],
      failure: { code: 'mfa_required', scope: 'connection' },
    })
    expect(await subject.sync()).toMatchObject({ kind: 'ok', snapshot: { awaiting: 'mfa' } })
    expect(await subject.codes()).toEqual(['mfa.requested'])
  })
})

describe('an answer', () => {
  test('is taken away, handed over once, and its verdict names who gave it', async () => {
    const subject = await aChallenged(scene)
    const asked = await subject.ask()
    await subject.answer(asked.challengeId)
    expect(await subject.submit(asked)).toEqual({ kind: 'taken', ref: 'refresh-2' })
    expect(scene.script.answers).toEqual([
      { ref: 'refresh-1', kept: 'kept by the adapter', answers: { code: '123456' } },
    ])
    expect(await subject.keptAnswer(asked.challengeId)).toBeNull()
    const { ref, snapshot } = await subject.poll(asked.runId)
    expect({ ref, awaiting: snapshot!.awaiting }).toEqual({ ref: null, awaiting: 'nothing' })
    const [, accepted] = await subject.messages()
    expect(accepted).toMatchObject({ code: 'mfa.accepted', params: { user: 'Anna' } })
    expect(await subject.challenge(asked.challengeId)).toMatchObject({ state: 'accepted' })
    expect(await subject.content(asked.challengeId)).toBeNull()
    expect(await subject.sync(asked.runId, 'person')).toMatchObject({ kind: 'ok' })
  })

  test('that was wrong is told, and the new question is a new challenge', async () => {
    const subject = await aChallenged(scene)
    const asked = await subject.ask()
    await subject.answer(asked.challengeId)
    await subject.submit(asked)
    scene.script.progress = () => aChallenge({ afterWrongAnswer: true })
    const { challenge } = await subject.poll(asked.runId)
    expect(challenge!.id).not.toBe(asked.challengeId)
    expect(await subject.challenge(asked.challengeId)).toMatchObject({ state: 'wrong' })
    expect(await subject.codes()).toEqual(['mfa.requested', 'mfa.wrong', 'mfa.requested'])
    expect(await subject.view()).toMatchObject({ awaiting: 'mfa' })
  })

  test('that was right among several is followed by the next question, without a word of wrong', async () => {
    const subject = await aChallenged(scene)
    const asked = await subject.ask()
    await subject.answer(asked.challengeId)
    await subject.submit(asked)
    scene.script.progress = () => aChallenge()
    await subject.poll(asked.runId)
    expect(await subject.codes()).toEqual(['mfa.requested', 'mfa.requested'])
    expect(await subject.challenge(asked.challengeId)).toMatchObject({ state: 'accepted' })
  })

  test('that ended the refresh as wrong is told, and what is there is read', async () => {
    const subject = await aChallenged(scene)
    const asked = await subject.ask()
    await subject.answer(asked.challengeId)
    await subject.submit(asked)
    scene.script.progress = () => ({
      state: 'failed',
      failure: { code: 'mfa_required', scope: 'connection', reason: 'wrong_answer' },
    })
    expect(await subject.poll(asked.runId)).toMatchObject({
      ref: null,
      snapshot: { awaiting: 'nothing' },
    })
    expect(await subject.codes()).toEqual(['mfa.requested', 'mfa.wrong'])
  })

  test('is never sent again: a worker that died after taking it leaves the rest to the bank', async () => {
    const subject = await aChallenged(scene)
    const asked = await subject.ask()
    await subject.answer(asked.challengeId)
    scene.onReach(() => {
      throw new Error('killed')
    })
    await expect(subject.submit(asked)).rejects.toThrow()
    scene.onReach(() => undefined)
    expect(await subject.submit(asked, 2)).toEqual({ kind: 'taken', ref: 'refresh-1' })
    expect(scene.script.answers).toEqual([])
    expect(await subject.challenge(asked.challengeId)).toMatchObject({ state: 'unknown' })
    // the bank never had it, so it asks anew
    scene.script.progress = () => aChallenge()
    const { challenge } = await subject.poll(asked.runId)
    expect(challenge!.id).not.toBe(asked.challengeId)
    expect(await subject.codes()).toEqual(['mfa.requested', 'mfa.requested'])
  })

  test('whose delivery failed is not repeated either', async () => {
    const subject = await aChallenged(scene)
    const asked = await subject.ask()
    await subject.answer(asked.challengeId)
    scene.script.answer = failing({ code: 'provider_unavailable' })
    expect(await subject.submit(asked)).toEqual({ kind: 'taken', ref: 'refresh-1' })
    expect(scene.script.answers).toHaveLength(1)
    await subject.submit(asked, 2)
    expect(scene.script.answers).toHaveLength(1)
  })

  test('that the bank refuses at once is told as wrong', async () => {
    const subject = await aChallenged(scene)
    const asked = await subject.ask()
    await subject.answer(asked.challengeId)
    scene.script.answer = failing({ code: 'mfa_required', reason: 'wrong_answer' })
    expect(await subject.submit(asked)).toMatchObject({
      kind: 'closed',
      snapshot: { awaiting: 'nothing' },
    })
    expect(await subject.codes()).toEqual(['mfa.requested', 'mfa.wrong'])
  })

  test('that is not kept is asked for again', async () => {
    const subject = await aChallenged(scene)
    const asked = await subject.ask()
    expect(await subject.submit(asked)).toEqual({ kind: 'no_answer' })
    expect(await subject.challenge(asked.challengeId)).toMatchObject({ state: 'open' })
  })

  test('for a challenge of another connection is handed over to nobody', async () => {
    const [mine, other] = [await aChallenged(scene), await aChallenged(scene)]
    const asked = await mine.ask()
    await mine.answer(asked.challengeId)
    expect(await other.submit(asked)).toMatchObject({ kind: 'closed' })
    expect(await mine.keptAnswer(asked.challengeId)).not.toBeNull()
    expect(scene.script.answers).toEqual([])
  })
})

describe('the end', () => {
  test('of the time is told once, counts nowhere and forgets an answer that nobody announced', async () => {
    const subject = await aChallenged(scene)
    const asked = await subject.ask()
    await subject.answer(asked.challengeId)
    const before = await subject.view()
    await scene.run('expireChallenge', { ...subject.at(), ...asked })
    await scene.run('expireChallenge', { ...subject.at(), ...asked })
    expect(await subject.codes()).toEqual(['mfa.requested', 'mfa.expired'])
    expect(await subject.runOf(asked.runId)).toMatchObject({
      outcome: 'failed',
      failureCode: 'mfa_required',
    })
    const { failureCode, countedFailures, failingSlots } = await subject.view()
    expect({ failureCode, countedFailures, failingSlots }).toEqual({
      failureCode: before.failureCode,
      countedFailures: 0,
      failingSlots: 0,
    })
    expect(await subject.keptAnswer(asked.challengeId)).toBeNull()
  })

  test('of a connection ends what it was asked, and the run', async () => {
    const subject = await aChallenged(scene)
    const asked = await subject.ask()
    await subject.answer(asked.challengeId)
    const input = { ...subject.at(), requestId: randomUUID(), revoked: true, runId: null }
    await scene.run('disconnectConnection', input)
    expect(await subject.challenge(asked.challengeId)).toMatchObject({ state: 'closed' })
    expect(await subject.runOf(asked.runId)).toMatchObject({ outcome: 'stopped' })
    expect(await subject.keptAnswer(asked.challengeId)).toBeNull()
    expect(await subject.view()).toMatchObject({ awaiting: 'nothing', challengeOpen: false })
  })

  test('of a run leaves no question open', async () => {
    const subject = await aChallenged(scene)
    const asked = await subject.ask()
    await subject.answer(asked.challengeId)
    await subject.submit(asked)
    expect(await subject.sync(asked.runId, 'person')).toMatchObject({
      snapshot: { awaiting: 'nothing' },
    })
    expect(await subject.view()).toMatchObject({ challengeOpen: false })
  })
})

describe('a challenge on the page of the provider', () => {
  const page = () =>
    aChallenge({
      challenge: { kind: 'page', expiresAt: new Date(Date.now() + hourMs).toISOString() },
    })

  test('opens one link flow of the same id, however often it is asked for', async () => {
    const subject = await aChallenged(scene)
    scene.script.refresh = page
    const { runId, challengeId } = await subject.ask()
    await subject.ask(runId)
    const flows = await subject.within((tx) =>
      tx.any(sql.unsafe`SELECT id, kind, state FROM link_flow`),
    )
    expect(flows).toEqual([{ id: challengeId, kind: 'renewal', state: 'waiting' }])
    expect(await subject.codes()).toEqual(['mfa.requested_at_provider'])
  })

  test('is solved with its flow', async () => {
    const subject = await aChallenged(scene)
    scene.script.refresh = page
    const { challengeId } = await subject.ask()
    const { linked } = await scene.run('completeFlow', { ...subject.at(), flowId: challengeId })
    expect(linked).toBe(true)
    expect(await subject.challenge(challengeId)).toMatchObject({ state: 'accepted' })
    expect(await subject.codes()).toEqual(['mfa.requested_at_provider', 'mfa.accepted'])
    expect(await subject.view()).toMatchObject({ awaiting: 'nothing' })
  })
})

test('what is over is swept for all tenants at once, and nothing else', async () => {
  const [one, two] = [await aChallenged(scene), await aChallenged(scene)]
  const asked = [await one.ask(), await two.ask()]
  await one.answer(asked[0]!.challengeId)
  await two.answer(asked[1]!.challengeId)
  await one.within((tx) =>
    tx.query(sql.unsafe`UPDATE one_time_secret SET expires_at = now() - interval '1 second'`),
  )
  const { swept } = await scene.run('sweepExpired', undefined)
  expect(swept).toBeGreaterThanOrEqual(1)
  const left = (subject: typeof one) =>
    subject.within((tx) => tx.any(sql.unsafe`SELECT purpose FROM one_time_secret`))
  expect(await left(one)).toEqual([])
  expect(await left(two)).toHaveLength(1)
})
