import { createHash, randomUUID } from 'node:crypto'
import type { DatabaseTransactionConnection } from 'slonik'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as connections from '../../db/queries/connections.ts'
import * as exchanges from '../../db/queries/exchanges.ts'
import * as linkFlows from '../../db/queries/link-flows.ts'
import * as providerSettings from '../../db/queries/provider-settings.ts'
import * as runPositions from '../../db/queries/run-positions.ts'
import * as syncRuns from '../../db/queries/sync-runs.ts'
import { withTenant } from '../../db/tenant.ts'
import type { ConnectionFacts } from '../../domain/connection.ts'
import type { Arranged } from './arrange.ts'
import { aConnection, aLine, aLinkedAccount, arrange, aTenant } from './arrange.ts'

let arranged: Arranged
beforeAll(async () => {
  arranged = await arrange()
})
afterAll(() => arranged.end())

const within = async <T>(work: (tx: DatabaseTransactionConnection) => Promise<T>): Promise<T> =>
  withTenant(arranged.pool, await aTenant(arranged.pool), work)

test('every fact that changes is read back as it was written, and the version counts', () =>
  within(async (tx) => {
    const id = await aConnection(tx)
    const before = await connections.lockById(tx, id)
    expect(before).toMatchObject({
      state: 'not_connected',
      intervalMs: 43_200_000,
      version: 1,
      providerName: 'ponto',
    })
    const changed = {
      state: 'disconnected',
      awaiting: 'consent',
      autoSync: false,
      pauses: ['failures', 'block'],
      failureCode: 'consent_expired',
      failureReference: 'BS-1234-5678',
      disconnectReason: 'consent',
      generation: 3,
      consentExpiresAtMs: 1_772_445_600_123,
      consentNoticeDays: 7,
      unattendedAllowed: false,
      lastRefreshAtMs: 1_772_445_600_001,
      lastPulledAtMs: 1_772_445_600_002,
      nextSyncAtMs: 1_772_445_600_003,
      failingSlots: 2,
      tries: 1,
      failingSinceMs: 1_772_445_600_004,
      countedFailures: 4,
      countedOn: '2026-03-02',
    } as const satisfies Partial<ConnectionFacts>
    await connections.update(tx, id, { ...changed, pauses: [...changed.pauses] })
    const after = await connections.lockById(tx, id)
    expect(after).toEqual({ ...before, ...changed, version: 2 })
    const reset = {
      state: 'connected',
      disconnectReason: null,
      nextSyncAtMs: null,
      countedOn: null,
    } as const
    await connections.update(tx, id, reset)
    expect(await connections.lockById(tx, id)).toEqual({ ...after, ...reset, version: 3 })
  }))

test('an interval is the connection’s own, else the provider’s, and never under the shortest', async () => {
  const provider = 'intervals'
  const setting = { provider, syncIntervalSeconds: 7_200, syncIntervalMinSeconds: 600 }
  await providerSettings.store(arranged.pool, setting)
  expect(await providerSettings.maybeOne(arranged.pool, provider)).toEqual(setting)
  await within(async (tx) => {
    const id = await aConnection(tx, provider)
    const intervalMs = async () => (await connections.lockById(tx, id))?.intervalMs
    expect(await intervalMs()).toBe(7_200_000)
    expect(await connections.setInterval(tx, id, 599)).toEqual({
      kind: 'too_short',
      minSeconds: 600,
    })
    expect(await connections.setInterval(tx, id, 900)).toEqual({ kind: 'set' })
    expect(await intervalMs()).toBe(900_000)
    await connections.setInterval(tx, id, null)
    expect(await intervalMs()).toBe(7_200_000)
    expect(await connections.setInterval(tx, randomUUID(), 900)).toEqual({ kind: 'not_found' })
  })
})

test('connections are listed in the order they were made, page by page, also those of one instant', () =>
  within(async (tx) => {
    const ids: string[] = []
    for (let i = 0; i < 5; i += 1) ids.push(await aConnection(tx))
    await connections.update(tx, ids[2] ?? '', { state: 'connected' })
    const seen: string[] = []
    for (let after: connections.ConnectionPosition | undefined; ;) {
      const page = await connections.listViews(tx, { limit: 2, ...(after ? { after } : {}) })
      seen.push(...page.map(({ id }) => id))
      after = page.at(-1)
      if (!after) break
    }
    expect(seen.toSorted()).toEqual(ids.toSorted())
    const connected = await connections.listViews(tx, { limit: 10, state: 'connected' })
    expect(connected.map(({ id }) => id)).toEqual([ids[2]])
  }))

