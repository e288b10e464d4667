/** Statement files as they came: encrypted parts of at most 1 MB, and the hash of the whole. */
import type { DatabaseTransactionConnection } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'
import { count } from '../row.ts'
import { currentTenant } from '../tenant.ts'
import type { Vault } from '../vault.ts'

type Tx = DatabaseTransactionConnection

interface Sealer {
  tx: Tx
  vault: Vault
}

/** Most bytes of one part. */
export const partBytes = 1_000_000

const nameMax = 255

const placeOf = (fileId: string, number: number) => ({
  table: 'statement_file_part',
  row: `${fileId}:${number}`,
  column: 'content',
})

/** Begins an upload; the name is kept for people only. */
export const begin = async (tx: Tx, { id, name }: { id: string; name: string }): Promise<void> => {
  const shown = name.replaceAll(/\p{Cc}/gu, ' ').trim()
  await tx.query(sql.unsafe`
    INSERT INTO statement_file (tenant_id, id, name)
    VALUES (${currentTenant}, ${id}, ${shown.slice(0, nameMax)})
    ON CONFLICT (tenant_id, id) DO NOTHING`)
}

/** Adds the part with a number from 1, at most 1 MB; the same part again replaces it. */
export const appendPart = async (
  { tx, vault }: Sealer,
  { fileId, number, bytes }: { fileId: string; number: number; bytes: Uint8Array },
): Promise<void> => {
  if (bytes.length > partBytes) throw new RangeError(`a part has at most ${partBytes} bytes`)
  const content = await vault.sealBytes(tx, placeOf(fileId, number), bytes)
  await tx.query(sql.unsafe`
    INSERT INTO statement_file_part (tenant_id, file_id, number, content)
    VALUES (${currentTenant}, ${fileId}, ${number}, ${content})
    ON CONFLICT (tenant_id, file_id, number) DO UPDATE SET content = EXCLUDED.content`)
}

/** The last part is here: size and hash of the whole file are kept. */
export const finish = async (
  tx: Tx,
  { id, sizeBytes, sha256 }: { id: string; sizeBytes: number; sha256: Buffer },
): Promise<void> => {
  await tx.query(sql.unsafe`
    UPDATE statement_file SET size_bytes = ${sizeBytes}, sha256 = ${sql.binary(sha256)}
    WHERE id = ${id} AND sha256 IS NULL`)
}

/** Forgets an upload that was not finished, with its parts. */
export const abandon = async (tx: Tx, id: string): Promise<void> => {
  await tx.query(sql.unsafe`DELETE FROM statement_file WHERE id = ${id} AND sha256 IS NULL`)
}

const fileRow = z.object({ name: z.string(), parts: z.int(), sizeBytes: count.nullable() })

/** The name of a file, how many parts it has, and its size; null where there is none, it is not finished, or its bytes are gone. */
export const maybeOneFinished = async (
  tx: Tx,
  id: string,
): Promise<{ name: string; parts: number; sizeBytes: number } | null> => {
  const row = await tx.maybeOne(sql.type(fileRow)`
    SELECT name, size_bytes AS "sizeBytes",
      (SELECT count(*)::int FROM statement_file_part WHERE file_id = file.id) AS parts
    FROM statement_file AS file
    WHERE id = ${id} AND sha256 IS NOT NULL AND emptied_at IS NULL`)
  return row === null ? null : { ...row, sizeBytes: row.sizeBytes ?? 0 }
}

const partRow = z.object({ content: z.string() })

/** The bytes of one part; throws `NotFoundError` where it is gone. */
export const onePart = async (
  { tx, vault }: Sealer,
  { fileId, number }: { fileId: string; number: number },
): Promise<Buffer> => {
  const { content } = await tx.one(sql.type(partRow)`
    SELECT content FROM statement_file_part WHERE file_id = ${fileId} AND number = ${number}`)
  return vault.openBytes(tx, placeOf(fileId, number), content)
}
