/** What all the cells of one column have in common; holds a few counts, whatever the length of the file. */
import { createAmountVote, type AmountVote } from '../inference/decimal-sign.ts'
import { createDateVote, type DateVote } from '../inference/date-order.ts'
import { isCurrency } from '../currency.ts'
import { kindOf, plainDay, type CellKind } from './cell.ts'
import { directionOf, rowStateOf } from './words.ts'

const distinctKept = 12
/** A column that held only text so far is not looked at any more. */
const settledAfter = 300

export class Column {
  readonly name: string
  readonly counts = new Map<CellKind, number>()
  readonly dates: DateVote = createDateVote()
  readonly amounts: AmountVote = createAmountVote()
  /** Different cells, while they are few. */
  readonly distinct = new Set<string>()
  #hasMany = false
  rows = 0
  negatives = 0
  /** Cells that say nothing but zero. */
  zeros = 0
  /** The only currency written beside the amounts. */
  currency: string | null = null
  #hasCurrencies = false
  #last = ''

  constructor(name: string) {
    this.name = name
  }

  see(text: string): void {
    this.rows += 1
    if (text === '' || (this.rows > settledAfter && this.#isSettled())) return
    // banks repeat cells downwards: the same one says the same
    const kind = kindOf(text)
    this.counts.set(kind, this.count(kind) + 1)
    if (!this.#hasMany) this.#keep(text)
    if (kind === 'date' && text !== this.#last) this.dates.see(plainDay(text))
    else if (kind === 'amount' || kind === 'integer') this.#seeAmount(text, kind)
    this.#last = text
  }

  #isSettled(): boolean {
    return this.count('text') > settledAfter / 2 && this.count('text') === this.filled
  }

  #keep(text: string): void {
    this.distinct.add(text.length > 60 ? text.slice(0, 60) : text)
    if (this.distinct.size > distinctKept) this.#hasMany = true
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
    return this.counts.get(kind) ?? 0
  }

  /** Cells that were not empty. */
  get filled(): number {
    let sum = 0
    for (const count of this.counts.values()) sum += count
    return sum
  }

  get hasMany(): boolean {
    return this.#hasMany
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
    return !this.#hasMany && this.distinct.size > 0 && [...this.distinct].every(accepts)
  }

  /** Whether every cell says in or out. */
  get isDirections(): boolean {
    return this.#every((cell) => directionOf(cell) !== 0)
  }

  /** Whether its cells say what became of a row. */
  get isStates(): boolean {
    if (this.#hasMany || this.distinct.size === 0) return false
    const known = [...this.distinct].filter((cell) => rowStateOf(cell) !== null).length
    return known / this.distinct.size >= 0.5
  }
}
