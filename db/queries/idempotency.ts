/** Commands already carried out, by the key their sender gave; fingerprints are keyed hashes, answers are encrypted. */
import type { DatabaseTransactionConnection } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'
import { currentTenant } from '../tenant.ts'
import type { Vault } from '../vault.ts'

interface Opener {
  tx: DatabaseTransactionConnection
  vault: Vault
}

export interface Command {
  /** Route and the sender's key. */
  key: string
  /** Canonical text of what was asked. */
  request: string
}

export type Claim =
  | { kind: 'claimed' }
  | { kind: 'in_progress' }
  /** The key was used for another request. */
  | { kind: 'other_request' }
  | { kind: 'answered'; status: number; body: string }

const purpose = 'idempotency'
const placeOf = (key: string) => ({ table: 'idempotency', row: key, column: 'body' })

const oneRow = z.object({ one: z.int() })

const storedRow = z.object({
  fingerprint: z.instanceof(Buffer),
  status: z.int().nullable(),
  body: z.string().nullable(),
})

/** Claims a key for 30 seconds, or says what became of it. A claim that was never completed is free again after that. */
export const claim = async (opener: Opener, { key, request }: Command): Promise<Claim> => {
  const { tx, vault } = opener
  const fingerprints = vault.hmacs(purpose, request)
  const claimed = await tx.maybeOne(sql.type(oneRow)`
    INSERT INTO idempotency (tenant_id, key, fingerprint, locked_until, expires_at)
    VALUES (${currentTenant}, ${key}, ${sql.binary(vault.hmac(purpose, request))},
      now() + interval '30 seconds', now() + interval '24 hours')
    ON CONFLICT (tenant_id, key) DO UPDATE
    SET fingerprint = EXCLUDED.fingerprint, status = NULL, body = NULL,
      locked_until = EXCLUDED.locked_until, expires_at = EXCLUDED.expires_at
    WHERE idempotency.expires_at <= now() OR (
      idempotency.status IS NULL AND idempotency.locked_until < now()
      AND idempotency.fingerprint = ANY(${sql.array(fingerprints, 'bytea')})
    )
    RETURNING 1 AS one`)
  return claimed ? { kind: 'claimed' } : lookup(opener, { key, request })
}

const lookup = async ({ tx, vault }: Opener, { key, request }: Command): Promise<Claim> => {
  const stored = await tx.maybeOne(sql.type(storedRow)`
    SELECT fingerprint, status, body FROM idempotency WHERE key = ${key}`)
  if (stored === null) return { kind: 'in_progress' }
  const isSame = vault.hmacs(purpose, request).some((hmac) => hmac.equals(stored.fingerprint))
  if (!isSame) return { kind: 'other_request' }
  if (stored.status === null || stored.body === null) return { kind: 'in_progress' }
  const body = await vault.open(tx, placeOf(key), stored.body)
  return { kind: 'answered', status: stored.status, body }
}

/** Keeps the answer of a claimed command for whoever sends it again. */
export const complete = async (
  { tx, vault }: Opener,
  { key, status, body }: { key: string; status: number; body: string },
): Promise<void> => {
  const sealed = await vault.seal(tx, placeOf(key), body)
  await tx.query(sql.unsafe`
    UPDATE idempotency SET status = ${status}, body = ${sealed} WHERE key = ${key}`)
}

/** Frees a claimed key whose command came to no answer worth keeping. */
export const release = async (tx: DatabaseTransactionConnection, key: string): Promise<void> => {
  await tx.query(sql.unsafe`DELETE FROM idempotency WHERE key = ${key} AND status IS NULL`)
}

/** Deletes keys whose time is over; returns how many. */
export const sweep = async (tx: DatabaseTransactionConnection): Promise<number> => {
  const { rowCount } = await tx.query(sql.unsafe`
    DELETE FROM idempotency WHERE expires_at <= now()`)
  return rowCount
}