const aFlow = (connectionId: string, flow: Partial<linkFlows.NewLinkFlow> = {}) => ({
  id: randomUUID(),
  connectionId,
  kind: 'link' as const,
  stateHash: createHash('sha256').update(randomUUID()).digest(),
  returnUrl: 'https://erp.example/back',
  locale: 'nl' as const,
  ttlSeconds: 600,
  ...flow,
})

test('a view shows what is reached and the open flow', async () => {
  const { within: inTenant, connectionId } = await aLinkedAccount(arranged.pool)
  const flow = aFlow(connectionId)
  await inTenant((tx) => linkFlows.create(tx, flow))
  const view = await inTenant((tx) => connections.maybeOneView(tx, connectionId))
  expect(view).toMatchObject({
    id: connectionId,
    institutionName: 'Bank One',
    accounts: 1,
    chosenAccounts: 1,
    openFlowId: flow.id,
    syncIntervalSeconds: 43_200,
    version: 1,
  })
})

test('a finished renewal ends the pages of renewals opened before it, and no other', async () => {
  const { within: inTenant, connectionId } = await aLinkedAccount(arranged.pool)
  const make = async (kind: 'renewal' | 'reconnect', of = connectionId) => {
    const flow = aFlow(of, { kind })
    await inTenant((tx) => linkFlows.create(tx, flow))
    return flow
  }
  const elsewhere = await make('renewal', await inTenant((tx) => aConnection(tx)))
  const [older, anew, finished] = [
    await make('renewal'),
    await make('reconnect'),
    await make('renewal'),
  ]
  const newer = await make('renewal')
  await inTenant(async (tx) => {
    await linkFlows.update(tx, finished.id, { state: 'linked' })
    await linkFlows.endOlderRenewals(tx, finished)
  })
  const stateOf = ({ id }: { id: string }) => inTenant((tx) => linkFlows.oneById(tx, id))
  const flows = await Promise.all([older, anew, finished, newer, elsewhere].map(stateOf))
  expect(flows.map(({ state }) => state)).toEqual([
    'expired',
    'requested',
    'linked',
    'requested',
    'requested',
  ])
})

test('a person who comes back is led to the flow before a tenant is known, until the flow ends', async () => {
  const tenantId = await aTenant(arranged.pool)
  const { flow, late } = await withTenant(arranged.pool, tenantId, async (tx) => {
    const connectionId = await aConnection(tx)
    const made = { flow: aFlow(connectionId), late: aFlow(connectionId, { ttlSeconds: 0 }) }
    await linkFlows.create(tx, made.flow)
    await linkFlows.create(tx, made.flow)
    await linkFlows.create(tx, made.late)
    return made
  })
  const found = (each: { stateHash: Buffer }) =>
    linkFlows.findByReturn(arranged.pool, each.stateHash)
  expect(await found(flow)).toEqual({ tenantId, flowId: flow.id })
  expect(await found(late)).toBeNull()
  const inTenant = <T>(work: (tx: DatabaseTransactionConnection) => Promise<T>) =>
    withTenant(arranged.pool, tenantId, work)
  const { connectionId } = flow
  expect(await inTenant((tx) => linkFlows.listOpenByConnection(tx, connectionId))).toHaveLength(2)
  expect(await inTenant((tx) => linkFlows.expireDue(tx, connectionId))).toEqual([late.id])
  const { endsAtMs } = await inTenant((tx) => linkFlows.dues(tx, connectionId))
  const stored = await inTenant((tx) => linkFlows.oneById(tx, flow.id))
  expect(endsAtMs).toBe(Date.parse(stored.expiresAt))
  const linked = await inTenant((tx) => linkFlows.update(tx, flow.id, { state: 'linked' }))
  const again = await inTenant((tx) => linkFlows.update(tx, flow.id, { state: 'failed' }))
  expect([linked, again]).toEqual([true, false])
  const after = await inTenant((tx) => linkFlows.maybeOneById(tx, flow.id))
  expect(after).toMatchObject({ state: 'linked', locale: 'nl', failureCode: null })
  expect(after?.finishedAt).not.toBeNull()
  expect(await inTenant((tx) => linkFlows.dues(tx, connectionId))).toEqual({
    endsAtMs: null,
    look: null,
  })
})

