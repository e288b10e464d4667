/** Connections that a provider says it does not know: each may be gone, all of them together are a mistake of ours. */
import { randomUUID } from 'node:crypto'
import { sql } from 'slonik'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Provider, ProviderSession } from '../../activities/providers/provider.ts'
import { ProviderError } from '../../activities/providers/provider.ts'
import * as connections from '../../db/queries/connections.ts'
import * as pauses from '../../db/queries/provider-pauses.ts'
import type { Failure, FailureCode } from '../../domain/failure.ts'
import type { ProviderId } from '../../domain/ids.ts'
import { aConnection } from '../db/arrange.ts'
import type { Scene } from './support/scene.ts'
import { openScene } from './support/scene.ts'
import type { Subject } from './support/subject.ts'
import { aLinkedSubject } from './support/subject.ts'

const lost = (code: FailureCode): Failure => ({ code, scope: 'connection' })

/** What the provider answers to every call about a connection, and what it shows of each; null = the truth. */
const says: { refused: Failure | null; shown: Failure | null } = { refused: null, shown: null }
let asked = 0

const spoken = (session: ProviderSession): ProviderSession => ({
  ...session,
  async status() {
    asked += 1
    if (says.refused) throw new ProviderError(says.refused)
    const status = await session.status()
    return says.shown ? { ...status, health: 'failing', failure: says.shown } : status
  },
})

let scene: Scene
beforeAll(async () => {
  scene = await openScene()
  const { provider } = scene
  const spoilt: Provider = {
    ...provider,
    openSession: (secrets, options) => spoken(provider.openSession(secrets, options)),
  }
  const providers = scene.deps.providers as Map<ProviderId, Provider>
  providers.set(provider.id, spoilt)
})
afterAll(() => scene.close())
beforeEach(async () => {
  Object.assign(says, { refused: null, shown: null })
  await scene.reset()
  await pauses.lift(scene.pool, 'ponto')
  // one that works: what was lost before is no evidence any more
  await (await aLinkedSubject(scene)).sync()
  asked = 0
})

const linked = async (count: number): Promise<Subject[]> => {
  const subjects: Subject[] = []
  while (subjects.length < count) subjects.push(await aLinkedSubject(scene))
  return subjects
}

const statesOf = (subjects: readonly Subject[]) =>
  Promise.all(subjects.map(async (subject) => (await subject.view()).state))

const probeNow = () =>
  scene.pool.query(sql.unsafe`
    UPDATE provider_pause SET probe_at = date_trunc('milliseconds', now()) - interval '1 second'`)

/** Four connections, of which the provider says that it does not know them. */
const fourLost = async (): Promise<Subject[]> => {
  const subjects = await linked(4)
  says.refused = lost('connection_gone')
  for (const subject of subjects) await subject.sync()
  return subjects
}

describe('connections that a provider does not know', () => {
  test('are gone, but the third in a row says that the keys are wrong: nobody is asked any more', async () => {
    const subjects = await fourLost()
    const states = ['disconnected', 'disconnected', 'connected', 'connected']
    expect(await statesOf(subjects)).toEqual(states)
    expect(asked).toBe(3)
    expect(await pauses.maybeOne(scene.pool, 'ponto')).toMatchObject({
      failureCode: 'connection_gone',
    })
    const third = subjects[2]!
    expect(await third.view()).toMatchObject({ failureCode: 'operator_misconfigured' })
    expect((await third.messages()).at(-1)).toMatchObject({ code: 'service.misconfigured' })
    expect(await third.codes()).not.toContain('connection.gone')
  })

  test('at the same moment are counted one after the other', async () => {
    const subjects = await linked(6)
    says.refused = lost('connection_gone')
    await Promise.all(subjects.map((subject) => subject.sync()))
    const closed = (await statesOf(subjects)).filter((state) => state === 'disconnected')
    expect(closed).toHaveLength(2)
  })

  test('stay open while the pause is probed with the wrong keys', async () => {
    const [, , third, fourth] = await fourLost()
    // over a weekend, say
    await scene.asAdmin(`UPDATE connection SET failing_since = failing_since - interval '2 days'`)
    for (const subject of [third!, fourth!, third!]) {
      await probeNow()
      await subject.sync()
    }
    expect(asked).toBe(6)
    expect(await statesOf([third!, fourth!])).toEqual(['connected', 'connected'])
    const pause = await pauses.maybeOne(scene.pool, 'ponto')
    expect(Date.parse(pause!.probeAt)).toBeGreaterThan(Date.now() + 600_000)
  })

  test('are really gone where another one worked in between', async () => {
    const [first, second, working, third] = await linked(4)
    const gone = [first!, second!, third!]
    for (const subject of gone) {
      says.refused = null
      if (subject === third) await working!.sync()
      says.refused = lost('connection_gone')
      await subject.sync()
    }
    expect(await statesOf(gone)).toEqual(gone.map(() => 'disconnected'))
    expect(await pauses.maybeOne(scene.pool, 'ponto')).toBeNull()
  })

  test('are really gone where the provider shows each of them as ended', async () => {
    const subjects = await linked(4)
    says.shown = lost('connection_gone')
    for (const subject of subjects) await subject.sync()
    expect(await statesOf(subjects)).toEqual(subjects.map(() => 'disconnected'))
  })
})

