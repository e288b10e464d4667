import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ConnectionFacts } from '../../domain/connection.ts'
import * as messages from '../../workflows/messages.ts'
import { called, posted, reads } from './support/bank.ts'
import type { Subject, World } from './support/world.ts'
import { aRequest, currentRunOf, openWorld, statusOf } from './support/world.ts'
import { eventually } from '../support/eventually.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

const longMs = 3_600_000

/** A person fetched, and the bank asks for a code. */
const asked = async (
  facts: Partial<ConnectionFacts> = {},
  own: { lifeMs?: number; kind?: 'fields' | 'page'; rounds?: number } = {},
) => {
  const { lifeMs = longMs, kind = 'fields', rounds = 1 } = own
  const subject = world.arrange(facts)
  subject.bank.challenges = Array.from({ length: rounds }, () => ({ kind, lifeMs }))
  await world.start(subject)
  const { requestId: runId } = await sync(subject)
  await eventually('The question', () => subject.bank.asked.size === 1)
  const [challengeId = ''] = subject.bank.asked.keys()
  await eventually('The wait', async () => (await statusOf(subject)).challengeId === challengeId)
  return { subject, runId, challengeId }
}

/** The slots of a connection come faster from now on. */
const slotsEvery = async ({ bank, handle }: Subject, intervalMs: number): Promise<void> => {
  bank.facts!.intervalMs = intervalMs
  await handle.signal(messages.providerEvent, { kind: 'settings' })
}

const sync = async ({ handle }: Subject) => {
  const request = aRequest()
  const answer = await handle.executeUpdate(messages.syncNow, { args: [request] })
  return { ...request, answer }
}

const answer = ({ handle }: Subject, challengeId: string, request = aRequest()) =>
  handle.executeUpdate(messages.answerMfa, { args: [{ challengeId, ...request }] })

/** The answer is stored, as the API does, and told. */
const give = (subject: Subject, challengeId: string) => {
  subject.bank.given.add(challengeId)
  return answer(subject, challengeId)
}

const outcomeOf = ({ bank }: Subject, runId: string) =>
  eventually('The end of the run', () => bank.ended.has(runId)).then(() => bank.ended.get(runId))

