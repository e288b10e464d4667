import { z } from 'zod'
import type { ImportView } from '../../db/queries/statement-imports.ts'
import { importStates } from '../../domain/statement-import.ts'
import { optionsSchema } from './options-shape.ts'

const instant = z.iso.datetime()

/** An import of a statement file, without what was understood of it. */
export const importSchema = z
  .object({
    id: z.uuid(),
    state: z.enum(importStates).meta({
      description:
        'uploaded and previewing lead to preview, which waits for corrections or a confirmation',
    }),
    file: z.object({
      name: z.string(),
      sizeBytes: z.int(),
      sha256: z.string().meta({ description: 'Hexadecimal' }),
    }),
    format: z
      .enum(['csv', 'ofx', 'qif', 'camt053', 'coda', 'mixed'])
      .nullable()
      .meta({ description: 'mixed = an archive of several formats' }),
    options: optionsSchema.meta({ description: 'Corrections and answers so far' }),
    revision: z.int().meta({ description: 'Counts the corrections; send it with a confirmation' }),
    previewedRevision: z.int().nullable().meta({
      description: 'Revision that the preview shows; a smaller one is about to be replaced',
    }),
    progress: z
      .object({ done: z.int(), total: z.int() })
      .meta({ description: 'Lines read while previewing, lines settled while importing' }),
    linesAdded: z.int(),
    linesRemoved: z.int().meta({ description: 'Taken back by a revert' }),
    keptByConnection: z.int().meta({ description: 'Not taken back: a connection shows them too' }),
    keptByImport: z.int().meta({ description: 'Not taken back: another import holds them too' }),
    requestedBy: z.string(),
    failureReference: z.string().nullable().meta({ description: 'Quote it to support' }),
    createdAt: instant,
    expiresAt: instant.nullable().meta({ description: 'When a preview is discarded by itself' }),
    importedAt: instant.nullable(),
    revertedAt: instant.nullable(),
  })
  .meta({ id: 'Import' })

const formatOf = (view: ImportView): z.infer<typeof importSchema>['format'] =>
  importSchema.shape.format.safeParse(view.format).data ?? null

/** The public form of an import. */
export const toImport = (view: ImportView): z.infer<typeof importSchema> => {
  const { fileName: name, sizeBytes, sha256, linesDone: done, linesTotal: total } = view
  const { id, state, revision, previewedRevision, linesAdded, linesRemoved } = view
  const { keptByConnection, keptByImport, requestedBy, failureReference } = view
  const { createdAt, expiresAt, importedAt, revertedAt } = view
  return {
    id,
    state,
    file: { name, sizeBytes: sizeBytes ?? 0, sha256: sha256 ?? '' },
    format: formatOf(view),
    options: optionsSchema.parse(view.options),
    revision,
    previewedRevision,
    progress: { done, total },
    linesAdded,
    linesRemoved,
    keptByConnection,
    keptByImport,
    requestedBy,
    failureReference,
    createdAt,
    expiresAt,
    importedAt,
    revertedAt,
  }
}

/** Changes with everything that a reader sees; its first part is the revision alone. */
export const etagOf = (view: ImportView): string => {
  const { revision, previewedRevision, state, linesDone, linesAdded, linesRemoved } = view
  return `"v${revision}-${previewedRevision ?? 0}-${state}-${linesDone}-${linesAdded}-${linesRemoved}"`
}

/** Whether a version that a sender knows is the present one; work going on does not change what was asked for. */
export const isVersion = (view: ImportView, ifMatch: string): boolean =>
  ifMatch === '*' || /^"v(\d{1,9})[-"]/.exec(ifMatch)?.[1] === String(view.revision)