describe('a connection that was taken for gone', () => {
  test('is looked at later, and is back once the provider knows it again', async () => {
    const [first, , third] = await fourLost()
    const looked = await scene.run('loadConnection', first!.at())
    const waitMs = looked!.lookAtMs! - Date.now()
    expect(waitMs).toBeGreaterThan(0)
    expect(waitMs).toBeLessThanOrEqual(20 * 60_000)
    says.refused = null
    await probeNow()
    await third!.sync()
    expect(await pauses.maybeOne(scene.pool, 'ponto')).toBeNull()
    const back = await scene.run('lookAtConnection', first!.at())
    expect(back).toMatchObject({ state: 'connected', failureCode: null })
    expect(back!.nextSyncAtMs).toBeGreaterThan(Date.now())
    expect(back).not.toHaveProperty('lookAtMs')
    const notices = (await first!.messages()).filter(({ code }) => code === 'connection.gone')
    expect(notices).toHaveLength(1)
    expect(notices[0]!.closedAt).not.toBeNull()
    expect((await first!.sync()).kind).toBe('ok')
  })

  test('is not asked for while the provider is paused', async () => {
    const [first] = await fourLost()
    const before = asked
    expect(await scene.run('lookAtConnection', first!.at())).toMatchObject({
      state: 'disconnected',
    })
    expect(asked).toBe(before)
  })

  test('stays closed where its login belongs to another connection by now', async () => {
    const [first] = await linked(1)
    says.refused = lost('connection_gone')
    await first!.sync()
    says.refused = null
    const own = await first!.within((tx) => connections.lockById(tx, first!.connectionId))
    await first!.within(async (tx) => {
      const other = await aConnection(tx)
      await connections.update(tx, other, { ...own!, state: 'connected', disconnectReason: null })
      await tx.query(sql.unsafe`
        UPDATE connection SET provider_connection_id =
          (SELECT provider_connection_id FROM connection WHERE id = ${first!.connectionId})
        WHERE id = ${other}`)
    })
    await scene.run('lookAtConnection', first!.at())
    expect(await statesOf([first!])).toEqual(['disconnected'])
  })
})

describe('logins that a provider refuses', () => {
  test('in three companies one after the other are a mistake of ours as well', async () => {
    const subjects = await linked(3)
    says.refused = lost('credentials_invalid')
    for (const subject of subjects) await subject.sync()
    expect(await statesOf(subjects)).toEqual(['error', 'error', 'connected'])
    expect(await subjects[2]!.view()).toMatchObject({ failureCode: 'operator_misconfigured' })
  })

  test('in one company may all have been ended by a person', async () => {
    const [one, other] = await linked(2)
    const failing = { failureCode: 'credentials_invalid', state: 'error' } as const
    await one!.within(async (tx) => {
      for (let lostOnes = 0; lostOnes < 4; lostOnes += 1)
        await connections.update(tx, await aConnection(tx), {
          ...failing,
          failingSinceMs: Date.now(),
        })
    })
    says.refused = lost('credentials_invalid')
    for (const subject of [one!, other!]) await subject.sync({ runId: randomUUID() })
    expect(await statesOf([one!, other!])).toEqual(['error', 'error'])
  })
})
