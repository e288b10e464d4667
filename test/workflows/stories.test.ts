/**
 * Lives the stories that `test/histories/connection/` keeps and replays each at once; with RECORD_HISTORIES=1 their
 * histories are written there as well: `RECORD_HISTORIES=1 npx vitest run test/workflows/stories`.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { ApplicationFailure } from '@temporalio/client'
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as messages from '../../workflows/messages.ts'
import { reads } from './support/bank.ts'
import { replay } from './support/replay.ts'
import type { Subject, World } from './support/world.ts'
import { aFlow, aRequest, currentRunOf, openWorld, statusOf } from './support/world.ts'
import { eventually } from '../support/eventually.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

const folder = path.resolve(import.meta.dirname, '../histories/connection')
const recordedOn = new Date().toISOString().slice(0, 10)

const keep = async ({ workflowId }: Subject, what: string, runId?: string): Promise<void> => {
  const history = await world.client.workflow.getHandle(workflowId, runId).fetchHistory()
  const json = historyToJSON(history)
  await replay(json)
  if (process.env['RECORD_HISTORIES'] !== '1') return
  await mkdir(folder, { recursive: true })
  await writeFile(path.join(folder, `${recordedOn}-${what}.json`), `${json}\n`)
}

const sync = async (subject: Subject): Promise<void> => {
  await subject.handle.executeUpdate(messages.syncNow, { args: [aRequest()] })
  await eventually('The run', async () => (await statusOf(subject)).runId === null)
}

const link = async (subject: Subject, begin: typeof messages.beginLink): Promise<void> => {
  const flow = aFlow()
  await subject.handle.executeUpdate(begin, { args: [flow] })
  await eventually('The flow', () => subject.bank.flows.has(flow.flowId))
  await subject.handle.executeUpdate(messages.completeLink, { args: [flow] })
  await eventually('The link', async () => (await statusOf(subject)).state === 'connected')
}

test('a connection is linked, chosen from and read', async () => {
  const subject = world.arrange({ state: 'not_connected', generation: 0, chosenAccounts: 0 })
  subject.bank.undecided = 1
  subject.bank.polls = 2
  await world.start(subject)
  await link(subject, messages.beginLink)
  const choices = [{ accountId: aRequest().requestId, chosen: true }]
  await subject.handle.executeUpdate(messages.chooseAccounts, {
    args: [{ ...aRequest(), choices }],
  })
  await eventually('The first run', async () => (await statusOf(subject)).lastOutcome === 'ok')
  await sync(subject)
  await subject.handle.signal(messages.providerEvent, { kind: 'settings' })
  await subject.handle.signal('noSuchSignal')
  await eventually('The note', () => subject.bank.messages.size >= 5)
  await keep(subject, 'linked-and-read')
})

test('a consent ends and is renewed', async () => {
  const subject = world.arrange({ nextSyncAtMs: Date.now() })
  subject.bank.before = ({ name }) =>
    name === 'syncConnection' && reads(subject.bank).length === 1
      ? { code: 'consent_expired', scope: 'connection' }
      : undefined
  await world.start(subject)
  await eventually('The end', async () => (await statusOf(subject)).state === 'disconnected')
  await link(subject, messages.beginRenewal)
  await eventually('The read', async () => (await statusOf(subject)).lastOutcome === 'ok')
  await keep(subject, 'renewed')
})

test('an outage passes', async () => {
  const subject = world.arrange({ nextSyncAtMs: Date.now() })
  subject.bank.before = ({ name }) => {
    if (name !== 'syncConnection' || reads(subject.bank).length > 8) return undefined
    throw ApplicationFailure.create({ message: 'x', type: 'transient', nextRetryDelay: 10 })
  }
  await world.start(subject)
  await eventually('The failure', async () => (await statusOf(subject)).failureCode === 'transient')
  await sync(subject)
  expect(await statusOf(subject)).toMatchObject({ failureCode: null, lastOutcome: 'ok' })
  await keep(subject, 'outage')
})

/** A person fetches, and the bank asks for a code. */
const ask = async (subject: Subject, lifeMs: number): Promise<string> => {
  subject.bank.challenges = [{ kind: 'fields', lifeMs }]
  await subject.handle.executeUpdate(messages.syncNow, { args: [aRequest()] })
  await eventually('The question', async () => (await statusOf(subject)).challengeId !== null)
  return (await statusOf(subject)).challengeId ?? ''
}

test('a code is asked for and given', async () => {
  const subject = await world.live()
  const challengeId = await ask(subject, 3_600_000)
  subject.bank.given.add(challengeId)
  await subject.handle.executeUpdate(messages.answerMfa, { args: [{ challengeId, ...aRequest() }] })
  await eventually('The end', async () => (await statusOf(subject)).lastOutcome === 'ok')
  await keep(subject, 'mfa-answered')
})

test('a code is announced by a signal, not found, and given', async () => {
  const subject = await world.live()
  const challengeId = await ask(subject, 3_600_000)
  await subject.handle.signal(messages.mfaAnswered, { challengeId })
  await eventually('The note', () =>
    [...subject.bank.messages.values()].some(({ code }) => code === 'mfa.no_answer'),
  )
  subject.bank.given.add(challengeId)
  await subject.handle.signal(messages.mfaAnswered, { challengeId })
  await eventually('The end', async () => (await statusOf(subject)).lastOutcome === 'ok')
  await keep(subject, 'mfa-signalled')
})

test('a code is asked for, reading goes on, and nobody gives it', async () => {
  const subject = await world.live()
  // the slot comes while the question waits, and not before: the person would join its run
  subject.bank.before = ({ name }) => {
    if (name === 'requestRefresh') subject.bank.facts!.nextSyncAtMs = Date.now() + 500
    return undefined
  }
  await ask(subject, 3_000)
  await eventually('The reading of the slot', () => reads(subject.bank).length > 0)
  await eventually('The end', () => [...subject.bank.ended.values()].includes('failed'))
  await eventually('Rest', async () => (await statusOf(subject)).runId === null)
  await keep(subject, 'mfa-expired')
})

test('a connection continues as new', async () => {
  const subject = await world.live({ intervalMs: 100, nextSyncAtMs: Date.now() })
  const first = await currentRunOf(subject)
  await eventually('The next workflow run', async () => (await currentRunOf(subject)) !== first)
  await keep(subject, 'week-of-slots', first)
  await eventually('A read in it', async () => (await statusOf(subject)).lastOutcome === 'ok')
  await keep(subject, 'continued')
})

test('a connection is closed while it reads', async () => {
  const subject = world.arrange()
  let release = () => {}
  const held = new Promise<undefined>((resolve) => {
    release = () => resolve(undefined)
  })
  subject.bank.before = ({ name }) => (name === 'syncConnection' ? held : undefined)
  await world.start(subject)
  await subject.handle.executeUpdate(messages.syncNow, { args: [aRequest()] })
  await eventually('The reading', () => reads(subject.bank).length === 1)
  await subject.handle.executeUpdate(messages.disconnect, { args: [aRequest()] })
  await subject.handle.result()
  release()
  await keep(subject, 'closed-while-reading')
})
