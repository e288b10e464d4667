/** One statement of an OFX file: its head, its lines, and what can be doubted about them. */
import { decimalsOf } from '../currency.ts'
import { negated } from '../../domain/money.ts'
import { DecimalSum, sumOf } from '../decimal.ts'
import { ibanOf } from '../../domain/iban.ts'
import type { OpenStatement } from '../output.ts'
import type { AccountRef, Checkpoint, ParsedLine, Position } from '../parsed.ts'
import type { Problem } from '../problem.ts'
import { asWarning, problem, quoted } from '../problem.ts'
import type { AmountReader } from './amount.ts'
import type { DayReader } from './day-reader.ts'
import { createDoubts, type Doubts } from './doubts.ts'
import type { Element, Leaves } from './elements.ts'
import { addTexts, type LineLeaves, originalOf } from './line.ts'

export interface Readers {
  amounts: AmountReader
  day: DayReader
}

/** What the lines of a statement were like. */
interface Seen {
  sum: DecimalSum
  firstOn: string
  lastOn: string
  isComplete: boolean
  debits: number
  positiveDebits: number
}

export class Statement {
  lineCount = 0
  readonly #opened: OpenStatement
  readonly #readers: Readers
  readonly #own: Leaves
  readonly #place: Position
  readonly #seen: Seen = {
    sum: new DecimalSum(),
    firstOn: '',
    lastOn: '',
    isComplete: true,
    debits: 0,
    positiveDebits: 0,
  }
  readonly #doubts: Doubts

  constructor(opened: OpenStatement, element: Element, readers: Readers) {
    this.#opened = opened
    this.#own = element.leaves
    this.#place = { line: element.line, column: element.column }
    this.#readers = readers
    this.#doubts = createDoubts(readers.amounts)
  }

  problem(told: Problem): void {
    this.#opened.problem(told)
    this.#seen.isComplete = false
  }

  account(account: AccountRef | null): void {
    if (account !== null) this.#opened.head.account ??= account
  }

  period(leaves: Leaves): void {
    const { head } = this.#opened
    const from = this.#boundary(leaves, 'DTSTART')
    const to = this.#boundary(leaves, 'DTEND')
    if (from !== null && (head.from === undefined || from < head.from)) head.from = from
    if (to !== null && (head.to === undefined || to > head.to)) head.to = to
  }

  balance(leaves: Leaves, name: 'BALAMT' | 'LEDGER' = 'BALAMT'): void {
    const written = leaves.text(name)
    const { checkpoints } = this.#opened.head
    if (written === '' || checkpoints.length > 0) return
    this.#nameCurrency()
    const amount = this.#amount(leaves, name)
    const on = this.#balanceDay(leaves)
    if (amount === null) return
    const position = leaves.where(name)
    const checkpoint: Checkpoint = { kind: 'closing', amount, origin: 'stated', position }
    if (on !== null) checkpoint.on = on
    checkpoints.push(checkpoint)
  }

  /** Gives the line on; `raw` is the record as written, where it was asked for. */
  line(given: LineLeaves, element: Element, raw: string): void {
    if (this.lineCount === 0) this.#nameCurrency()
    this.lineCount += 1
    const { line: leaves } = given
    const position = { line: element.line, column: element.column }
    const bookedOn = this.#bookedOn(leaves, position)
    const amount = this.#lineAmount(leaves, position)
    if (amount === null) return
    const { currency } = this.#opened.head
    const line: ParsedLine = { bookedOn, amount, text: '', position }
    if (currency !== undefined) line.currency = currency
    this.#addValueDay(line, leaves)
    addTexts(line, given)
    const original = originalOf(line, given.originalCurrency, this.#readers.amounts)
    if (original !== undefined) line.original = original
    this.#checkCurrency(line, given.currency)
    if (raw !== '') line.raw = raw
    this.#addCorrection(line, leaves)
    this.#look(line)
    this.#opened.line(line)
  }

  close(): void {
    const { head } = this.#opened
    this.#nameCurrency()
    for (const told of this.#doubts.problems(this.#decimals())) this.problem(told)
    if (head.account === undefined)
      this.problem(problem('malformed', { reason: 'missing', text: 'ACCTID' }, this.#place))
    const opening = this.#opening()
    if (opening !== null) head.checkpoints.unshift(opening)
    const { debits, positiveDebits } = this.#seen
    if (debits > 0 && debits === positiveDebits)
      this.#opened.problem(problem('sign_doubtful', { n: debits }, this.#place))
    this.#opened.close()
  }

  #nameCurrency(): void {
    const currency = this.#own.text('CURDEF').toUpperCase()
    if (currency !== '') this.#opened.head.currency = currency
  }

  #bookedOn(leaves: Leaves, position: Position): string | null {
    const text = leaves.text('DTPOSTED')
    if (text === '') {
      this.problem(problem('malformed', { reason: 'missing', text: 'DTPOSTED' }, position))
      return null
    }
    const day = this.#readers.day(text)
    if (day === null) this.#badDay('booking', text, leaves.where('DTPOSTED'))
    return day
  }

  #lineAmount(leaves: Leaves, position: Position): string | null {
    if (leaves.text('TRNAMT') !== '') return this.#amount(leaves, 'TRNAMT')
    this.problem(problem('bad_amount', { text: '', reason: 'missing' }, position))
    return null
  }

  /** Reads an amount; tells where it cannot, and notes where it may mean two things. */
  #amount(leaves: Leaves, name: string): string | null {
    const text = leaves.text(name)
    const reading = this.#readers.amounts.read(text, this.#decimals())
    if (reading === null) {
      this.problem(problem('bad_amount', { text: quoted(text) }, leaves.where(name)))
      return null
    }
    const { amount, isUnclear } = reading
    if (isUnclear) this.#doubts.add({ text, amount, position: leaves.where(name) })
    return amount
  }

  #decimals(): number {
    return decimalsOf(this.#opened.head.currency)
  }

  #badDay(what: string, text: string, position: Position): void {
    this.problem(problem('bad_date', { text: quoted(text), what }, position))
  }

  #boundary(leaves: Leaves, name: 'DTSTART' | 'DTEND'): string | null {
    const text = leaves.text(name)
    if (text === '') return null
    const day = this.#readers.day(text)
    if (day === null) this.#doubtDay(leaves, name)
    return day
  }

  #balanceDay(leaves: Leaves): string | null {
    const text = leaves.text('DTASOF')
    if (text === '') return null
    const day = this.#readers.day(text)
    // some banks write zeros where they do not know the day: nothing else depends on it
    if (day === null && /^0+$/.test(text)) this.#doubtDay(leaves, 'DTASOF')
    else if (day === null) this.#badDay('balance', text, leaves.where('DTASOF'))
    return day
  }

  #addValueDay(line: ParsedLine, leaves: Leaves): void {
    const text = leaves.text('DTAVAIL')
    if (text === '') return
    const day = this.#readers.day(text)
    if (day === null) this.#doubtDay(leaves, 'DTAVAIL')
    else line.valueOn = day
  }

  /** A day that no line depends on cannot be read. */
  #doubtDay(leaves: Leaves, name: keyof typeof meanings): void {
    const text = quoted(leaves.text(name))
    const told = problem('bad_date', { text, what: meanings[name] }, leaves.where(name))
    this.#opened.problem(asWarning(told))
  }

  #addCorrection(line: ParsedLine, leaves: Leaves): void {
    const reference = leaves.text('CORRECTFITID')
    if (reference === '') return
    const isDeletion = leaves.text('CORRECTACTION').toUpperCase() === 'DELETE'
    const action = isDeletion ? 'delete' : 'replace'
    line.correction = { action, bankReference: reference }
    this.#seen.isComplete = false
    this.#opened.problem(
      problem('correction', { action, reference: quoted(reference) }, line.position),
    )
  }

  /** The amounts of a line may be in another currency than its account: nobody converts them here. */
  #checkCurrency(line: ParsedLine, leaves: Leaves): void {
    const found = leaves.text('CURSYM').toUpperCase()
    const expected = line.currency
    if (found === '' || found === expected) return
    line.currency = found
    if (expected === undefined) return
    this.problem(
      problem('currency_mismatch', { what: 'line', found: quoted(found), expected }, line.position),
    )
  }

  #look(line: ParsedLine): void {
    this.#seen.sum.add(line.amount)
    this.#cover(line.bookedOn)
    if (line.typeCode !== 'DEBIT') return
    this.#seen.debits += 1
    if (isPositive(line.amount)) this.#seen.positiveDebits += 1
  }

  #cover(day: string | null): void {
    const seen = this.#seen
    if (day === null) return
    if (day > seen.lastOn) seen.lastOn = day
    if (seen.firstOn === '' || day < seen.firstOn) seen.firstOn = day
  }

  /** What the account had before the first line, where the list surely holds all lines up to its balance. */
  #opening(): Checkpoint | null {
    const { from = '', to = '', checkpoints } = this.#opened.head
    const closing = checkpoints[0]
    if (closing?.on === undefined || !this.#seen.isComplete) return null
    const { firstOn, lastOn } = this.#seen
    const days = [from, firstOn || from, lastOn || from, closing.on, to]
    // every day is known and none comes before the one it follows
    if (from === '' || days.some((day, index) => day < (days[index - 1] ?? ''))) return null
    const amount = sumOf(closing.amount, negated(this.#seen.sum.total()))
    return { kind: 'opening', amount, origin: 'computed', on: from }
  }
}

const meanings = { DTSTART: '', DTEND: '', DTASOF: 'balance', DTAVAIL: 'value' } as const

const isPositive = (amount: string): boolean => !amount.startsWith('-') && /[1-9]/.test(amount)

/** The account that a BANKACCTFROM or CCACCTFROM names; null for one without number. */
export const accountOf = (element: string, leaves: Leaves): AccountRef | null => {
  const number = leaves.text('ACCTID')
  if (number === '') return null
  const bank = leaves.text('BANKID')
  const type = element === 'CCACCTFROM' ? 'CREDITCARD' : leaves.text('ACCTTYPE')
  return {
    number: ibanOf(number) ?? number,
    ...(bank === '' ? {} : { bank }),
    ...(type === '' ? {} : { type }),
  }
}
