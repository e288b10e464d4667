/** CSV without configuration: one pass decides how the file is made, a second one reads its lines. */
import { limits } from '../limits.ts'
import type { FormatParser, OpenParser, Output, ParseOptions } from '../output.ts'
import { problem } from '../problem.ts'
import { delimiterOf, isDeclaration } from './delimiter.ts'
import { createRecordReader, recordDelimiter } from './record-reader.ts'
import { createRowReader, type RowListener, type RowReader } from './row-reader.ts'
import { makePlan } from './plan.ts'
import { createSurveyor, type Surveyor } from './survey.ts'
import { layoutOf } from './layout.ts'
import { TableReader } from './table-reader.ts'

/** Text looked at before the delimiter is chosen. */
const headLength = 65_536

interface Reading {
  output: Output
  options: ParseOptions
  delimiter: string | null
}

const listening = ({ output }: Reading, row: RowListener['row']): RowListener => ({
  row: (cells, line) => {
    if (!isDeclaration(cells, line)) row(cells, line)
  },
  unclosed: (line) => output.refuse(problem('malformed', { reason: 'quote' }, { line })),
  tooLong: (line) =>
    output.refuse(problem('too_large', { what: 'line', limit: limits.lineLength }, { line })),
})

const createReader = (delimiter: string, listener: RowListener): RowReader =>
  delimiter === recordDelimiter
    ? createRecordReader(listener)
    : createRowReader(delimiter, listener)

/** Holds the beginning back until it tells the delimiter. */
const createSurveyReader = (reading: Reading, surveyor: Surveyor) => {
  let head = ''
  let rows: RowReader | null = null
  const start = (isWhole: boolean) => {
    const answered = reading.options.csv?.delimiter ?? ''
    // a delimiter is one character; anything else is no answer
    reading.delimiter = answered.length === 1 ? answered : delimiterOf(head, isWhole)
    rows = createReader(reading.delimiter, listening(reading, surveyor.row))
    rows.write(head)
    head = ''
  }
  return {
    write(text: string) {
      if (surveyor.isDone()) return
      if (rows !== null) return rows.write(text)
      head += text
      if (head.length >= headLength) start(false)
    },
    end() {
      if (rows === null) start(true)
      if (!surveyor.isDone()) rows?.end()
    },
  }
}

export const openCsv: OpenParser = (output, options): FormatParser => {
  const reading: Reading = { output, options, delimiter: null }
  const surveyor = createSurveyor(options.csv?.headerRow)
  const survey = createSurveyReader(reading, surveyor)
  let table: TableReader | null = null
  let rows: RowReader | null = null

  /** Decides how the file is read; refuses it where that is not clear. */
  const decide = () => {
    const found = surveyor.finish()
    const delimiter = reading.delimiter ?? ','
    if (found.rowCount === 0) return output.refuse(problem('file_empty'))
    const plan = makePlan({ survey: found, delimiter, options })
    if ('refusal' in plan) return output.refuse(plan.refusal)
    output.layout(layoutOf(plan, delimiter))
    for (const told of plan.problems) output.problem(told)
    const opened = new TableReader({ output, options, plan, delimiter })
    table = opened
    rows = createReader(
      delimiter,
      listening(reading, (cells, line) => opened.row(cells, line)),
    )
  }

  return {
    write(text) {
      if (output.isRefused()) return
      if (rows === null) survey.write(text)
      else rows.write(text)
    },
    hasSeenEnough: () => surveyor.isDone(),
    rewind() {
      if (output.isRefused()) return
      survey.end()
      if (!output.isRefused()) decide()
    },
    end() {
      rows?.end()
      table?.end(rows?.endedWithLine() ?? true)
    },
  }
}
