/** Weeks in seconds: the real intervals on the server that skips time. */
import { ApplicationFailure } from '@temporalio/client'
import { TestWorkflowEnvironment } from '@temporalio/testing'
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest'
import { anchorOf } from '../../domain/schedule.ts'
import { searchAttributes } from '../../scripts/search-attributes.ts'
import * as messages from '../../workflows/messages.ts'
import { day, hour, minute } from '../domain/support/facts.ts'
import { called, posted, reads } from './support/bank.ts'
import type { Subject, World } from './support/world.ts'
import { createWorld, quiet, statusOf } from './support/world.ts'

const path = inject('timeSkippingServer')
if (path === null)
  console.log('SKIPPED: the life of a connection over weeks, because no server here skips time.')

const interval = 12 * hour

describe.skipIf(path === null)('over weeks', () => {
  let environment: TestWorkflowEnvironment
  let world: World
  beforeAll(async () => {
    quiet()
    environment = await TestWorkflowEnvironment.createTimeSkipping({
      server: { executable: { type: 'existing-path', path: path ?? '' } },
    })
    const { connection, nativeConnection, client } = environment
    const namespace = environment.namespace ?? 'default'
    // this server cannot list them first
    await connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(searchAttributes.map((name) => [name, 2])),
    })
    world = await createWorld({
      address: environment.address,
      namespace,
      client,
      connection: nativeConnection,
      end: () => environment.teardown(),
    })
  })
  afterAll(() => world.close())

  const begun: Subject[] = []
  // whoever still sleeps would wake in the time of the next test
  afterEach(async () => {
    for (const { handle } of begun.splice(0)) await handle.terminate().catch(() => undefined)
  })

  const never =
    (activity: string): Subject['bank']['before'] =>
    ({ name }) => {
      if (name === activity) throw ApplicationFailure.nonRetryable('never', 'defect')
      return undefined
    }
  const now = () => environment.currentTimeMs()
  const pass = (ms: number) => environment.sleep(ms)
  const live = async (
    facts: Parameters<World['arrange']>[0] = {},
    before?: (subject: Subject) => Subject['bank']['before'],
  ): Promise<Subject> => {
    const nowMs = await now()
    const subject = world.arrange({
      createdAtMs: nowMs,
      consentExpiresAtMs: nowMs + 365 * day,
      ...facts,
    })
    if (before) subject.bank.before = before(subject)
    await world.start(subject)
    begun.push(subject)
    return subject
  }
  const slotsOf = ({ bank, connectionId }: Subject): number[] => {
    const anchor = anchorOf(connectionId, interval)
    return reads(bank).map(({ atMs }) => (atMs - anchor) / interval)
  }
  const lateness = 2 * minute

  test('thirty cycles are thirty reads, each at its slot, one by one', async () => {
    const subject = await live()
    await pass(30 * interval)
    const slots = slotsOf(subject)
    expect(slots.length).toBe(30)
    slots.forEach((slot, i) => {
      expect(Math.floor(slot)).toBe(Math.floor((slots[0] ?? 0) + i + 0.001))
      expect((slot % 1) * interval).toBeLessThan(lateness)
    })
    expect(new Set(reads(subject.bank).map(({ cause }) => cause))).toEqual(new Set(['scheduled']))
    expect(called(subject.bank, 'loadConnection').length).toBe(3)
  })

  test('a person who reads in between does not move the slots', async () => {
    const subject = await live()
    await pass(interval)
    await subject.handle.executeUpdate(messages.syncNow, {
      args: [{ requestId: crypto.randomUUID() }],
    })
    await pass(3 * interval)
    const scheduled = reads(subject.bank).filter(({ cause }) => cause === 'scheduled')
    expect(reads(subject.bank).some(({ cause }) => cause === 'person')).toBe(true)
    expect(scheduled.length).toBe(4)
    const anchor = anchorOf(subject.connectionId, interval)
    for (const { atMs } of scheduled) expect((atMs - anchor) % interval).toBeLessThan(lateness)
  })

  test('an outage is tried again after 15 minutes, 1 hour and 6 hours, told at the third slot, and over with a success', async () => {
    let isAway = true
    const subject = await live({}, () => ({ name }) => {
      if (name === 'syncConnection' && isAway)
        throw ApplicationFailure.nonRetryable('away', 'provider_unavailable')
      return undefined
    })
    await pass(3 * interval)
    const tries = reads(subject.bank).map(({ atMs }) => atMs)
    const first = tries[0] ?? 0
    const waits = tries.map((atMs) => Math.round((atMs - first) / minute)).slice(0, 5)
    expect(waits.map((wait) => Math.round(wait / 5) * 5)).toEqual([0, 15, 75, 435, 720])
    expect(posted(subject.bank)).toContain('sync.delayed')
    isAway = false
    await pass(interval)
    expect(await statusOf(subject)).toMatchObject({
      state: 'connected',
      failureCode: null,
      lastOutcome: 'ok',
    })
  })

  test('a consent of ninety days is announced four times, ends, and waits for its person', async () => {
    const nowMs = await now()
    const endsAtMs = nowMs + 90 * day
    const subject = await live({ consentExpiresAtMs: endsAtMs })
    await pass(91 * day)
    const notices = [...subject.bank.messages.values()]
      .filter(({ code }) => code.startsWith('consent.'))
      .map(({ dedupeKey }) => dedupeKey.split(':').at(-1))
    expect(notices).toEqual(['14', '7', '3', '1', 'ended'])
    expect(await statusOf(subject)).toMatchObject({
      state: 'disconnected',
      awaiting: 'consent',
      nextSyncAt: null,
    })
    const readBefore = reads(subject.bank).length
    expect(readBefore).toBeGreaterThanOrEqual(179)
    await pass(10 * day)
    expect(reads(subject.bank)).toHaveLength(readBefore)
  })

  test('a burst of provider events makes one read, and the next burst another one a minute later', async () => {
    const subject = await live({ intervalMs: 30 * day })
    const burst = async () => {
      for (let i = 0; i < 20; i += 1)
        await subject.handle.signal(messages.providerEvent, { kind: 'transactions' })
    }
    await burst()
    await pass(5_000)
    await burst()
    await pass(10 * minute)
    const times = reads(subject.bank).map(({ atMs }) => atMs)
    expect(times).toHaveLength(2)
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(minute)
  })

  test('looks for the same reason are a minute apart as well', async () => {
    const subject = await live({
      state: 'error',
      failureCode: 'credentials_invalid',
      awaiting: 'credentials',
    })
    subject.bank.before = never('lookAtConnection')
    // never a divisor of the minute: a signal in the very moment in which a timer ends confuses this server
    for (let i = 0; i < 14; i += 1) {
      await subject.handle.signal(messages.providerEvent, { kind: 'x' })
      await pass(7_000)
    }
    expect(called(subject.bank, 'lookAtConnection').length).toBeLessThanOrEqual(3)
  })

  test('what is due and cannot be done is tried again later, not on the spot', async () => {
    const nowMs = await now()
    const subject = await live({ consentExpiresAtMs: nowMs - 1, autoSync: false }, () =>
      never('consentDue'),
    )
    await pass(2 * hour)
    const tries = called(subject.bank, 'consentDue').length
    expect(tries).toBeGreaterThanOrEqual(2)
    expect(tries).toBeLessThanOrEqual(10)
  })

  test('a connection taken for gone is looked at by itself, and goes on once it works', async () => {
    const subject = await live(
      {
        state: 'disconnected',
        disconnectReason: 'gone',
        failureCode: 'connection_gone',
        failingSinceMs: await now(),
      },
      () => never('lookAtConnection'),
    )
    await pass(2 * hour)
    const tries = called(subject.bank, 'lookAtConnection').length
    expect(tries).toBeGreaterThanOrEqual(2)
    expect(tries).toBeLessThanOrEqual(10)
    subject.bank.before = () => undefined
    await pass(hour)
    expect(await statusOf(subject)).toMatchObject({ state: 'connected' })
    await pass(interval)
    expect(reads(subject.bank)).toHaveLength(1)
  })

  test('a command that never works is given up, and reading goes on', async () => {
    const subject = await live()
    subject.bank.before = ({ name }) => {
      if (name === 'setAutoSync') throw new Error('a constraint')
      return undefined
    }
    await subject.handle.executeUpdate(messages.setAutoSync, {
      args: [{ requestId: crypto.randomUUID(), enabled: false }],
    })
    await pass(2 * interval)
    expect(reads(subject.bank).length).toBeGreaterThanOrEqual(1)
  })
})