test('a later end of a flow counts for the way back too, and time may be the workflow’s', () =>
  within(async (tx) => {
    const connectionId = await aConnection(tx)
    const flow = aFlow(connectionId, { ttlSeconds: 0 })
    await linkFlows.create(tx, flow)
    const endsAt = new Date(Date.now() + 3_600_000).toISOString()
    await linkFlows.update(tx, flow.id, { state: 'waiting', expiresAt: endsAt })
    expect(await linkFlows.findByReturn(tx, flow.stateHash)).not.toBeNull()
    expect(await linkFlows.expireDue(tx, connectionId, Date.now())).toEqual([])
    expect(await linkFlows.expireDue(tx, connectionId, Date.parse(endsAt))).toEqual([flow.id])
  }))

test('a flow that its person left is not looked at again', () =>
  within(async (tx) => {
    const connectionId = await aConnection(tx)
    const flow = aFlow(connectionId)
    await linkFlows.create(tx, flow)
    await linkFlows.lookAgain(tx, flow.id)
    expect((await linkFlows.dues(tx, connectionId)).look?.id).toBe(flow.id)
    await linkFlows.update(tx, flow.id, { state: 'exited' })
    expect(await linkFlows.dues(tx, connectionId)).toEqual({ endsAtMs: null, look: null })
  }))

test('a run is accepted once, begins, counts its pages and ends once', async () => {
  const account = await aLinkedAccount(arranged.pool)
  const { connectionId, providerAccountId } = account
  const run = { id: randomUUID(), connectionId, cause: 'person', reference: 'BS-1' } as const
  await account.within(async (tx) => {
    await syncRuns.accept(tx, run)
    const begun = await syncRuns.begin(tx, { ...run, reference: 'BS-2', cause: 'scheduled' })
    expect(begun).toMatchObject({ phase: 'reading', cause: 'person', reference: 'BS-1' })
    const readPage = async () => {
      const counts = { pages: 1, added: 2, changed: 1, removed: 0, filled: 1 }
      const place = { runId: run.id, providerAccountId, position: null, done: false }
      await runPositions.store(tx, { ...place, counts })
      return syncRuns.oneById(tx, run.id)
    }
    await readPage()
    expect(await readPage()).toMatchObject({
      pages: 2,
      linesAdded: 4,
      linesChanged: 2,
    })
    const failed = { outcome: 'failed', failureCode: 'transient' } as const
    expect(await syncRuns.finish(tx, run.id, { outcome: 'ok' })).toBe(true)
    expect(await syncRuns.finish(tx, run.id, failed)).toBe(false)
    expect(await syncRuns.begin(tx, run)).toMatchObject({ phase: 'done', outcome: 'ok' })
    expect(await readPage()).toMatchObject({ pages: 2, linesAdded: 4 })
    const [latest, ...older] = await syncRuns.listByConnection(tx, connectionId, { limit: 10 })
    expect(latest?.id).toBe(run.id)
    const rest = { limit: 10, ...(latest ? { before: latest } : {}) }
    expect(await syncRuns.listByConnection(tx, connectionId, rest)).toEqual(older)
  })
})

test('the calls of all activities of a run are read under its reference, in their order', async () => {
  const { within: inTenant, syncRunId: runId } = await aLinkedAccount(arranged.pool)
  const call = { method: 'GET', status: 200, durationMs: 12.4, responseBytes: 90 }
  await inTenant(async (tx) => {
    await exchanges.store(tx, { runId, attempt: 1 }, [{ ...call, path: '/a' }])
    await exchanges.store(tx, { runId, attempt: 1 }, [
      { ...call, path: '/b' },
      { ...call, path: `/${'c'.repeat(600)}`, status: null, failureCode: 'transient' },
    ])
    await exchanges.store(tx, { runId: randomUUID(), attempt: 1 }, [{ ...call, path: '/gone' }])
    const listed = await exchanges.listByReference(tx, 'BS-0000-0000')
    expect(listed.map(({ path }) => path.slice(0, 2))).toEqual(['/a', '/b', '/c'])
    expect(listed[2]).toMatchObject({ status: null, failureCode: 'transient', durationMs: 12 })
  })
})

test('a connection that is removed leaves its accounts and their lines with the tenant', async () => {
  const account = await aLinkedAccount(arranged.pool)
  await account.store([aLine()])
  await account.within((tx) => connections.remove(tx, account.connectionId))
  expect(
    await account.within((tx) => connections.maybeOneView(tx, account.connectionId)),
  ).toBeNull()
  expect(await account.feed()).toHaveLength(1)
})
