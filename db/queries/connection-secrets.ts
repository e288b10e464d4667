/** What a provider issued for a connection, encrypted; ciphertext never leaves this file. */
import type { DatabaseTransactionConnection } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'
import { Secret } from '../../domain/secret.ts'
import { count } from '../row.ts'
import { currentTenant } from '../tenant.ts'
import type { Vault } from '../vault.ts'

interface Opener {
  tx: DatabaseTransactionConnection
  vault: Vault
}

const placeOf = (connectionId: string) => ({
  table: 'connection_secret',
  row: connectionId,
  column: 'ciphertext',
})

const secretRow = z.object({ ciphertext: z.string(), version: count })

/** The connection's secret and its version; null where none is kept. */
export const load = async (
  { tx, vault }: Opener,
  connectionId: string,
): Promise<{ secret: Secret<string>; version: number } | null> => {
  const row = await tx.maybeOne(sql.type(secretRow)`
    SELECT ciphertext, version FROM connection_secret WHERE connection_id = ${connectionId}`)
  if (row === null) return null
  const plain = await vault.open(tx, placeOf(connectionId), row.ciphertext)
  return { secret: new Secret(plain), version: row.version }
}

/** Keeps a secret that a link flow brought, whatever was kept before. */
export const store = async (
  { tx, vault }: Opener,
  { connectionId, secret }: { connectionId: string; secret: Secret<string> },
): Promise<void> => {
  const ciphertext = await vault.seal(tx, placeOf(connectionId), secret.reveal())
  await tx.query(sql.unsafe`
    INSERT INTO connection_secret (tenant_id, connection_id, ciphertext)
    VALUES (${currentTenant}, ${connectionId}, ${ciphertext})
    ON CONFLICT (tenant_id, connection_id) DO UPDATE
    SET ciphertext = EXCLUDED.ciphertext, version = connection_secret.version + 1,
      lease_until = NULL, stored_at = now()`)
}

/** Replaces the secret if it still has the expected version and ends the lease; false = another attempt was first. */
export const rotate = async (
  { tx, vault }: Opener,
  rotation: { connectionId: string; expectedVersion: number; secret: Secret<string> },
): Promise<boolean> => {
  const { connectionId, expectedVersion, secret } = rotation
  const ciphertext = await vault.seal(tx, placeOf(connectionId), secret.reveal())
  const { rowCount } = await tx.query(sql.unsafe`
    UPDATE connection_secret
    SET ciphertext = ${ciphertext}, version = version + 1, lease_until = NULL, stored_at = now()
    WHERE connection_id = ${connectionId} AND version = ${expectedVersion}`)
  return rowCount === 1
}

/** Takes the right to rotate for some seconds by the database's clock; false while another attempt holds it. */
export const claimLease = async (
  tx: DatabaseTransactionConnection,
  connectionId: string,
  seconds: number,
): Promise<boolean> => {
  const { rowCount } = await tx.query(sql.unsafe`
    UPDATE connection_secret SET lease_until = now() + make_interval(secs => ${seconds})
    WHERE connection_id = ${connectionId} AND (lease_until IS NULL OR lease_until <= now())`)
  return rowCount === 1
}

/** Gives the right to rotate back before its time. */
export const releaseLease = async (
  tx: DatabaseTransactionConnection,
  connectionId: string,
): Promise<void> => {
  await tx.query(sql.unsafe`
    UPDATE connection_secret SET lease_until = NULL WHERE connection_id = ${connectionId}`)
}

/** Deletes the secret of a connection that was closed. */
export const forget = async (
  tx: DatabaseTransactionConnection,
  connectionId: string,
): Promise<void> => {
  await tx.query(sql.unsafe`
    DELETE FROM connection_secret WHERE connection_id = ${connectionId}`)
}
