/** Records 21 to 33 of one statement become lines: a record 21 with detail number 0000 is one, what follows explains it. */
import { limits } from '../limits.ts'
import type { OpenStatement } from '../output.ts'
import type { LineDetail } from '../parsed.ts'
import { asWarning, problem } from '../problem.ts'
import type { CodaRecord } from './layout.ts'
import { cut, information, movement, numbers } from './layout.ts'
import { detailOf, lineOf } from './line.ts'
import { malformedField, numberAt, placeOf, signedAmount } from './reading.ts'
import type { Entry, Reading } from './said.ts'
import { continued } from './said.ts'

const highestNumber = 9_999
const rawRecordLimit = 1_000
const informationLimit = 1_000

interface OpenLine {
  entry: Entry
  sequence: number | null
  amount: string | null
  details: LineDetail[]
  detailCount: number
  /** The records as written, where they were asked for. */
  raw: string[] | null
}

interface Totals {
  /** In thousandths, as the file counts. */
  debit: bigint
  credit: bigint
  lineCount: number
}

export interface Movements {
  readonly totals: Totals
  add: (record: CodaRecord) => void
  /** Passes on the line that is still open. */
  end: () => void
}

interface State {
  statement: OpenStatement
  reading: Reading
  rawLines: number
  totals: Totals
  line: OpenLine | null
  /** The line itself or the detail of it that was begun last. */
  entry: Entry | null
  lastDetail: number
}

const numberOf = (record: CodaRecord, which: 'sequence' | 'detail', { reading }: State) => {
  const field = numbers[which]
  const number = numberAt(record.text, field)
  if (number === null) reading.tell(malformedField(record, { field, reason: 'digits' }))
  return number
}

const outOfPlace = (record: CodaRecord) =>
  problem('malformed', { reason: 'order' }, placeOf(record, numbers.sequence))

/** Numbers count on by one; after 9999 they start again. */
const checkSequence = (record: CodaRecord, sequence: number | null, state: State): void => {
  const last = state.line?.sequence ?? null
  if (last === null || sequence === null || sequence === last + 1) return
  if (last === highestNumber && sequence <= 1) return
  state.reading.tell(
    problem(
      'statement_gap',
      { reason: 'number', from: String(last), to: String(sequence) },
      placeOf(record, numbers.sequence),
    ),
  )
}

const endDetail = (state: State): void => {
  const { line, entry, reading } = state
  state.entry = null
  if (line === null || entry === null || entry === line.entry) return
  line.detailCount += 1
  if (line.detailCount <= limits.details) line.details.push(detailOf(entry, reading))
  else if (line.detailCount === limits.details + 1)
    reading.tell(
      asWarning(
        problem(
          'too_large',
          { what: 'details', limit: limits.details },
          { record: entry.record.number },
        ),
      ),
    )
}

const endLine = (state: State): void => {
  endDetail(state)
  const { line } = state
  state.line = null
  if (line === null || line.amount === null) return
  const { entry, amount, details, raw } = line
  const parsed = lineOf(entry, amount, state.reading)
  if (details.length > 0) parsed.details = details
  if (raw !== null) parsed.raw = raw.join('\n')
  state.statement.line(parsed)
}

const addToTotals = (totals: Totals, { text }: CodaRecord): void => {
  const units = BigInt(cut(text, movement.amount))
  if (cut(text, movement.sign) === '1') totals.debit += units
  else totals.credit += units
}

const beginLine = (record: CodaRecord, sequence: number | null, state: State): void => {
  checkSequence(record, sequence, state)
  endLine(state)
  const { totals } = state
  const amount = signedAmount(record, movement, state.reading.tell)
  if (amount !== null) addToTotals(totals, record)
  const raw = totals.lineCount < state.rawLines ? [record.text] : null
  totals.lineCount += 1
  const entry: Entry = { record, information: [] }
  state.entry = entry
  state.line = { entry, sequence, amount, details: [], detailCount: 0, raw }
  state.lastDetail = 0
}

const begin = (record: CodaRecord, state: State): void => {
  const sequence = numberOf(record, 'sequence', state)
  const detail = numberOf(record, 'detail', state)
  const { line } = state
  // after 9,999 details the number passes 0000 within the same movement
  const isPassing = sequence === line?.sequence && state.lastDetail > 0
  if ((detail ?? 0) === 0 && !isPassing) return beginLine(record, sequence, state)
  endDetail(state)
  if (line === null) return void state.reading.tell(outOfPlace(record))
  if (sequence !== line.sequence) state.reading.tell(asWarning(outOfPlace(record)))
  keepRaw(line, record)
  state.entry = { record, information: [] }
  state.lastDetail = detail ?? 0
}

const keepRaw = ({ raw }: OpenLine, { text }: CodaRecord): void => {
  if (raw !== null && raw.length < rawRecordLimit) raw.push(text)
}

const addInformation = ({ information: told }: Entry, { kind, text }: CodaRecord): void => {
  if (kind.name === '31') {
    if (told.length >= informationLimit) return
    const isStructured = cut(text, information.kind) === '1'
    told.push({ isStructured, text: cut(text, information.first) })
    return
  }
  const last = told.at(-1)
  const field = kind.name === '32' ? information.second : information.third
  if (last === undefined || last.text.length >= limits.text) return
  // the parts of a structure have their places, blanks included
  if (last.isStructured) last.text += cut(text, field)
  else last.text = continued(last.text, cut(text, field))
}

const sequenceStart = numbers.sequence.from - 1

const isOfSameSequence = (one: string, other: string): boolean => {
  for (let index = sequenceStart; index < numbers.sequence.to; index += 1)
    if (one.charCodeAt(index) !== other.charCodeAt(index)) return false
  return true
}

const addTo = (entry: Entry, record: CodaRecord, state: State): void => {
  if (!isOfSameSequence(entry.record.text, record.text))
    state.reading.tell(asWarning(outOfPlace(record)))
  if (state.line !== null) keepRaw(state.line, record)
  if (record.kind.name === '22') entry.second = record.text
  else if (record.kind.name === '23') entry.third = record.text
  else addInformation(entry, record)
}

/** Collects the movements of one statement and passes each on when all its records were read. */
export const createMovements = (
  statement: OpenStatement,
  reading: Reading,
  rawLines: number,
): Movements => {
  const totals: Totals = { debit: 0n, credit: 0n, lineCount: 0 }
  const state: State = {
    statement,
    reading,
    rawLines,
    totals,
    line: null,
    entry: null,
    lastDetail: 0,
  }
  return {
    totals,
    add(record) {
      if (record.kind.name === '21') begin(record, state)
      else if (state.entry !== null) addTo(state.entry, record, state)
    },
    end: () => endLine(state),
  }
}
