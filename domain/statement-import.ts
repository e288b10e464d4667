/** The import of one statement file: its states, what a person is shown before it, and what they may answer. */
import type { CsvLayout, CsvMapping, DateOrder, DecimalSign } from './csv-layout.ts'

export const importStates = [
  'uploaded',
  'previewing',
  /** Waits for corrections or a confirmation. */
  'preview',
  'importing',
  'imported',
  'reverting',
  'reverted',
  'discarded',
  /** A defect of ours, with a reference; a file that cannot be read has a preview that says so. */
  'failed',
] as const
export type ImportState = (typeof importStates)[number]

/** Whether nothing happens any more unless somebody asks for it; a preview still waits for an answer. */
export const isImportOver = (state: ImportState): boolean =>
  state === 'imported' || state === 'reverted' || state === 'discarded' || state === 'failed'

/** The id of the one workflow that imports a file. */
export const statementImportWorkflowId = (importId: string): string =>
  `statement-import/${importId.toLowerCase()}`

/** How much of a file is taken. */
export const fileBytesMax = 50 * 1024 * 1024

/** How long a preview waits for somebody before it is discarded. */
export const previewLifeMs = 7 * 24 * 60 * 60 * 1_000

/** Where something stands in a file; every number counts from 1. */
export interface FilePosition {
  /** Name of the file within an archive. */
  file?: string
  line?: number
  /** First character within the line. */
  column?: number
  /** CODA: number of the record in the file. */
  record?: number
  /** First and last character within the record. */
  from?: number
  to?: number
}

/** Something about a file: a code of the closed list, rendered with its parameters for each reader. */
export interface ImportProblem {
  code: string
  severity: 'error' | 'question' | 'warning' | 'notice'
  params: Readonly<Record<string, string | number>>
  position?: FilePosition
}

/** What a person says about a file; what is absent is found out from the file. */
export interface ImportOptions {
  /** Takes the statements whose account the file does not name. */
  accountId?: string
  /** Where statements of a number belong that is not known here; null leaves them out. */
  accounts?: readonly { number: string; accountId: string | null }[]
  encoding?: string
  dateOrder?: DateOrder
  decimalSign?: DecimalSign
  csv?: CsvMapping
}

/** The answers that belong to what a file looks like, and hold for the next one like it. */
export type LayoutAnswers = Pick<ImportOptions, 'encoding' | 'dateOrder' | 'decimalSign' | 'csv'>

/** The answers about the layout among those that were given. */
export const layoutAnswersOf = ({
  encoding,
  dateOrder,
  decimalSign,
  csv,
}: ImportOptions): LayoutAnswers => ({
  ...(encoding === undefined ? {} : { encoding }),
  ...(dateOrder === undefined ? {} : { dateOrder }),
  ...(decimalSign === undefined ? {} : { decimalSign }),
  ...(csv === undefined ? {} : { csv }),
})

/** One of the first lines of a statement: as the file has it, and as it was understood. */
export interface SampleLine {
  raw: string | null
  position: FilePosition
  bookedOn: string | null
  valueOn: string | null
  amount: string
  currency: string | null
  counterparty: string | null
  counterpartyAccount: string | null
  reference: string | null
  text: string
}

/**
 * What happens to a statement: its lines are added; a question is open; an error refuses it; a person left it out;
 * it says the same as an earlier statement of the file.
 */
export type Verdict = 'importable' | 'waiting' | 'refused' | 'left_out' | 'repeated'

export interface StatedBalance {
  amount: string
  on: string | null
}

/** One file of an archive, and its format. */
export interface ArchiveMember {
  file: string
  format: string
}

export interface StatementPreview {
  /** Place in the file, from 1. */
  number: number
  /** Where in an archive it stands. */
  member?: ArchiveMember
  account: { number: string; holder: string | null } | null
  currency: string | null
  /** Ours; null while it is not known. */
  accountId: string | null
  /** First and last day: as the bank claims, else of the lines. */
  from: string | null
  to: string | null
  opening: StatedBalance | null
  closing: StatedBalance | null
  lines: number
  /** Decimal texts; `sumOut` is negative or zero. */
  sumIn: string
  sumOut: string
  alreadyPresent: number
  possibleDuplicates: number
  /** How many lines the import added; null before it. */
  added: number | null
  verdict: Verdict
  problems: readonly ImportProblem[]
  /** The first ten lines of the first statements. */
  sample: readonly SampleLine[]
}

/** What was understood of a file, and what an import of it would do. */
export interface ImportPreview {
  format: string | null
  formatVersion: string | null
  encoding: string | null
  layout: CsvLayout | null
  /** Answers saved with an earlier file of the same header were used. */
  usesProfile: boolean
  /** Problems of the file as a whole. */
  problems: readonly ImportProblem[]
  totals: PreviewTotals
  /** The first thousand. */
  statements: readonly StatementPreview[]
}

export interface PreviewTotals {
  statements: number
  /** Statements that a confirmation imports. */
  importable: number
  /** Open questions; nothing is imported before they are answered. */
  questions: number
  /** Lines of all statements. */
  lines: number
  /** Among the lines of importable statements. */
  alreadyPresent: number
  possibleDuplicates: number
}

/** What the workflow of an import knows of it. */
export interface ImportSnapshot {
  state: ImportState
  /** Counts the corrections. */
  revision: number
  /** The revision that the preview shows; null where there is none. */
  previewedRevision: number | null
  questions: number
  importable: number
  /** An import has begun, so that there may be something to revert. */
  hasBegun: boolean
}

/** Why a confirmation is refused. */
export type ConfirmRefusal =
  'not_found' | 'not_ready' | 'stale' | 'question_open' | 'nothing_importable' | 'over'

/** Whether the import is under way or over, so that confirming it again changes nothing. */
export const isConfirmed = ({ state }: ImportSnapshot): boolean =>
  state === 'importing' || state === 'imported'

/** What keeps an import from being confirmed now; null where nothing does. */
export const confirmRefusal = (
  snapshot: ImportSnapshot | null,
  revision: number,
): ConfirmRefusal | null => {
  if (snapshot === null) return 'not_found'
  if (isConfirmed(snapshot)) return null
  const { state, hasBegun } = snapshot
  if (state === 'uploaded' || state === 'previewing') return 'not_ready'
  // what failed half-way may go on
  if (state === 'preview' || (state === 'failed' && hasBegun))
    return openRefusal(snapshot, revision)
  return 'over'
}

const openRefusal = (snapshot: ImportSnapshot, revision: number): ConfirmRefusal | null => {
  if (revision !== snapshot.revision || snapshot.previewedRevision !== revision) return 'stale'
  if (snapshot.questions > 0) return 'question_open'
  return snapshot.importable === 0 ? 'nothing_importable' : null
}

/** Whether options may still be changed. */
export const isCorrectable = ({ state, hasBegun }: ImportSnapshot): boolean =>
  state === 'uploaded' ||
  state === 'previewing' ||
  state === 'preview' ||
  (state === 'failed' && !hasBegun)

/** Whether an import has something to take back. */
export const isRevertible = ({ state, hasBegun }: ImportSnapshot): boolean =>
  hasBegun && (state === 'imported' || state === 'failed' || state === 'reverting')

/** Whether a preview may be thrown away. */
export const isDiscardable = (snapshot: ImportSnapshot): boolean => isCorrectable(snapshot)
