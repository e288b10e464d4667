/** Imports as the API shows them: what the command line reads of them. */
import { isImportOver, type ImportState, type Verdict } from '../../domain/statement-import.ts'
import type { Position } from '../../statement-files/parsed.ts'
import { isImportable, type Severity } from '../../statement-files/problem.ts'

export interface ShownProblem {
  code: string
  severity: Severity
  position: Position | null
  params: Record<string, string | number>
  message: string
}

interface ShownBalance {
  amount: string
}

interface ShownLine {
  raw: string | null
  bookedOn: string | null
  amount: string
  currency: string | null
  counterparty: string | null
  text: string
}

export interface ShownStatement {
  number: number
  account: { number: string } | null
  currency: string | null
  from: string | null
  to: string | null
  opening: ShownBalance | null
  closing: ShownBalance | null
  lines: number
  sumIn: string
  sumOut: string
  accountId: string | null
  alreadyPresent: number
  possibleDuplicates: number
  sample: ShownLine[]
  verdict: Verdict
  problems: ShownProblem[]
}

export interface Preview {
  format: string | null
  formatVersion: string | null
  encoding: string | null
  problems: ShownProblem[]
  totals: {
    statements: number
    importable: number
    questions: number
    lines: number
    alreadyPresent: number
    possibleDuplicates: number
  }
  statements: ShownStatement[]
}

export interface Import {
  id: string
  state: ImportState
  revision: number
  previewedRevision: number | null
  progress: { done: number; total: number }
  linesAdded: number
  linesRemoved: number
  keptByConnection: number
  keptByImport: number
  failureReference: string | null
}

export interface ImportWithPreview extends Import {
  preview: Preview | null
}

/** Whether the preview shows what was asked for last, or will never come. */
export const isPreviewed = ({ state, revision, previewedRevision }: Import): boolean =>
  isImportOver(state) || (state === 'preview' && previewedRevision === revision)

/** Whether a file, or a part of it, is refused or waits for an answer. */
export const isRefused = ({ problems, statements }: Preview): boolean =>
  !isImportable([...problems, ...statements.flatMap((each) => each.problems)])
