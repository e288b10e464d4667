import { z } from 'zod'
import * as statementImports from '../../db/queries/statement-imports.ts'
import { withTenant } from '../../db/tenant.ts'
import { fromCursor, pageOf, pageQuery, toPage } from '../page.ts'
import { route } from '../route.ts'
import { importSchema, toImport } from './import-shape.ts'

const position = z.tuple([z.iso.datetime(), z.uuid()])

/** The tenant's imports of statement files. */
export const getImports = route({
  operation: 'GET /v1/imports',
  summary: 'Imports of statement files, the latest first',
  query: pageQuery,
  answers: { 200: { description: 'A page of imports', schema: pageOf(importSchema) } },
  async handler({ caller, query: { after, limit } }, { pool }) {
    const [createdAt, id] = after === undefined ? [] : fromCursor(position, after)
    const rows = await withTenant(pool, caller.tenantId, (tx) =>
      statementImports.list(tx, {
        limit: limit + 1,
        ...(createdAt === undefined || id === undefined ? {} : { before: { createdAt, id } }),
      }),
    )
    const body = toPage(rows, {
      limit,
      item: toImport,
      position: (view) => [view.createdAt, view.id],
    })
    return { status: 200, body }
  },
})
