/** Values that are used once and soon: taking one deletes it. */
import type { DatabaseTransactionConnection } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'
import { Secret } from '../../domain/secret.ts'
import { currentTenant } from '../tenant.ts'
import type { Vault } from '../vault.ts'

export type Purpose =
  'completion' | 'link_url' | 'link_state' | 'link_page' | 'person' | 'mfa_answer'

interface Opener {
  tx: DatabaseTransactionConnection
  vault: Vault
}

const placeOf = (purpose: Purpose, id: string) => ({
  table: 'one_time_secret',
  row: `${purpose}:${id}`,
  column: 'ciphertext',
})

/** Keeps a value until it is taken or its time is over; a second value for the same purpose and id replaces the first. */
export const store = async (
  { tx, vault }: Opener,
  kept: { purpose: Purpose; id: string; value: string; ttlSeconds: number },
): Promise<void> => {
  const { purpose, id, value, ttlSeconds } = kept
  const ciphertext = await vault.seal(tx, placeOf(purpose, id), value)
  await tx.query(sql.unsafe`
    INSERT INTO one_time_secret (tenant_id, purpose, id, ciphertext, expires_at)
    VALUES (${currentTenant}, ${purpose}, ${id}, ${ciphertext}, now() + make_interval(secs => ${ttlSeconds}))
    ON CONFLICT (tenant_id, purpose, id) DO UPDATE
    SET ciphertext = EXCLUDED.ciphertext, expires_at = EXCLUDED.expires_at`)
}

/** Keeps a value where none is kept that can still be taken; false where one is. The database decides between two. */
export const storeOnce = async (
  { tx, vault }: Opener,
  kept: { purpose: Purpose; id: string; value: string; ttlSeconds: number },
): Promise<boolean> => {
  const { purpose, id, value, ttlSeconds } = kept
  const ciphertext = await vault.seal(tx, placeOf(purpose, id), value)
  const { rowCount } = await tx.query(sql.unsafe`
    INSERT INTO one_time_secret (tenant_id, purpose, id, ciphertext, expires_at)
    VALUES (${currentTenant}, ${purpose}, ${id}, ${ciphertext}, now() + make_interval(secs => ${ttlSeconds}))
    ON CONFLICT (tenant_id, purpose, id) DO UPDATE
    SET ciphertext = EXCLUDED.ciphertext, expires_at = EXCLUDED.expires_at
    WHERE one_time_secret.expires_at <= now()`)
  return rowCount === 1
}

/** Deletes the value unread. */
export const forget = async (
  tx: DatabaseTransactionConnection,
  purpose: Purpose,
  id: string,
): Promise<void> => {
  await tx.query(sql.unsafe`
    DELETE FROM one_time_secret WHERE purpose = ${purpose} AND id = ${id}`)
}

const cipherRow = z.object({ ciphertext: z.string() })

const opened = async (
  { tx, vault }: Opener,
  row: { ciphertext: string } | null,
  place: ReturnType<typeof placeOf>,
): Promise<Secret<string> | null> =>
  row === null ? null : new Secret(await vault.open(tx, place, row.ciphertext))

/** Takes the value away; null where there is none, it was taken before, or its time is over. */
export const take = async (
  opener: Opener,
  purpose: Purpose,
  id: string,
): Promise<Secret<string> | null> => {
  const row = await opener.tx.maybeOne(sql.type(cipherRow)`
    DELETE FROM one_time_secret
    WHERE purpose = ${purpose} AND id = ${id} AND expires_at > now()
    RETURNING ciphertext`)
  return opened(opener, row, placeOf(purpose, id))
}

/** Reads the value and leaves it, for a step that may be repeated and takes it at its end. */
export const peek = async (
  opener: Opener,
  purpose: Purpose,
  id: string,
): Promise<Secret<string> | null> => {
  const row = await opener.tx.maybeOne(sql.type(cipherRow)`
    SELECT ciphertext FROM one_time_secret
    WHERE purpose = ${purpose} AND id = ${id} AND expires_at > now()`)
  return opened(opener, row, placeOf(purpose, id))
}

/** Deletes what nobody took in time; returns how many. */
export const sweep = async (tx: DatabaseTransactionConnection): Promise<number> => {
  const { rowCount } = await tx.query(sql.unsafe`
    DELETE FROM one_time_secret WHERE expires_at <= now()`)
  return rowCount
}