describe('a run that meets a challenge', () => {
  test('waits for its person and goes on itself with the answer', async () => {
    const { subject, runId, challengeId } = await asked()
    expect(await statusOf(subject)).toMatchObject({ awaiting: 'mfa', runId, challengeId })
    expect(reads(subject.bank)).toEqual([])
    expect(await give(subject, challengeId)).toEqual({ kind: 'sent', runId })
    expect(await outcomeOf(subject, runId)).toBe('ok')
    expect(reads(subject.bank).map((call) => call.runId)).toEqual([runId])
    expect(posted(subject.bank)).toEqual(['mfa.requested', 'mfa.accepted', 'sync.done'])
    await eventually('Rest', async () => (await statusOf(subject)).awaiting === 'nothing')
  })

  test('answers several questions one after the other, each once', async () => {
    const { subject, runId, challengeId } = await asked({}, { rounds: 2 })
    await give(subject, challengeId)
    await eventually('The second question', async () => {
      const { challengeId: now } = await statusOf(subject)
      return now !== null && now !== challengeId
    })
    const { challengeId: second } = await statusOf(subject)
    expect(await answer(subject, challengeId)).toEqual({ kind: 'not_expected' })
    subject.bank.given.delete(challengeId)
    await give(subject, second!)
    expect(await outcomeOf(subject, runId)).toBe('ok')
    expect(called(subject.bank, 'submitMfaAnswer')).toHaveLength(2)
  })

  test('is joined by everybody who fetches meanwhile', async () => {
    const { subject, runId } = await asked()
    expect((await sync(subject)).answer).toEqual({ kind: 'joined', runId })
    expect(called(subject.bank, 'requestRefresh')).toHaveLength(1)
  })

  test('does not stop scheduled reading, which asks the bank for nothing', async () => {
    const { subject, runId, challengeId } = await asked()
    await slotsEvery(subject, 200)
    const own = () => reads(subject.bank).filter((call) => call.cause === 'scheduled')
    await eventually('Three slots', () => own().length >= 3)
    expect(called(subject.bank, 'requestRefresh')).toHaveLength(1)
    expect(await statusOf(subject)).toMatchObject({ awaiting: 'mfa', challengeId })
    await give(subject, challengeId)
    expect(await outcomeOf(subject, runId)).toBe('ok')
  })

  test('does not keep events from being followed', async () => {
    const { subject } = await asked({ nextSyncAtMs: Date.now() + longMs })
    await subject.handle.signal(messages.providerEvent, { kind: 'lines_available' })
    await eventually('The event', async () => {
      const details = await subject.handle.query(messages.status)
      return details.awaiting === 'mfa'
    })
    await subject.handle.executeUpdate(messages.disconnect, { args: [aRequest()] })
    await subject.handle.result()
  })

  test('survives continue-as-new: the next workflow run takes the answer', async () => {
    const { subject, runId, challengeId } = await asked()
    await slotsEvery(subject, 100)
    const first = await currentRunOf(subject)
    await eventually('The next workflow run', async () => (await currentRunOf(subject)) !== first)
    expect(await give(subject, challengeId)).toEqual({ kind: 'sent', runId })
    expect(await outcomeOf(subject, runId)).toBe('ok')
  })

  test('ends with a disconnection', async () => {
    const { subject, challengeId } = await asked()
    await subject.handle.executeUpdate(messages.disconnect, { args: [aRequest()] })
    await subject.handle.result()
    expect(called(subject.bank, 'disconnectConnection')).toHaveLength(1)
    expect(reads(subject.bank)).toEqual([])
    expect(challengeId).not.toBe('')
  })

  test('leaves settings alone: automatic synchronization can be switched meanwhile', async () => {
    const { subject, runId, challengeId } = await asked()
    await subject.handle.executeUpdate(messages.setAutoSync, {
      args: [{ ...aRequest(), enabled: false }],
    })
    await eventually('The switch', () => subject.bank.facts?.autoSync === false)
    await give(subject, challengeId)
    expect(await outcomeOf(subject, runId)).toBe('ok')
  })
})

describe('a challenge that nobody answers', () => {
  test('ends with its time, is told once, and the next fetch opens a new one', async () => {
    const { subject, runId, challengeId } = await asked({}, { lifeMs: 1_500 })
    expect(await outcomeOf(subject, runId)).toBe('failed')
    await eventually('Rest', async () => (await statusOf(subject)).runId === null)
    expect(posted(subject.bank)).toEqual(['mfa.requested', 'mfa.expired'])
    expect(subject.bank.facts).toMatchObject({
      awaiting: 'nothing',
      failureCode: null,
      countedFailures: 0,
    })
    expect(await answer(subject, challengeId)).toEqual({ kind: 'not_expected' })
    subject.bank.challenges = [{ kind: 'fields', lifeMs: longMs }]
    const { answer: verdict } = await sync(subject)
    expect(verdict.kind).toBe('started')
    await eventually('A new question', () => subject.bank.asked.size === 1)
    expect(posted(subject.bank)).toEqual(['mfa.requested', 'mfa.expired', 'mfa.requested'])
  })
})

