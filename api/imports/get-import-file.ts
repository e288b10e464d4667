import * as statementFiles from '../../db/queries/statement-files.ts'
import { withTenant } from '../../db/tenant.ts'
import type { Deps } from '../deps.ts'
import { Problem } from '../problem.ts'
import { route } from '../route.ts'
import { dispositionOf } from './file-name.ts'
import { importInTenant, importParams } from './read-import.ts'

/** The file of an import, byte for byte as it was uploaded. */
export const getImportFile = route({
  operation: 'GET /v1/imports/:importId/file',
  summary: 'The original file',
  params: importParams,
  answers: {
    200: { description: 'The file as it came', contentType: 'application/octet-stream' },
  },
  async handler({ caller, params }, deps) {
    const { view, file } = await withTenant(deps.pool, caller.tenantId, async (tx) => {
      const found = await importInTenant(tx, params.importId)
      return { view: found, file: await statementFiles.maybeOneFinished(tx, found.fileId) }
    })
    if (file === null) throw new Problem('not-found', 'file_gone')
    const headers = {
      'Content-Type': 'application/octet-stream',
      'Content-Length': String(file.sizeBytes),
      'Content-Disposition': dispositionOf(view.fileName),
      'X-Content-Type-Options': 'nosniff',
    }
    return {
      status: 200,
      headers,
      parts: partsOf(deps, caller.tenantId, { ...file, id: view.fileId }),
    }
  },
})

interface Wanted {
  id: string
  parts: number
}

async function* partsOf(
  { pool, vault }: Pick<Deps, 'pool' | 'vault'>,
  tenantId: string,
  { id, parts }: Wanted,
): AsyncGenerator<Uint8Array> {
  for (let number = 1; number <= parts; number += 1)
    yield await withTenant(pool, tenantId, (tx) =>
      statementFiles.onePart({ tx, vault }, { fileId: id, number }),
    )
}
