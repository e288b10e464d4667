/** A whole file as one value, for those who want all of it at once. */
import type { Format } from './detect.ts'
import type { FilePart } from './format.ts'
import { readStatementFile } from './format.ts'
import type { CsvLayout } from '../domain/csv-layout.ts'
import type { ParseOptions } from './output.ts'
import type { ParsedLine } from './parsed.ts'
import type { Problem } from './problem.ts'
import type { StatementSummary } from './report.ts'

export interface ParsedStatement extends StatementSummary {
  lines: ParsedLine[]
}

export interface ParsedFile {
  format: Format | 'mixed' | null
  formatVersion?: string
  encoding: string | null
  layout?: CsvLayout
  statements: ParsedStatement[]
  /** Problems of the file as a whole. */
  problems: Problem[]
}

interface Collected {
  file: ParsedFile
  lines: Map<number, ParsedLine[]>
  summaries: Map<number, StatementSummary>
}

const keep = ({ file, lines, summaries }: Collected, part: FilePart): void => {
  switch (part.kind) {
    case 'looked':
      break
    case 'recognised':
      file.format = part.format
      file.encoding = part.encoding
      break
    case 'version':
      file.formatVersion = part.version
      break
    case 'layout':
      file.layout = part.layout
      break
    case 'problem':
      file.problems.push(part.problem)
      break
    case 'statement':
      summaries.set(part.statement, part.summary)
      break
    case 'lines': {
      const known = lines.get(part.statement) ?? []
      for (const line of part.lines) known.push(line)
      lines.set(part.statement, known)
    }
  }
}

/** Reads a file to its end and gives everything it says. */
export const parseStatementFile = (bytes: Uint8Array, options: ParseOptions): ParsedFile => {
  const file: ParsedFile = { format: null, encoding: null, statements: [], problems: [] }
  const collected: Collected = { file, lines: new Map(), summaries: new Map() }
  for (const part of readStatementFile(bytes, options)) keep(collected, part)
  file.statements = [...collected.summaries]
    .toSorted(([one], [other]) => one - other)
    .map(([id, summary]) => ({ ...summary, lines: collected.lines.get(id) ?? [] }))
  return file
}
