/** What the cells of one column have in common; holds a few counts, whatever the length of the file. */
import { createAmountVote, type AmountVote } from '../inference/decimal-sign.ts'
import { createDateVote, type DateVote } from '../inference/date-order.ts'
import { isCurrency } from '../currency.ts'
import { kindOf, plainDay, type CellKind } from './cell.ts'
import { directionOf, rowStateOf } from './words.ts'

const distinctKept = 12
const cellKept = 60
/** Rows after which a column that only repeats what is known of it is not looked at any more. */
const enough = 300

const noCounts = (): Record<CellKind, number> => ({
  empty: 0,
  date: 0,
  amount: 0,
  integer: 0,
  digits: 0,
  garbled: 0,
  iban: 0,
  currency: 0,
  bic: 0,
  text: 0,
})

export class Column {
  readonly name: string
  readonly dates: DateVote = createDateVote()
  readonly amounts: AmountVote = createAmountVote()
  /** Different cells, while they are few. */
  readonly distinct = new Set<string>()
  /** There are more different cells than are kept. */
  hasMany = false
  rows = 0
  /** Cells that were not empty. */
  filled = 0
  negatives = 0
  /** Cells that say nothing but zero. */
  zeros = 0
  /** The only currency written beside the amounts. */
  currency: string | null = null
  readonly #counts = noCounts()
  /** Kinds of the cells that come back. */
  readonly #kinds = new Map<string, CellKind>()
  #hasCurrencies = false
  #last = ''
  #lastKind: CellKind = 'empty'

  constructor(name: string) {
    this.name = name
  }

  see(text: string): void {
    this.rows += 1
    if (text === '') return
    this.filled += 1
    // banks repeat cells downwards: the same one says the same
    const isSame = text === this.#last
    const kind = isSame ? this.#lastKind : (this.#kinds.get(text) ?? kindOf(text))
    this.#counts[kind] += 1
    if (kind === 'amount' || kind === 'integer') this.#seeAmount(text, kind)
    if (isSame) return
    if (!this.hasMany) this.#keep(text, kind)
    if (kind === 'date') this.dates.see(plainDay(text))
    this.#last = text
    this.#lastKind = kind
  }

  /** Whether more cells can tell nothing new: they are many, and all of one kind that holds no secret. */
  isKnown(): boolean {
    const { filled, rows } = this
    if (rows < enough || !this.hasMany || filled < enough / 2) return false
    if (this.isMoney) return this.amounts.verdict().kind === 'sign'
    return this.#counts.date === 0 && this.#share('text', 'iban', 'bic', 'digits') > 0.99
  }

  #keep(text: string, kind: CellKind): void {
    if (this.#kinds.has(text)) return
    this.distinct.add(text.length > cellKept ? text.slice(0, cellKept) : text)
    if (text.length <= cellKept) this.#kinds.set(text, kind)
    if (this.distinct.size > distinctKept) this.hasMany = true
  }

  #seeAmount(text: string, kind: CellKind): void {
    if (kind === 'amount') {
      this.amounts.see(text)
      if (/[-\u2212\u2013(]|DR/.test(text)) this.negatives += 1
      this.#seeCurrency(text)
    }
    if (!/[1-9]/.test(text)) this.zeros += 1
  }

  #seeCurrency(text: string): void {
    const code = /[A-Z]{3}|[€£]/.exec(text)?.[0]
    if (code === undefined || this.#hasCurrencies) return
    const currency = code === '€' ? 'EUR' : code === '£' ? 'GBP' : code
    if (!isCurrency(currency)) return
    if (this.currency !== null && this.currency !== currency) {
      this.#hasCurrencies = true
      this.currency = null
    } else this.currency = currency
  }

  count(kind: CellKind): number {
    return this.#counts[kind]
  }

  #share(...kinds: readonly CellKind[]): number {
    const { filled } = this
    return filled === 0 ? 0 : kinds.reduce((sum, kind) => sum + this.count(kind), 0) / filled
  }

  get isDates(): boolean {
    return this.#share('date') >= 0.6
  }

  /** Whether it may hold amounts: what stands in it can be read as one, a garbled cell among others too. */
  get isAmounts(): boolean {
    return (
      this.#share('amount', 'integer', 'garbled') >= 0.6 &&
      this.count('amount') + this.count('integer') > 0
    )
  }

  /** Whether it holds amounts for sure: with decimals, signs or currencies. */
  get isMoney(): boolean {
    return this.isAmounts && this.count('amount') > 0
  }

  get isCurrencies(): boolean {
    return this.#share('currency') >= 0.8
  }

  get isIbans(): boolean {
    return this.#share('iban') >= 0.6
  }

  get isBics(): boolean {
    return this.#share('bic') >= 0.6
  }

  #every(accepts: (cell: string) => boolean): boolean {
    return !this.hasMany && this.distinct.size > 0 && [...this.distinct].every(accepts)
  }

  /** Whether every cell says in or out. */
  get isDirections(): boolean {
    if (!this.#every((cell) => directionOf(cell) !== 0)) return false
    // a dash alone stands for nothing
    return !this.distinct.has('-') || this.distinct.size > 1
  }

  /** Whether some of its cells, of which all are known, say that a row was not booked. */
  get saysUnbooked(): boolean {
    const states = [...this.distinct].map(rowStateOf)
    return !states.includes(null) && states.some((state) => state !== 'booked')
  }

  /** Whether its cells say what became of a row. */
  get isStates(): boolean {
    if (this.hasMany || this.distinct.size === 0) return false
    const known = [...this.distinct].filter((cell) => rowStateOf(cell) !== null).length
    return known / this.distinct.size >= 0.5
  }
}
