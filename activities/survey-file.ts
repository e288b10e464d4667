/** Reads a statement file to its end without keeping its lines: what it is, what its statements say, their first lines. */
import { setImmediate as breathe } from 'node:timers/promises'
import type { CsvLayout } from '../domain/csv-layout.ts'
import {
  layoutAnswersOf,
  type ImportOptions,
  type ImportProblem,
  type SampleLine,
} from '../domain/statement-import.ts'
import type { FilePart } from '../statement-files/format.ts'
import { readStatementFile } from '../statement-files/format.ts'
import type { ParsedLine, Position } from '../statement-files/parsed.ts'
import type { StatementSummary } from '../statement-files/report.ts'

export interface SurveyedStatement {
  /** Place in the file, from 1. */
  number: number
  summary: StatementSummary
  sample: SampleLine[]
  /** Currencies that lines name, with the place of the first. */
  currencies: Map<string, Position>
}

export interface Survey {
  format: string | null
  formatVersion: string | null
  encoding: string | null
  layout: CsvLayout | null
  problems: ImportProblem[]
  statements: SurveyedStatement[]
}

const sampleLines = 10
/** Of how many statements the first lines are kept. */
const sampledStatements = 50
const currenciesMax = 5
/** How long other work of the process waits for a file. */
const sliceMs = 40

/** Gives the parts of a file, and lets other work run between them. */
export async function* partsOf(
  bytes: Uint8Array,
  options: ImportOptions & { name: string },
): AsyncGenerator<FilePart> {
  const today = new Date().toISOString().slice(0, 10)
  const about = { ...layoutAnswersOf(options), name: options.name, today, rawLines: sampleLines }
  let sinceMs = performance.now()
  for (const part of readStatementFile(bytes, about)) {
    yield part
    if (performance.now() - sinceMs < sliceMs) continue
    await breathe()
    sinceMs = performance.now()
  }
}

interface Read {
  sample: SampleLine[]
  currencies: Map<string, Position>
}

interface Surveying {
  survey: Survey
  read: Map<number, Read>
}

/** Looks at a whole file with a person's options. */
export const surveyFile = async (
  bytes: Uint8Array,
  options: ImportOptions & { name: string },
): Promise<Survey> => {
  const survey: Survey = {
    format: null,
    formatVersion: null,
    encoding: null,
    layout: null,
    problems: [],
    statements: [],
  }
  const surveying = { survey, read: new Map<number, Read>() }
  for await (const part of partsOf(bytes, options)) look(surveying, part)
  survey.statements.sort((one, other) => one.number - other.number)
  return survey
}

const look = ({ survey, read }: Surveying, part: FilePart): void => {
  switch (part.kind) {
    case 'looked':
      break
    case 'recognised':
      survey.format = part.format
      survey.encoding = part.encoding
      break
    case 'version':
      survey.formatVersion = part.version
      break
    case 'layout':
      survey.layout = part.layout
      break
    case 'problem':
      survey.problems.push(part.problem)
      break
    case 'statement': {
      const { statement, summary } = part
      survey.statements.push({ number: statement + 1, summary, ...readOf(read, statement) })
      read.delete(statement)
      break
    }
    case 'lines':
      lookAtLines(readOf(read, part.statement), part)
  }
}

const readOf = (read: Map<number, Read>, statement: number): Read => {
  const known = read.get(statement)
  if (known !== undefined) return known
  const begun: Read = { sample: [], currencies: new Map() }
  read.set(statement, begun)
  return begun
}

const lookAtLines = (
  { sample, currencies }: Read,
  { statement, lines }: Extract<FilePart, { kind: 'lines' }>,
): void => {
  for (const line of lines) {
    const { currency } = line
    if (currency !== undefined && !currencies.has(currency) && currencies.size < currenciesMax)
      currencies.set(currency, line.position)
    if (statement < sampledStatements && sample.length < sampleLines) sample.push(sampleOf(line))
  }
}

const shownMax = 300
const shown = (text: string | undefined): string | null =>
  text === undefined ? null : text.slice(0, shownMax)

const sampleOf = (line: ParsedLine): SampleLine => ({
  raw: line.raw?.slice(0, shownMax * 4) ?? null,
  position: line.position,
  bookedOn: line.bookedOn,
  valueOn: line.valueOn ?? null,
  amount: line.amount,
  currency: line.currency ?? null,
  counterparty: shown(line.counterparty),
  counterpartyAccount: shown(line.counterpartyAccount),
  reference: shown(line.reference),
  text: line.text.slice(0, shownMax),
})
