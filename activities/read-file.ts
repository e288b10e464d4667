import * as statementFiles from '../db/queries/statement-files.ts'
import { withTenant } from '../db/tenant.ts'
import type { Deps } from './deps.ts'

/** The bytes and the name of an uploaded file, put together part by part; throws where it is gone. */
export const readFile = async (
  { pool, vault }: Deps,
  tenantId: string,
  fileId: string,
): Promise<{ bytes: Buffer; name: string }> => {
  const file = await withTenant(pool, tenantId, (tx) => statementFiles.maybeOneFinished(tx, fileId))
  if (file === null) throw new Error('The bytes of a statement file are gone.')
  const bytes = Buffer.alloc(file.sizeBytes)
  let length = 0
  for (let number = 1; number <= file.parts; number += 1) {
    const part = await withTenant(pool, tenantId, (tx) =>
      statementFiles.onePart({ tx, vault }, { fileId, number }),
    )
    length += part.copy(bytes, length)
  }
  if (length !== bytes.length) throw new Error('A statement file is not as long as it was.')
  return { bytes, name: file.name }
}
