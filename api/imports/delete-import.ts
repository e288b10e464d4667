import { discardImport, revertImport } from '../../workflows/messages.ts'
import { route } from '../route.ts'
import { sendImportCommand } from './import-command.ts'
import { importSchema, toImport } from './import-shape.ts'
import { importParams, readImport } from './read-import.ts'

/** Throws a preview away, or takes back what an import added. */
export const deleteImport = route({
  operation: 'DELETE /v1/imports/:importId',
  summary: 'Discard a preview, or take back exactly what the import added',
  params: importParams,
  answers: { 202: { description: 'It is being discarded or reverted', schema: importSchema } },
  async handler(call, deps) {
    const { state, hasBegun } = await readImport(deps, call)
    if (state !== 'discarded' && state !== 'reverted') {
      const update = hasBegun ? revertImport : discardImport
      await sendImportCommand(deps, call, { update, input: { requestId: call.requestId } })
    }
    return { status: 202, body: toImport(await readImport(deps, call)) }
  },
})
