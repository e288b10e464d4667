/** Makes a line of a row whose day and amount are known. */
import type { ColumnRole } from '../../domain/csv-layout.ts'
import { isCurrency } from '../currency.ts'
import { compactNumber, ibanOf } from '../../domain/iban.ts'
import { readDay } from '../inference/date-order.ts'
import { readAmount } from '../inference/decimal-sign.ts'
import type { ParsedLine } from '../parsed.ts'
import { belgianReferenceIn, structuredReference } from '../structured-reference.ts'
import { kindOf, plainDay, trimmed } from './cell.ts'
import { currencyIn } from './currency-name.ts'
import type { Plan } from './plan.ts'
import { remembering, rememberingMany } from './remembering.ts'
import type { StatementKey } from './statements.ts'
import type { Row } from './table.ts'

/** What is known of a row beside its texts. */
export interface Known {
  /** Null where the order of the days is not known, or the day cannot be read. */
  day: string | null
  amount: string
  isDerived?: true
}

const apostrophe = 0x27

const withoutApostrophes = (text: string): string => {
  const isQuoted = text.charCodeAt(0) === apostrophe && text.length > 1 && text.endsWith("'")
  return isQuoted ? text.slice(1, -1).trim() : text
}

/** Text for people: one blank where the bank filled up with many, no quotation marks around all of it. */
const displayed = (cell: string): string => {
  const text = cell.includes('  ') || cell.includes('\n') ? cell.replace(/\s+/g, ' ') : cell
  return withoutApostrophes(text)
}

/** Blanks that were filled up with, or a sign of a reference: one look tells the few texts that need more. */
const unusual = /[\n+*]| {2}/

const absent = 'NOTPROVIDED'

/** Asked of every cell: its length alone tells nearly always. */
const isNothing = (cell: string): boolean => {
  const { length } = cell
  return length < 2 ? length === 0 || cell === '-' : length === absent.length && cell === absent
}

const cellAt = (cells: readonly string[], index: number): string =>
  index < 0 ? '' : (cells[index] ?? '')

const textAt = (cells: readonly string[], index: number): string => trimmed(cellAt(cells, index))

/** Capitals and digits only: nothing is left to be taken out. */
const isCompact = (cell: string): boolean => {
  for (let at = 0; at < cell.length; at += 1) {
    const code = cell.charCodeAt(at)
    if (code < 0x30 || code > 0x5a || (code > 0x39 && code < 0x41)) return false
  }
  return true
}

/** An account number as a whole: an IBAN without blanks, anything else as written, but for the quotes that keep it a text. */
const accountNumber = (cell: string): string => {
  const number = cell.includes("'") ? cell.replaceAll("'", '').trim() : cell
  return ibanOf(number) ?? (kindOf(number) === 'iban' ? compactNumber(number) : number)
}

const currencyOf = (cell: string): string => {
  const code = cell.toUpperCase()
  return cell.length === 3 && isCurrency(code) ? code : cell
}

const columnsWith = (roles: readonly ColumnRole[], role: ColumnRole): number[] =>
  roles.flatMap((each, index) => (each === role ? [index] : []))

const moneyColumns = ({ amounts, roles }: Plan): number[] => {
  if (amounts === null) return columnsWith(roles, 'balance')
  const { source } = amounts.reading
  return source.kind === 'single' ? [source.index] : [source.debit, source.credit]
}

/** What a currency in the header or beside every amount says where no column does. */
const currencyOfColumns = (plan: Plan): string => {
  for (const index of moneyColumns(plan)) {
    const column = plan.columns[index]
    const code = currencyIn(column?.name ?? '') ?? column?.currency
    if (code != null) return code
  }
  return ''
}

/** The only thing that stands in a column: rows without it mean the same. */
const onlyCell = ({ columns }: Plan, index: number): string => {
  const column = columns[index]
  if (column === undefined || column.hasMany || column.distinct.size !== 1) return ''
  return [...column.distinct][0] ?? ''
}

const joined = (
  cells: readonly string[],
  indexes: readonly number[],
  isUnusual: boolean,
): string => {
  let text = ''
  for (const index of indexes) {
    const cell = textAt(cells, index)
    const part = isUnusual ? displayed(cell) : withoutApostrophes(cell)
    if (isNothing(part) || part === text) continue
    text = text === '' ? part : `${text} ${part}`
  }
  return text
}

/** Whether a text holds a mark of Belgian references; one sign is found faster than three. */
const hasReferenceMark = (text: string): boolean =>
  (text.includes('+') && text.includes('+++')) || (text.includes('*') && text.includes('***'))

/** Roles that one column each may have. */
const single = [
  'account',
  'currency',
  'counterparty',
  'counterparty_account',
  'counterparty_bic',
  'reference',
  'original_amount',
  'original_currency',
] as const satisfies readonly ColumnRole[]

type Single = (typeof single)[number]

const indexesOf = (roles: readonly ColumnRole[]): Record<Single, number> => {
  const [account, currency, counterparty, party, bic, reference, original, originalCurrency] =
    single.map((role) => roles.indexOf(role))
  return {
    account: account ?? -1,
    currency: currency ?? -1,
    counterparty: counterparty ?? -1,
    counterparty_account: party ?? -1,
    counterparty_bic: bic ?? -1,
    reference: reference ?? -1,
    original_amount: original ?? -1,
    original_currency: originalCurrency ?? -1,
  }
}

