import * as statementImports from '../../db/queries/statement-imports.ts'
import { withTenant } from '../../db/tenant.ts'
import { route } from '../route.ts'
import { etagOf, importSchema, toImport } from './import-shape.ts'
import { previewSchema, toPreview } from './preview-shape.ts'
import { importInTenant, importParams } from './read-import.ts'

const schema = importSchema
  .extend({
    preview: previewSchema.nullable().meta({ description: 'null while the file is first read' }),
  })
  .meta({ id: 'ImportWithPreview' })

/** One import: how far it is, and what was understood of its file. */
export const getImport = route({
  operation: 'GET /v1/imports/:importId',
  summary: 'One import with its preview and progress',
  params: importParams,
  answers: {
    200: { description: 'The import; ETag is its version', schema },
    304: { description: 'Unchanged since the version of If-None-Match' },
  },
  handler: ({ caller, params, request, language }, { pool }) =>
    withTenant(pool, caller.tenantId, async (tx) => {
      const view = await importInTenant(tx, params.importId)
      const headers = {
        ETag: etagOf(view),
        'Cache-Control': 'private, no-cache',
        Vary: 'Accept-Language',
      }
      if (request.get('if-none-match') === headers.ETag) return { status: 304, headers }
      const preview = await statementImports.maybeOnePreview(tx, view.id)
      const shown = preview === null ? null : toPreview(preview, language)
      return { status: 200, headers, body: { ...toImport(view), preview: shown } }
    }),
})
