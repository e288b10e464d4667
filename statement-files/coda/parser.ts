/** CODA 2: records of 128 characters, one statement from each record 0 to its record 9. */
import { limits } from '../limits.ts'
import type { FormatParser, OpenParser, Output } from '../output.ts'
import { asWarning, problem, quoted } from '../problem.ts'
import { createLineReader } from '../text-lines.ts'
import { wrongCode } from './announced.ts'
import { createChain } from './chain.ts'
import type { Group } from './group.ts'
import { linkOf, openGroup, readNewBalance, readOldBalance } from './group.ts'
import type { CodaRecord } from './layout.ts'
import { cut, header, kindOf, recordLength, trailer } from './layout.ts'
import type { DayReader, Tell } from './reading.ts'
import { createDayReader, placeOf } from './reading.ts'
import { recordsOf } from './record-text.ts'
import { readTrailer } from './trailer.ts'

const version = '2'

interface State {
  output: Output
  days: DayReader
  rawLines: number
  /** The statement being read. */
  group: Group | null
  last: CodaRecord | null
  isVersionTold: boolean
  chain: ReturnType<typeof createChain>
}

const teller = ({ group, output }: State): Tell => group?.reading.tell ?? output.problem

const endGroup = (state: State): void => {
  const { group } = state
  if (group === null) return
  state.group = null
  group.movements.end()
  const link = linkOf(group)
  const gap = link === null ? null : state.chain(link)
  if (gap !== null) group.statement.problem(gap)
  group.statement.close()
}

/** A statement without its record 9. */
const endUnfinished = (state: State): void => {
  const { group, last } = state
  if (group === null) return
  group.movements.end()
  group.reading.tell(
    problem(
      'truncated',
      { missing: 'trailer' },
      last === null ? undefined : { record: last.number },
    ),
  )
  endGroup(state)
}

const hasKnownVersion = (record: CodaRecord, { output }: State): boolean => {
  const found = cut(record.text, header.version)
  if (found === version || found === ' ') return true
  output.refuse(
    problem(
      'unsupported_version',
      { format: 'CODA', version: quoted(found), wanted: version },
      placeOf(record, header.version),
    ),
  )
  return false
}

const begin = (record: CodaRecord, state: State): void => {
  endUnfinished(state)
  if (!hasKnownVersion(record, state)) return
  if (!state.isVersionTold) state.output.version(version)
  state.isVersionTold = true
  state.group = openGroup(record, state)
}

/** Wants the order of the standard, and what the record before announced. */
const checkPlace = (record: CodaRecord, state: State): void => {
  const { last, group } = state
  const { name, after } = record.kind
  // that the record 9 before it is missing is told in its own words
  if (name === '0' && group !== null) return
  if (!after.includes(last?.kind.name ?? ''))
    return void teller(state)(
      problem(
        'malformed',
        { reason: 'order', text: name },
        { record: record.number, from: 1, to: name.length },
      ),
    )
  const wrong = last === null ? null : wrongCode(last, name)
  if (last !== null && wrong !== null)
    teller(state)(asWarning(problem('malformed', { reason: 'link' }, placeOf(last, wrong))))
}

const read = (record: CodaRecord, state: State): void => {
  const { name, isCounted } = record.kind
  if (name === '0') return begin(record, state)
  const { group } = state
  if (group === null) return
  if (isCounted) group.recordCount += 1
  switch (name) {
    case '1':
      return readOldBalance(record, group)
    case '8':
      group.movements.end()
      return readNewBalance(record, group)
    case '9':
      group.movements.end()
      readTrailer(record, group)
      return endGroup(state)
    case '4':
      return
    default:
      group.movements.add(record)
  }
}

interface Line {
  text: string
  number: number
}

const tellLength = ({ text, number }: Line, wanted: number, tell: Tell): void => {
  const [from, to] = text.length < wanted ? [text.length + 1, wanted] : [wanted + 1, text.length]
  tell(problem('malformed', { reason: 'length', text: quoted(text) }, { record: number, from, to }))
}

/** Records that are worth reading although their end is missing: the money stands in front. */
const readsShort = new Set(['1', '21'])

const readLine = ({ text, number }: Line, state: State): void => {
  const kind = kindOf(text)
  if (kind === undefined)
    return void teller(state)(
      problem(
        'malformed',
        { reason: 'record', text: quoted(text) },
        { record: number, from: 1, to: 2 },
      ),
    )
  const isWhole = text.length >= kind.minimum
  const record: CodaRecord = {
    kind,
    number,
    text: text.length === recordLength ? text : text.slice(0, recordLength).padEnd(recordLength),
  }
  checkPlace(record, state)
  if (isWhole || kind.name === '0' || readsShort.has(kind.name)) read(record, state)
  state.last = record
  if (!isWhole) tellLength({ text, number }, kind.minimum, teller(state))
  if (text.length > recordLength) tellLength({ text, number }, recordLength, teller(state))
}

const end = (state: State): void => {
  endUnfinished(state)
  const { last, output } = state
  if (last?.kind.name !== '9' || cut(last.text, trailer.another) !== '1') return
  // banks cut files into statements and leave the promise of another, so this cannot refuse what is whole
  output.problem(
    asWarning(problem('truncated', { missing: 'next' }, placeOf(last, trailer.another))),
  )
}

/** Opens a parser for CODA; a line is passed on when all the records of its movement were read. */
export const openCoda: OpenParser = (output, { today, rawLines = 0 }): FormatParser => {
  const state: State = {
    output,
    rawLines,
    days: createDayReader(today),
    group: null,
    last: null,
    isVersionTold: false,
    chain: createChain(),
  }
  const lines = createLineReader(
    (line, number) => {
      for (const [index, text] of recordsOf(line, number).entries())
        if (!output.isRefused() && text.trim() !== '')
          readLine({ text, number: number + index }, state)
    },
    (number) =>
      output.refuse(
        problem('too_large', { what: 'line', limit: limits.lineLength }, { record: number }),
      ),
  )
  return {
    write: lines.write,
    end() {
      lines.end()
      if (!output.isRefused()) end(state)
    },
  }
}
