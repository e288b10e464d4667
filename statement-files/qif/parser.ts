/**
 * QIF: fields by letters, records ended by `^`, no currency and no order of day and month. The text is read twice, because
 * how dates and amounts are written is decided once for the whole file.
 */
import type { FormatParser, OpenParser, Output, ParseOptions } from '../output.ts'
import { limits } from '../limits.ts'
import { problem } from '../problem.ts'
import { createLineReader } from '../text-lines.ts'
import { createElection } from './conventions.ts'
import { createMovements } from './movements.ts'
import { RecordReader, type RecordSink } from './record-reader.ts'

const ignore = (): void => {}

const votes = (election: ReturnType<typeof createElection>): RecordSink => ({
  header: (header) => {
    if (header.kind === 'option') election.option(header.name)
  },
  record: election.record,
  investment: election.record,
  account: ignore,
  unplaced: ignore,
  unknown: ignore,
  repeated: ignore,
  stray: ignore,
  unended: ignore,
  isRawWanted: () => false,
  isBrief: true,
})

const readerOf = (sink: RecordSink, output: Output) => {
  const records = new RecordReader(sink)
  let lastLine = 0
  const lines = createLineReader(
    (text, number) => {
      lastLine = number
      records.line(text, number)
    },
    (line) => {
      output.refuse(problem('too_large', { what: 'line', limit: limits.lineLength }, { line }))
    },
  )
  return {
    write: lines.write,
    end: () => {
      const ended = lastLine
      lines.end()
      records.end(lastLine > ended ? lastLine : null)
    },
  }
}

export const openQif: OpenParser = (output: Output, options: ParseOptions): FormatParser => {
  const election = createElection(options)
  const voting = readerOf(votes(election), output)
  let reading: { reader: ReturnType<typeof readerOf>; close: () => void } | null = null
  return {
    write: (text) => (reading?.reader ?? voting).write(text),
    rewind() {
      voting.end()
      const movements = createMovements(output, options, election.conventions())
      reading = { reader: readerOf(movements, output), close: () => movements.close() }
    },
    end() {
      reading?.reader.end()
      reading?.close()
    },
  }
}
