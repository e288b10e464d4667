/** Imports as the API shows them: what the command line reads of them. */
import type { Position } from '../../statement-files/parsed.ts'
import type { Severity } from '../../statement-files/problem.ts'
import { until } from '../until.ts'
import type { Api } from './api.ts'

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
  verdict: 'importable' | 'waiting' | 'refused' | 'left_out' | 'repeated'
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
  state: string
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

const limitMs = 1_800_000
const everyMs = 250

interface Waiting {
  id: string
  isOver: (one: ImportWithPreview) => boolean
  onLook: (one: ImportWithPreview) => void
}

/** Looks at an import until it is where it should be; half an hour at most. */
export const waitForImport = (
  api: Api,
  { id, isOver, onLook }: Waiting,
): Promise<ImportWithPreview> =>
  until(
    async () => {
      const one = await api.call<ImportWithPreview>('GET', `/v1/imports/${id}`)
      onLook(one)
      return isOver(one) ? one : undefined
    },
    { what: 'the end of the import', limitMs, everyMs },
  )

/** Whether the preview shows what was asked for last, or will never come. */
export const isPreviewed = ({ state, revision, previewedRevision }: Import): boolean =>
  state === 'failed' || (state === 'preview' && previewedRevision === revision)

/** Whether a file, or a part of it, is refused or waits for an answer. */
export const isRefused = ({ problems, statements }: Preview): boolean =>
  [...problems, ...statements.flatMap((each) => each.problems)].some(
    ({ severity }) => severity === 'error' || severity === 'question',
  )
