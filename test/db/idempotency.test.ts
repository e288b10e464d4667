import { sql } from 'slonik'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as idempotency from '../../db/queries/idempotency.ts'
import { withTenant } from '../../db/tenant.ts'
import type { Vault } from '../../db/vault.ts'
import { createVault, parseKeyRing } from '../../db/vault.ts'
import type { Arranged } from './arrange.ts'
import { aKey, arrange, aTenant } from './arrange.ts'

let arranged: Arranged
beforeAll(async () => {
  arranged = await arrange()
})
afterAll(() => arranged.end())

const command = { key: 'POST /v1/connections 1', request: '{"a":1}' }

const claim = (tenantId: string, asked = command, vault: Vault = arranged.vault) =>
  withTenant(arranged.pool, tenantId, (tx) => idempotency.claim({ tx, vault }, asked))

const complete = (tenantId: string, body: string) =>
  withTenant(arranged.pool, tenantId, (tx) =>
    idempotency.complete({ tx, vault: arranged.vault }, { key: command.key, status: 202, body }),
  )

test('of fifty equal commands at once one is carried out', async () => {
  const tenantId = await aTenant(arranged.pool)
  const claims = await Promise.all(Array.from({ length: 50 }, () => claim(tenantId)))
  const kinds = claims.map(({ kind }) => kind)
  expect(kinds.filter((kind) => kind === 'claimed')).toHaveLength(1)
  expect(kinds.filter((kind) => kind === 'in_progress')).toHaveLength(49)
})

test('a command sent again gets the first answer; another command under its key does not', async () => {
  const [tenantId, other] = [await aTenant(arranged.pool), await aTenant(arranged.pool)]
  await claim(tenantId)
  await complete(tenantId, '{"id":"1"}')
  expect(await claim(tenantId)).toEqual({ kind: 'answered', status: 202, body: '{"id":"1"}' })
  expect(await claim(tenantId, { ...command, request: '{"a":2}' })).toEqual({
    kind: 'other_request',
  })
  expect(await claim(other)).toEqual({ kind: 'claimed' })
})

test('a claim whose process died is free after its time, for the same command only', async () => {
  const tenantId = await aTenant(arranged.pool)
  await claim(tenantId)
  await withTenant(arranged.pool, tenantId, (tx) =>
    tx.query(sql.unsafe`UPDATE idempotency SET locked_until = now() - interval '1 second'`),
  )
  expect(await claim(tenantId, { ...command, request: '{"a":2}' })).toEqual({
    kind: 'other_request',
  })
  expect(await claim(tenantId)).toEqual({ kind: 'claimed' })
  expect(await claim(tenantId)).toEqual({ kind: 'in_progress' })
})

test('a command without an answer worth keeping can be sent again at once', async () => {
  const tenantId = await aTenant(arranged.pool)
  await claim(tenantId)
  await withTenant(arranged.pool, tenantId, (tx) => idempotency.release(tx, command.key))
  expect(await claim(tenantId)).toEqual({ kind: 'claimed' })
})

test('after its time an answer is forgotten', async () => {
  const tenantId = await aTenant(arranged.pool)
  await claim(tenantId)
  await complete(tenantId, '{}')
  const expire = () =>
    withTenant(arranged.pool, tenantId, (tx) =>
      tx.query(sql.unsafe`UPDATE idempotency SET expires_at = now()`),
    )
  await expire()
  expect(await claim(tenantId)).toEqual({ kind: 'claimed' })
  await expire()
  expect(await withTenant(arranged.pool, tenantId, idempotency.sweep)).toBe(1)
})

test('an answer given before the ring key changed is still recognised', async () => {
  const tenantId = await aTenant(arranged.pool)
  const older = `k1:${aKey()}`
  const old = createVault(parseKeyRing(older))
  const both = createVault(parseKeyRing(`k2:${aKey()},${older}`))
  await claim(tenantId, command, old)
  expect(await claim(tenantId, command, both)).toEqual({ kind: 'in_progress' })
  expect(await claim(tenantId, { ...command, request: '{}' }, both)).toEqual({
    kind: 'other_request',
  })
})
