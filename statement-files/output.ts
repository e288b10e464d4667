/** What a parser says while it reads: the only thing it knows of those who listen. */
import type { CsvLayout, CsvMapping, DateOrder, DecimalSign } from '../domain/csv-layout.ts'
import type { ParsedLine, StatementHead } from './parsed.ts'
import type { Problem } from './problem.ts'

/** A statement being read; its head is filled in as the file tells it, its lines are passed on at once. */
export interface OpenStatement {
  readonly head: StatementHead
  line: (line: ParsedLine) => void
  problem: (problem: Problem) => unknown
  /** The statement is whole: its sums are compared with its balances. */
  close: () => void
}

export interface Output {
  open: () => OpenStatement
  /** Something about the file as a whole; an error refuses all of it. */
  problem: (problem: Problem) => void
  /** An error after which nothing of the file can be read; what is written afterwards is ignored. */
  refuse: (problem: Problem) => void
  isRefused: () => boolean
  version: (version: string) => void
  layout: (layout: CsvLayout) => void
}

/** Reads the text of one file, in pieces of any length; never throws for what stands in it. */
export interface FormatParser {
  write: (text: string) => void
  /** Present where a format decides from the whole file before it reads: called between two passes over the text. */
  rewind?: () => void
  /** Whether the first pass has seen enough; the rest of the text need not be written to it. */
  hasSeenEnough?: () => boolean
  end: () => void
}

export interface ParseOptions {
  /** Name of the file; only breaks ties. */
  name?: string
  /** Day of reading, `YYYY-MM-DD`: what two digits of a year mean depends on it. */
  today: string
  /** Answers of a person or a saved profile. */
  encoding?: string
  dateOrder?: DateOrder
  decimalSign?: DecimalSign
  csv?: CsvMapping
  /** So many first lines of each statement carry their record as written. */
  rawLines?: number
}

export type OpenParser = (output: Output, options: ParseOptions) => FormatParser
