import { createHash, randomUUID } from 'node:crypto'
import { sql } from 'slonik'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as apiKeys from '../../db/queries/api-keys.ts'
import * as pauses from '../../db/queries/provider-pauses.ts'
import * as tenants from '../../db/queries/tenants.ts'
import * as webhooks from '../../db/queries/webhooks.ts'
import { withTenant } from '../../db/tenant.ts'
import type { Arranged } from './arrange.ts'
import { aConnection, arrange, aTenant } from './arrange.ts'

let arranged: Arranged
beforeAll(async () => {
  arranged = await arrange()
})
afterAll(() => arranged.end())

test('a paused provider is probed by one caller at a time', async () => {
  const { pool } = arranged
  const provider = 'paused'
  const pause = (probeInSeconds: number) =>
    pauses.pause(pool, {
      provider,
      failureCode: 'operator_misconfigured',
      reference: 'BS-1',
      probeInSeconds,
    })
  expect(await pauses.maybeOne(pool, provider)).toBeNull()
  await pause(0)
  const { probeAt = '' } = (await pauses.maybeOne(pool, provider)) ?? {}
  const claim = { provider, probeAt, nextInSeconds: 900 }
  const claims = await Promise.all([pauses.claimProbe(pool, claim), pauses.claimProbe(pool, claim)])
  expect(claims.toSorted()).toEqual([false, true])
  const next = await pauses.maybeOne(pool, provider)
  expect(await pauses.claimProbe(pool, { ...claim, probeAt: next?.probeAt ?? '' })).toBe(false)
  await pauses.lift(pool, provider)
  expect(await pauses.maybeOne(pool, provider)).toBeNull()
})

test('a webhook is taken once, and one that came too early waits for its connection', async () => {
  const { pool } = arranged
  const early = { dedupeKey: '1', kind: 'lines_available', providerRef: 'acc-1' }
  const receive = async (...receipts: (typeof early)[]) => [
    ...(await webhooks.receiveMany(pool, 'ponto', receipts)),
  ]
  expect(await receive(early)).toEqual(['1'])
  expect(await receive(early)).toEqual([])
  expect(await webhooks.routes(pool, 'ponto', ['acc-1'])).toEqual([])
  const tenantId = await aTenant(pool)
  const connectionId = await withTenant(pool, tenantId, async (tx) => {
    const id = await aConnection(tx)
    const routes = { provider: 'ponto', connectionId: id }
    await webhooks.setRoutes(tx, { ...routes, refs: ['gone'] })
    await webhooks.setRoutes(tx, { ...routes, refs: ['acc-1', 'org-1'] })
    return id
  })
  expect(await webhooks.routes(pool, 'ponto', ['acc-1', 'gone'])).toEqual([
    { ref: 'acc-1', tenantId, connectionId },
  ])
  expect(await webhooks.routesByTenant(pool, 'ponto', [tenantId])).toEqual([
    { ref: tenantId, tenantId, connectionId },
  ])
  const parked = await webhooks.parked(pool, 'ponto', ['acc-1'])
  expect(parked).toEqual([{ dedupeKey: '1', kind: 'lines_available' }])
  expect(await receive(early, { ...early, dedupeKey: '2' })).toEqual(['2'])
  expect(await webhooks.parked(pool, 'ponto', ['acc-1'])).toEqual([])
  await pool.query(sql.unsafe`UPDATE webhook_receipt SET received_at = now() - interval '31 days'`)
  expect(await webhooks.sweep(pool)).toBe(2)
})

test('a webhook that came too early waits for its connection for a day, not longer', async () => {
  const { pool } = arranged
  const early = [
    { dedupeKey: 'of today', kind: 'lines_available', providerRef: 'acc-2' },
    { dedupeKey: 'of yesterday', kind: 'lines_available', providerRef: 'acc-2' },
  ]
  await webhooks.receiveMany(pool, 'ponto', early)
  const age = (dedupeKey: string, hours: number) =>
    pool.query(sql.unsafe`
      UPDATE webhook_receipt SET received_at = now() - make_interval(hours => ${hours})
      WHERE dedupe_key = ${dedupeKey}`)
  await age('of today', 23)
  await age('of yesterday', 25)
  const parked = await webhooks.parked(pool, 'ponto', ['acc-2'])
  expect(parked.map(({ dedupeKey }) => dedupeKey)).toEqual(['of today'])
})

test('a key is found before its tenant is known, and ended by its own tenant only', async () => {
  const { pool } = arranged
  const [tenantId, other] = [await aTenant(pool), await aTenant(pool)]
  const keyHash = createHash('sha256').update('key').digest()
  const id = 'aB3dE6gH'
  expect(await apiKeys.create(pool, { id, tenantId, keyHash, scope: 'erp' })).toBe(true)
  expect(await apiKeys.create(pool, { id, tenantId, keyHash, scope: 'erp' })).toBe(false)
  const found = await apiKeys.maybeOneById(pool, id)
  expect(found).toMatchObject({ tenantId, scope: 'erp', revokedAt: null, lastUsedAt: null })
  expect(found?.keyHash.equals(keyHash)).toBe(true)
  await apiKeys.touch(pool, id)
  const touched = await apiKeys.maybeOneById(pool, id)
  await apiKeys.touch(pool, id)
  expect((await apiKeys.maybeOneById(pool, id))?.lastUsedAt).toBe(touched?.lastUsedAt)
  expect(await apiKeys.revoke(pool, { id, tenantId: other })).toBe(false)
  expect(await apiKeys.revoke(pool, { id, tenantId })).toBe(true)
  const [listed] = await apiKeys.listByTenant(pool, tenantId)
  expect(listed?.revokedAt).not.toBeNull()
  expect(await apiKeys.maybeOneById(pool, 'unknown1')).toBeNull()
})

test('a client id names one tenant', async () => {
  const { pool } = arranged
  const tenantId = await aTenant(pool)
  const create = (id: string, clientId: string) =>
    withTenant(pool, id, (tx) => tenants.create(tx, { tenantId: id, name: 'Other', clientId }))
  expect(await create(randomUUID(), tenantId)).toBe(false)
  const tenant = await withTenant(pool, tenantId, (tx) => tenants.oneById(tx, tenantId))
  expect(tenant).toMatchObject({ tenantId, clientId: tenantId, blockedAt: null })
})
