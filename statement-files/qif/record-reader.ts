/** Gathers the fields of a record, one a line, up to its `^`. */
import { limits } from '../limits.ts'
import { isSameText } from './same-amount.ts'
import { headerOf, type Header } from './section.ts'

export interface Split {
  category: string
  memo: string
  amount: string | null
  line: number
}

export interface QifRecord {
  /** Line of its first field. */
  line: number
  date: string | null
  dateLine: number
  amount: string | null
  amountLine: number
  /** T or U. */
  amountLetter: string
  payee: string
  memo: string
  category: string
  number: string
  splits: Split[] | null
  /** The record as written, while it is asked for. */
  raw: string[] | null
}

export interface RecordSink {
  header: (header: Header, line: number) => void
  record: (record: QifRecord) => void
  /** An account of a list: its name where a movement has its number, its type where that has its amount. */
  account: (record: QifRecord) => void
  /** A record of a section of an unknown kind. */
  unplaced: (record: QifRecord) => void
  investment: (record: QifRecord) => void
  /** A field that records of movements do not have. */
  unknown: (letter: string, line: number) => void
  /** A second date or amount in one record: its end is missing. */
  repeated: (text: string, line: number) => void
  /** A line before any section. */
  stray: (text: string, line: number) => void
  /** The last record has no end; `isCut` where its amount may go on behind the end of the file. */
  unended: (line: number, isCut: boolean) => void
  isRawWanted: () => boolean
  /** Only dates and amounts are of interest. */
  readonly isBrief: boolean
}

const newRecord = (line: number, isRawWanted: boolean): QifRecord => ({
  line,
  date: null,
  dateLine: 0,
  amount: null,
  amountLine: 0,
  amountLetter: '',
  payee: '',
  memo: '',
  category: '',
  number: '',
  splits: null,
  raw: isRawWanted ? [] : null,
})

const splitsMax = 2_000
const rawLinesMax = 200
const [caret, exclamation, hash, byteOrderMark] = [0x5e, 0x21, 0x23, 0xfeff]

const hasCents = /[.,]\d\d$/

/** D, T, U, and the fields of a split. */
const isFigure = (code: number): boolean =>
  code === 0x44 || code === 0x54 || code === 0x55 || code === 0x24 || code === 0x53

type Reading = Exclude<Header['kind'], 'option'> | 'nothing'

const hasFields: Readonly<Record<Reading, boolean>> = {
  lines: true,
  investment: true,
  account: true,
  list: false,
  unknown: true,
  nothing: false,
}

/** Reads the lines of a file in their order. */
export class RecordReader {
  readonly #sink: RecordSink
  #reading: Reading = 'nothing'
  #record: QifRecord | null = null

  constructor(sink: RecordSink) {
    this.#sink = sink
  }

  line(text: string, number: number): void {
    const code = text.charCodeAt(0)
    if (code === caret) this.#close()
    else if (code === exclamation) this.#header(text, number)
    else if (code <= 0x20 || code === byteOrderMark || code !== code) this.#trimmed(text, number)
    else this.#field(text, number)
  }

  /** Gives what stands before the end of the file; `openLine` is the number of a last line that has no end, or null. */
  end(openLine: number | null): void {
    const record = this.#record
    if (record !== null && this.#reading === 'lines') {
      const isCut = record.amountLine === openLine && !hasCents.test(record.amount ?? '')
      this.#sink.unended(record.line, isCut)
    }
    this.#close()
  }

  #trimmed(text: string, number: number): void {
    const rest = text.trimStart()
    if (rest === '') return
    // a control character is no blank: it stays in front, as a letter that nobody knows
    if (rest.length < text.length) this.line(rest, number)
    else this.#field(rest, number)
  }

  #header(text: string, number: number): void {
    const header = headerOf(text)
    this.#close()
    if (header.kind !== 'option') this.#reading = header.kind
    this.#sink.header(header, number)
  }

  #close(): void {
    const record = this.#record
    if (record === null) return
    this.#record = null
    if (this.#reading === 'lines') this.#sink.record(record)
    else if (this.#reading === 'investment') this.#sink.investment(record)
    else if (this.#reading === 'account') this.#sink.account(record)
    else this.#sink.unplaced(record)
  }

  #field(text: string, number: number): void {
    const code = text.charCodeAt(0)
    if (this.#sink.isBrief && !isFigure(code)) return
    if (!hasFields[this.#reading]) {
      // before the first section only a comment may stand
      if (this.#reading === 'nothing' && code !== hash) this.#sink.stray(text, number)
      return
    }
    const record = (this.#record ??= newRecord(number, this.#sink.isRawWanted()))
    if (record.raw !== null && record.raw.length < rawLinesMax) record.raw.push(text)
    switch (code) {
      case 0x44: // D
        return this.#date(text.slice(1), number)
      case 0x54: // T
      case 0x55: // U
        return this.#amount(record, text, number)
      case 0x50: // P
        record.payee = joined(record.payee, text.slice(1))
        return
      case 0x4d: // M
        record.memo = joined(record.memo, text.slice(1))
        return
      default:
        return this.#rarer(record, text, number)
    }
  }

  #rarer(record: QifRecord, text: string, number: number): void {
    const value = text.slice(1)
    switch (text[0] ?? '') {
      case 'N':
        record.number = value.trim()
        break
      case 'L':
        record.category = value.trim()
        break
      case 'S':
      case 'E':
      case '$':
        this.#split(record, text, number)
        break
      case 'C': // cleared
      case 'A': // address
      case 'F': // reimbursable
      case '%': // share of a split
        break
      default:
        if (this.#reading === 'lines') this.#sink.unknown(text.slice(0, 1), number)
    }
  }

  #date(value: string, number: number): void {
    const record = this.#record
    // a second date after a split is that of the split
    if (record === null || (record.splits !== null && record.date !== null)) return
    if (record.date !== null && this.#reading === 'lines') {
      this.#sink.repeated('^', number)
      this.#close()
      this.#record = newRecord(number, this.#sink.isRawWanted())
      return this.#date(value, number)
    }
    record.date = value.trim()
    record.dateLine = number
  }

  /** T and U both hold the amount; U came later, for amounts that T had no room for. */
  #amount(record: QifRecord, text: string, number: number): void {
    const amount = text.slice(1).trim()
    if (amount === '') return
    if (record.amount === null) {
      record.amount = amount
      record.amountLetter = text.slice(0, 1)
      record.amountLine = number
      return
    }
    const isSame = !text.startsWith(record.amountLetter) && isSameText(record.amount, amount)
    if (!isSame && this.#reading === 'lines') this.#sink.repeated(text, number)
  }

  #split(record: QifRecord, text: string, number: number): void {
    const splits = (record.splits ??= [])
    const opens = text.startsWith('S') || splits.length === 0
    if (opens && splits.length < splitsMax) splits.push(newSplit(number))
    const split = splits.at(-1)
    if (split !== undefined) fill(split, text, number)
  }
}

const fill = (split: Split, text: string, line: number): void => {
  const value = text.slice(1).trim()
  if (text.startsWith('S')) split.category = value
  else if (text.startsWith('E')) split.memo = value
  else {
    split.amount = value
    split.line = line
  }
}

const newSplit = (line: number): Split => ({ category: '', memo: '', amount: null, line })

/** A field that stands twice goes on. */
const joined = (text: string, more: string): string =>
  text === '' || text.length > limits.text ? text || more.trim() : `${text} ${more.trim()}`
