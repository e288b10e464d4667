/** Imports of files whose lines a test writes itself: staged, matched and added by the same queries as real ones. */
import { createHash, randomUUID } from 'node:crypto'
import type { DatabaseTransactionConnection } from 'slonik'
import { addStatement } from '../../../activities/add-statement.ts'
import { compareLines } from '../../../activities/compare-lines.ts'
import { removeSome } from '../../../db/queries/import-reversal.ts'
import type { Run } from '../../../db/queries/import-slices.ts'
import * as staging from '../../../db/queries/import-staging.ts'
import * as importStates from '../../../db/queries/import-states.ts'
import * as statementFiles from '../../../db/queries/statement-files.ts'
import type { ImportView } from '../../../db/queries/statement-imports.ts'
import * as statementImports from '../../../db/queries/statement-imports.ts'
import type { Line } from '../../../domain/statement-line.ts'
import type { Linked } from '../arrange.ts'

type Tx = DatabaseTransactionConnection

/** A line of a file; what a test does not say is a usual one. */
export type FileLine = Partial<Omit<Line, 'lineKey'>> & {
  bankReference?: string
  endToEndId?: string
}

interface FileOptions {
  /** Statements of the file; a list of lines is one statement. */
  statements: readonly (readonly FileLine[])[]
  /** Where the lines are worded alike. */
  source?: string
  from?: string
  to?: string
  /** Lines of a slice. */
  max?: number
}

export interface Staged {
  importId: string
  source: string
  /** The account that was chosen. */
  accountId: string
}

const staged = (
  { bankReference, endToEndId, ...line }: FileLine,
  place: Pick<staging.StagedLine, 'number' | 'statement' | 'accountId'>,
): staging.StagedLine => ({
  ...place,
  line: {
    amount: '-12.50',
    currency: 'EUR',
    bookedOn: '2026-03-02',
    text: 'Coffee beans',
    raw: '{}',
    ...line,
  },
  bankReference: bankReference ?? null,
  endToEndId: endToEndId ?? null,
})

const daysOf = (lines: readonly FileLine[]): string[] =>
  lines.map(({ bookedOn }) => bookedOn ?? '2026-03-02').toSorted()

/** A finished file with an import of it. */
const anImport = async (tx: Tx, content = randomUUID() as string): Promise<string> => {
  const [fileId, id] = [randomUUID(), randomUUID()]
  await statementFiles.begin(tx, { id: fileId, name: 'march.csv' })
  const sha256 = createHash('sha256').update(content).digest()
  await statementFiles.finish(tx, { id: fileId, sizeBytes: content.length, sha256 })
  await statementImports.create(tx, { id, fileId, options: {}, requestedBy: 'Anna' })
  return id
}

/** Stages a file for an account and matches it, as a preview does. */
export const preview = (
  { accountId, within }: Linked,
  { statements, source = 'coda', from, to, max }: FileOptions,
): Promise<Staged> =>
  within(async (tx) => {
    const importId = await anImport(tx)
    const attempt = randomUUID()
    await importStates.beginPreview(tx, importId, attempt)
    await staging.addStatements(
      tx,
      importId,
      statements.map((lines, index) => ({
        number: index + 1,
        account: null,
        currency: 'EUR',
        accountId,
        from: from ?? daysOf(lines).at(0) ?? null,
        to: to ?? daysOf(lines).at(-1) ?? null,
        opening: null,
        closing: null,
        lines: lines.length,
        sumIn: '0',
        sumOut: '0',
        verdict: 'importable',
        problems: [],
        sample: [],
      })),
    )
    const rows = statements.flatMap((lines, index) =>
      lines.map((line) => ({ line, statement: index + 1 })),
    )
    await staging.stage(
      tx,
      importId,
      rows.map(({ line, statement }, index) =>
        staged(line, { number: index + 1, statement, accountId }),
      ),
    )
    const run: Run = (work) => work(tx)
    await compareLines({ run, progress: () => undefined, ...sized(max) }, { importId, source })
    await importStates.finishPreview(tx, importId, {
      preview: {
        format: 'coda',
        formatVersion: null,
        encoding: 'utf-8',
        layout: null,
        usesProfile: false,
        problems: [],
        totals: {
          statements: statements.length,
          importable: statements.length,
          questions: 0,
          lines: rows.length,
          ...(await staging.sumMatches(tx, importId)),
        },
      },
      revision: 1,
      source,
      expiresAtMs: Date.now() + 1_000_000,
    })
    return { importId, source, accountId }
  })

export interface Counts {
  added: number
  present: number
  near: number
}

const sized = (max: number | undefined) => (max === undefined ? {} : { max })

/** Adds what was staged, statement by statement, as an import does. */
export const confirm = async (
  { within }: Linked,
  { importId, source, accountId }: Staged,
  max?: number,
): Promise<Counts> => {
  const counts: Counts = { added: 0, present: 0, near: 0 }
  await within((tx) => importStates.beginImport(tx, importId, randomUUID()))
  for (const { number } of await within((tx) => staging.listOpen(tx, importId))) {
    const work = { run: within, progress: () => undefined, ...sized(max) }
    const added = await addStatement(work, { importId, accountId, source, statement: number })
    counts.added += added?.added ?? 0
    counts.present += added?.present ?? 0
    counts.near += added?.near ?? 0
  }
  while (await within((tx) => staging.clearSome(tx, importId)));
  await within((tx) => importStates.finishImport(tx, importId))
  return counts
}

/** Imports a file of one statement. */
export const importLines = async (
  account: Linked,
  lines: readonly FileLine[],
  options: Omit<FileOptions, 'statements'> = {},
): Promise<Counts & Staged> => {
  const file = await preview(account, { ...options, statements: [lines] })
  return { ...file, ...(await confirm(account, file, options.max)) }
}

/** Takes an import back and says what stayed. */
export const revert = async (
  { within }: Linked,
  { importId, accountId }: Pick<Staged, 'importId' | 'accountId'>,
  max?: number,
): Promise<ImportView> => {
  await within((tx) => importStates.beginRevert(tx, importId))
  while ((await within((tx) => removeSome(tx, { importId, accountId, ...sized(max) }))) > 0);
  return within(async (tx) => {
    await importStates.finishRevert(tx, importId)
    const view = await statementImports.maybeOneById(tx, importId)
    if (view === null) throw new Error('the import is gone')
    return view
  })
}

/** What a preview counted for its statements. */
export const countsOf = (
  { within }: Linked,
  { importId }: Staged,
): Promise<{ alreadyPresent: number; possibleDuplicates: number }> =>
  within((tx) => staging.sumMatches(tx, importId))

/** The texts of the lines that stand. */
export const standing = async (account: Linked): Promise<string[]> =>
  (await account.feed()).filter(({ op }) => op !== 'removed').map(({ line }) => line.text)
