import { randomUUID } from 'node:crypto'
import { inspect } from 'node:util'
import { sql } from 'slonik'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as secrets from '../../db/queries/connection-secrets.ts'
import * as oneTimeSecrets from '../../db/queries/one-time-secrets.ts'
import { withTenant } from '../../db/tenant.ts'
import { createVault, parseKeyRing } from '../../db/vault.ts'
import { Secret } from '../../domain/secret.ts'
import type { Arranged } from './arrange.ts'
import { aConnection, aKey, arrange, aTenant } from './arrange.ts'

let arranged: Arranged
beforeAll(async () => {
  arranged = await arrange()
})
afterAll(() => arranged.end())

const place = { table: 'connection_secret', row: 'a', column: 'ciphertext' }

test('a sealed value opens in its own cell and in no other', async () => {
  const { pool, vault } = arranged
  const [mine, other] = [await aTenant(pool), await aTenant(pool)]
  const sealed = await withTenant(pool, mine, (tx) => vault.seal(tx, place, 'tok-1'))
  expect(sealed).toMatch(/^v1\.d1\.[\w-]{16}\.[\w-]{22}\.[\w-]+$/)
  await withTenant(pool, mine, async (tx) => {
    expect(await vault.open(tx, place, sealed)).toBe('tok-1')
    for (const wrong of [{ row: 'b' }, { column: 'c' }, { table: 't' }])
      await expect(vault.open(tx, { ...place, ...wrong }, sealed)).rejects.toThrow(/authenticate/)
    await expect(vault.open(tx, place, `${sealed.slice(0, -1)}!`)).rejects.toThrow()
    await expect(vault.open(tx, place, 'plain')).rejects.toThrow(/damaged/)
    await vault.seal(tx, place, 'x')
  })
  await withTenant(pool, other, async (tx) => {
    await vault.seal(tx, place, 'makes the key of the other tenant')
    await expect(vault.open(tx, place, sealed)).rejects.toThrow(/authenticate/)
  })
})

test('a ciphertext copied to another connection does not open there', async () => {
  const { pool, vault } = arranged
  const tenantId = await aTenant(pool)
  await withTenant(pool, tenantId, async (tx) => {
    const [mine, other] = [await aConnection(tx), await aConnection(tx)]
    const secret = new Secret('tok-1')
    await secrets.store({ tx, vault }, { connectionId: mine, secret })
    await secrets.store({ tx, vault }, { connectionId: other, secret })
    await tx.query(sql.unsafe`
      UPDATE connection_secret SET ciphertext = (
        SELECT ciphertext FROM connection_secret WHERE connection_id = ${mine})
      WHERE connection_id = ${other}`)
    const opened = await secrets.load({ tx, vault }, mine)
    expect(opened?.secret.reveal()).toBe('tok-1')
    await expect(secrets.load({ tx, vault }, other)).rejects.toThrow(/authenticate/)
  })
})

test('many first uses at once end with one data key', async () => {
  const { pool } = arranged
  const tenantId = await aTenant(pool)
  const ring = parseKeyRing(`k1:${aKey()}`)
  const sealed = await Promise.all(
    Array.from({ length: 8 }, (_, i) =>
      withTenant(pool, tenantId, (tx) => createVault(ring).seal(tx, place, `value ${i}`)),
    ),
  )
  const opened = await withTenant(pool, tenantId, (tx) =>
    Promise.all(sealed.map((text) => createVault(ring).open(tx, place, text))),
  )
  expect(opened).toEqual(Array.from({ length: 8 }, (_, i) => `value ${i}`))
})

test('a data key made in a transaction that fails is forgotten with it', async () => {
  const { pool, vault } = arranged
  const tenantId = await aTenant(pool)
  const failing = withTenant(pool, tenantId, async (tx) => {
    await vault.seal(tx, place, 'never kept')
    await vault.seal(tx, place, 'never kept either')
    throw new Error('stop')
  })
  await expect(failing).rejects.toThrow('stop')
  const sealed = await withTenant(pool, tenantId, (tx) => vault.seal(tx, place, 'kept'))
  const fresh = createVault(arranged.ring)
  expect(await withTenant(pool, tenantId, (tx) => fresh.open(tx, place, sealed))).toBe('kept')
})

test('after a change of the ring key old values open, and the old key may go once all is wrapped anew', async () => {
  const { pool } = arranged
  const tenantId = await aTenant(pool)
  const [older, newer] = [`k1:${aKey()}`, `k2:${aKey()}`]
  const vaults = {
    old: createVault(parseKeyRing(older)),
    both: createVault(parseKeyRing(`${newer},${older}`)),
    fresh: createVault(parseKeyRing(newer)),
  }
  await withTenant(pool, tenantId, async (tx) => {
    const sealed = await vaults.old.seal(tx, place, 'tok-1')
    expect(await vaults.both.open(tx, place, sealed)).toBe('tok-1')
    await expect(vaults.fresh.open(tx, place, sealed)).rejects.toThrow(/"k1".*VAULT_KEYS/)
    expect(await vaults.both.rewrap(tx)).toBe(1)
    expect(await vaults.both.rewrap(tx)).toBe(0)
    expect(await vaults.fresh.open(tx, place, sealed)).toBe('tok-1')
  })
})