describe('an answer', () => {
  test('to another challenge is not expected', async () => {
    const { subject } = await asked()
    expect(await answer(subject, randomUUID())).toEqual({ kind: 'not_expected' })
    expect(called(subject.bank, 'submitMfaAnswer')).toEqual([])
  })

  test('that is told twice is handed over once', async () => {
    const { subject, runId, challengeId } = await asked()
    subject.bank.given.add(challengeId)
    const request = aRequest()
    const verdicts = await Promise.all([
      answer(subject, challengeId, request),
      answer(subject, challengeId, request),
    ])
    expect(verdicts).toEqual([
      { kind: 'sent', runId },
      { kind: 'sent', runId },
    ])
    expect(await outcomeOf(subject, runId)).toBe('ok')
    expect(await answer(subject, challengeId, request)).toEqual({ kind: 'sent', runId })
    expect(called(subject.bank, 'submitMfaAnswer')).toHaveLength(1)
  })

  test('that comes before the workflow knows of the question is handed over as well', async () => {
    const subject = world.arrange()
    subject.bank.challenges = [{ kind: 'fields', lifeMs: longMs }]
    let release = () => {}
    subject.bank.afterAsking = () =>
      new Promise((resolve) => {
        release = resolve
      })
    await world.start(subject)
    const { requestId: runId } = await sync(subject)
    await eventually('The question', () => subject.bank.asked.size === 1)
    const [challengeId = ''] = subject.bank.asked.keys()
    expect(await give(subject, challengeId)).toEqual({ kind: 'sent', runId })
    release()
    expect(await outcomeOf(subject, runId)).toBe('ok')
    expect(called(subject.bank, 'submitMfaAnswer')).toHaveLength(1)
  })

  test('that was announced but is not kept leaves the question open, and says so', async () => {
    const { subject, runId, challengeId } = await asked()
    await answer(subject, challengeId)
    await eventually('The note', () => posted(subject.bank).includes('mfa.no_answer'))
    expect(await statusOf(subject)).toMatchObject({ challengeId, runId })
    await give(subject, challengeId)
    expect(await outcomeOf(subject, runId)).toBe('ok')
  })

  test('goes before the reading in hand, whose run is read again afterwards', async () => {
    const { subject, runId, challengeId } = await asked({ nextSyncAtMs: Date.now() + 800 })
    let release = () => {}
    const held = new Promise<undefined>((resolve) => {
      release = () => resolve(undefined)
    })
    subject.bank.before = ({ name, cause }) =>
      name === 'syncConnection' && cause !== 'person' && reads(subject.bank).length === 1
        ? held
        : undefined
    await eventually('The slot', () => reads(subject.bank).length === 1)
    await give(subject, challengeId)
    await eventually('The answer', () => called(subject.bank, 'submitMfaAnswer').length === 1)
    expect(await outcomeOf(subject, runId)).toBe('ok')
    const [slot] = reads(subject.bank)
    expect(reads(subject.bank).map((call) => call.runId)).toEqual([slot!.runId, slot!.runId, runId])
    release()
  })
})

describe('a challenge on the page of the provider', () => {
  test('is solved by coming back from it: the same run reads', async () => {
    const { subject, runId, challengeId } = await asked({}, { kind: 'page' })
    subject.bank.flows.set(challengeId, { kind: 'renewal', endsAtMs: Date.now() + longMs })
    expect(await answer(subject, challengeId)).toEqual({ kind: 'not_expected' })
    await subject.handle.executeUpdate(messages.completeLink, { args: [{ flowId: challengeId }] })
    expect(await outcomeOf(subject, runId)).toBe('ok')
    expect(reads(subject.bank).map((call) => call.runId)).toEqual([runId])
    expect(called(subject.bank, 'pollRefresh')).toEqual([])
  })

  test('is solved by the signal of an ERP as well', async () => {
    const { subject, runId, challengeId } = await asked({}, { kind: 'page' })
    subject.bank.flows.set(challengeId, { kind: 'renewal', endsAtMs: Date.now() + longMs })
    await subject.handle.signal(messages.credentialsUpdated, { flowId: challengeId })
    expect(await outcomeOf(subject, runId)).toBe('ok')
  })
})

test('a slot asks the bank for fresh lines where the provider does not, and a person is asked as well', async () => {
  const subject = world.arrange({ intervalMs: 1_000 })
  subject.bank.slotsRefresh = true
  subject.bank.challenges = [{ kind: 'fields', lifeMs: longMs }]
  await world.start(subject)
  await eventually('The question', () => subject.bank.asked.size === 1)
  expect(called(subject.bank, 'requestRefresh')).toMatchObject([{ cause: 'scheduled' }])
  // the slot itself is read without asking again
  await eventually('The read', () => reads(subject.bank).length === 1)
  expect(called(subject.bank, 'requestRefresh')).toHaveLength(1)
})
