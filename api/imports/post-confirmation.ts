import { z } from 'zod'
import { confirmImport } from '../../workflows/messages.ts'
import { route } from '../route.ts'
import { sendImportCommand } from './import-command.ts'
import { importSchema, toImport } from './import-shape.ts'
import { importParams, readImport } from './read-import.ts'

/** Imports what the preview shows. */
export const postConfirmation = route({
  operation: 'POST /v1/imports/:importId/confirmations',
  summary: 'Import what the preview shows',
  params: importParams,
  body: z.strictObject({
    revision: z
      .int()
      .min(1)
      .optional()
      .meta({ description: 'Revision whose preview was looked at; left out: the present one' }),
  }),
  idempotent: true,
  answers: { 202: { description: 'The import begins', schema: importSchema } },
  async handler(call, deps) {
    const known = await readImport(deps, call)
    const input = { requestId: call.requestId, revision: call.body.revision ?? known.revision }
    await sendImportCommand(deps, call, { update: confirmImport, input })
    return { status: 202, body: toImport(await readImport(deps, call)) }
  },
})