test('a keyed hash depends on purpose and key, and those of older keys are still recognised', () => {
  const [older, newer] = [`k1:${aKey()}`, `k2:${aKey()}`]
  const old = createVault(parseKeyRing(older))
  const both = createVault(parseKeyRing(`${newer},${older}`))
  expect(both.hmac('idempotency', '123456')).not.toEqual(old.hmac('idempotency', '123456'))
  expect(both.hmacs('idempotency', '123456')).toEqual([
    both.hmac('idempotency', '123456'),
    old.hmac('idempotency', '123456'),
  ])
  expect(old.hmac('idempotency', '123456')).not.toEqual(old.hmac('other', '123456'))
})

const zeros = Buffer.alloc(32).toString('base64')

test.each([
  ['', /VAULT_KEYS is empty/],
  ['k1', /name:base64/],
  [`k1:${Buffer.alloc(16, 'secret').toString('base64')}`, /has 16 bytes and needs 32/],
  [`k1:${zeros}`, /placeholder/],
  [`k1:${Buffer.from('changemechangemechangemechangeme').toString('base64')}`, /placeholder/],
  [`k1:${aKey()},k1:${aKey()}`, /two keys alike/],
])('the key ring %# is refused in a sentence that shows no key', (text, sentence) => {
  expect(() => parseKeyRing(text)).toThrow(sentence)
  const encoded = text.split(':')[1] ?? ''
  if (encoded.length > 8) expect(() => parseKeyRing(text)).not.toThrow(encoded.slice(0, 12))
})

test('a secret rotates by compare-and-swap, under a lease that one attempt holds', async () => {
  const { pool, vault } = arranged
  const tenantId = await aTenant(pool)
  await withTenant(pool, tenantId, async (tx) => {
    const connectionId = await aConnection(tx)
    const opener = { tx, vault }
    expect(await secrets.load(opener, connectionId)).toBeNull()
    expect(await secrets.claimLease(tx, connectionId, 60)).toBe(false)
    await secrets.store(opener, { connectionId, secret: new Secret('one') })
    expect(await secrets.claimLease(tx, connectionId, 60)).toBe(true)
    expect(await secrets.claimLease(tx, connectionId, 60)).toBe(false)
    const rotate = (expectedVersion: number, text: string) =>
      secrets.rotate(opener, { connectionId, expectedVersion, secret: new Secret(text) })
    expect(await rotate(1, 'two')).toBe(true)
    expect(await rotate(1, 'zombie')).toBe(false)
    expect(await secrets.claimLease(tx, connectionId, 60)).toBe(true)
    await secrets.releaseLease(tx, connectionId)
    expect(await secrets.claimLease(tx, connectionId, 60)).toBe(true)
    const held = await secrets.load(opener, connectionId)
    expect([held?.secret.reveal(), held?.version]).toEqual(['two', 2])
    await secrets.store(opener, { connectionId, secret: new Secret('three') })
    expect((await secrets.load(opener, connectionId))?.version).toBe(3)
    await secrets.forget(tx, connectionId)
    expect(await secrets.load(opener, connectionId)).toBeNull()
  })
})

test('a one-time secret is taken once, before its time is over', async () => {
  const { pool, vault } = arranged
  const tenantId = await aTenant(pool)
  await withTenant(pool, tenantId, async (tx) => {
    const opener = { tx, vault }
    const [id, late] = [randomUUID(), randomUUID()]
    const store = (kept: { id: string; value: string; ttlSeconds: number }) =>
      oneTimeSecrets.store(opener, { purpose: 'completion', ...kept })
    await store({ id, value: 'first', ttlSeconds: 60 })
    await store({ id, value: 'code=1', ttlSeconds: 60 })
    await store({ id: late, value: 'code=2', ttlSeconds: 0 })
    expect((await oneTimeSecrets.peek(opener, 'completion', id))?.reveal()).toBe('code=1')
    const taken = await oneTimeSecrets.take(opener, 'completion', id)
    expect(taken?.reveal()).toBe('code=1')
    expect(inspect(taken) + JSON.stringify(taken)).not.toContain('code=1')
    expect(await oneTimeSecrets.take(opener, 'completion', id)).toBeNull()
    expect(await oneTimeSecrets.take(opener, 'link_url', late)).toBeNull()
    expect(await oneTimeSecrets.take(opener, 'completion', late)).toBeNull()
    expect(await oneTimeSecrets.sweep(tx)).toBe(1)
  })
})