export class LineReader {
  readonly #plan: Plan
  readonly #at: Record<Single, number>
  readonly #text: readonly number[]
  readonly #bankReference: readonly number[]
  readonly #fixed: StatementKey
  readonly #readPartyNumber = rememberingMany(accountNumber)
  readonly #readValueDay: (cell: string) => string
  /** The last account and currency as written, and which statement they mean. */
  readonly #asked = { account: '', currency: '' }
  #key: StatementKey

  constructor(plan: Plan, today: string) {
    const { roles, valueOn } = plan
    this.#plan = plan
    this.#at = indexesOf(roles)
    this.#text = columnsWith(roles, 'text')
    this.#bankReference = columnsWith(roles, 'bank_reference')
    this.#fixed = {
      account: accountNumber(onlyCell(plan, this.#at.account)),
      currency: currencyOfColumns(plan) || currencyOf(onlyCell(plan, this.#at.currency)),
    }
    const order = valueOn?.order ?? 'ymd'
    this.#readValueDay = remembering((cell) => readDay(plainDay(trimmed(cell)), order, today) ?? '')
    this.#key = this.#fixed
  }

  /** Which statement a row belongs to. */
  keyOf(cells: readonly string[]): StatementKey {
    const asked = this.#asked
    const account = cellAt(cells, this.#at.account)
    const currency = cellAt(cells, this.#at.currency)
    // neighbouring rows belong to the same one
    if (account === asked.account && currency === asked.currency) return this.#key
    asked.account = account
    asked.currency = currency
    this.#key = {
      account: accountNumber(trimmed(account)) || this.#fixed.account,
      currency: currencyOf(trimmed(currency)) || this.#fixed.currency,
    }
    return this.#key
  }

  /** The texts of a row, joined. */
  textOf(cells: readonly string[]): string {
    return joined(cells, this.#text, true)
  }

  read({ cells, line: number }: Row, { day, amount, isDerived }: Known): ParsedLine {
    const { valueOn } = this.#plan
    const isUnusual = this.#isTextUnusual(cells)
    const text = joined(cells, this.#text, isUnusual)
    const line: ParsedLine = { bookedOn: day, amount, text, position: { line: number } }
    if (isDerived === true) line.isBookedOnDerived = true
    const valueDay = valueOn?.order == null ? '' : this.#readValueDay(cellAt(cells, valueOn.index))
    if (valueDay !== '') line.valueOn = valueDay
    this.#addParty(line, cells)
    this.#addReference(line, cells, isUnusual)
    this.#addBankReference(line, cells)
    if (this.#at.original_amount >= 0) this.#addOriginal(line, cells)
    return line
  }

  /** A value date that is written like a day, but is none. */
  impossibleValueDay(cells: readonly string[]): string | null {
    const { valueOn } = this.#plan
    if (valueOn?.order == null) return null
    const cell = cellAt(cells, valueOn.index)
    if (this.#readValueDay(cell) !== '') return null
    const text = trimmed(cell)
    return kindOf(text) === 'date' ? text : null
  }

  #addParty(line: ParsedLine, cells: readonly string[]): void {
    const { parties } = this.#plan
    const at = parties === null ? this.#at : parties.of(cells, line.amount.startsWith('-'))
    const name = displayed(textAt(cells, at.counterparty))
    if (!isNothing(name)) line.counterparty = name
    const cell = textAt(cells, at.counterparty_account)
    const number = isCompact(cell) ? cell : this.#readPartyNumber(cell)
    if (!isNothing(number)) line.counterpartyAccount = number
    const bic = textAt(cells, at.counterparty_bic)
    if (!isNothing(bic)) line.counterpartyBic = bic
  }

  #addReference(line: ParsedLine, cells: readonly string[], isUnusual: boolean): void {
    const cell = textAt(cells, this.#at.reference)
    const found = isNothing(cell) ? null : structuredReference(cell)
    if (found !== null) {
      line.reference = found.value
      line.referenceType = found.type
      return
    }
    if (!isNothing(cell)) line.text = line.text === '' ? cell : `${line.text} ${cell}`
    const isMarked = hasReferenceMark(cell) || (isUnusual && this.#hasMarkedText(cells))
    const inText = isMarked ? belgianReferenceIn(line.text) : null
    if (inText === null) return
    line.reference = inText
    line.referenceType = 'belgian'
  }

  #isTextUnusual(cells: readonly string[]): boolean {
    for (const index of this.#text) if (unusual.test(cellAt(cells, index))) return true
    return false
  }

  /** Looks into the cells: searching the joined text would write it anew. */
  #hasMarkedText(cells: readonly string[]): boolean {
    for (const index of this.#text) if (hasReferenceMark(cellAt(cells, index))) return true
    return false
  }

  #addBankReference(line: ParsedLine, cells: readonly string[]): void {
    let id = ''
    for (const index of this.#bankReference) {
      const part = textAt(cells, index)
      if (!isNothing(part)) id = id === '' ? part : `${id}/${part}`
    }
    if (id !== '') line.bankReference = id
  }

  #addOriginal(line: ParsedLine, cells: readonly string[]): void {
    const cell = textAt(cells, this.#at.original_amount)
    const amount = cell === '' ? null : readAmount(cell, this.#plan.decimalSign)
    const currency = currencyOf(textAt(cells, this.#at.original_currency))
    if (amount !== null && isCurrency(currency)) line.original = { amount, currency }
  }
}
