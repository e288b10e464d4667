/** Makes a line of a row whose day and amount are known. */
import type { ColumnRole } from '../../domain/csv-layout.ts'
import { isCurrency } from '../currency.ts'
import { compactNumber, ibanOf } from '../iban.ts'
import { readDay } from '../inference/date-order.ts'
import { readAmount } from '../inference/decimal-sign.ts'
import type { ParsedLine } from '../parsed.ts'
import { belgianReferenceIn, structuredReference } from '../structured-reference.ts'
import { kindOf, plainDay, trimmed } from './cell.ts'
import type { StatementKey } from './statements.ts'
import type { Plan } from './plan.ts'

export interface RowValues {
  bookedOn: string | null
  isBookedOnDerived: boolean
  amount: string
  cells: readonly string[]
  lineNumber: number
}

export interface LineReader {
  read: (row: RowValues) => ParsedLine
  keyOf: (cells: readonly string[]) => StatementKey
  /** The texts of a row, joined. */
  textOf: (cells: readonly string[]) => string
  /** A value date that is written like a day, but is none. */
  impossibleValueDay: (cells: readonly string[]) => string | null
}

/** Text for people: one blank where the bank filled up with many, no quotation marks around all of it. */
const displayed = (cell: string): string => {
  const text = cell.includes('  ') || cell.includes('\n') ? cell.replace(/\s+/g, ' ') : cell
  const isQuoted = text.length > 1 && text.startsWith("'") && text.endsWith("'")
  return isQuoted ? text.slice(1, -1).trim() : text
}

const isNothing = (cell: string): boolean => cell === '' || cell === '-' || cell === 'NOTPROVIDED'

const columnsWith = (roles: readonly ColumnRole[], role: ColumnRole): number[] =>
  roles.flatMap((each, index) => (each === role ? [index] : []))

const textAt = (cells: readonly string[], index: number): string =>
  index < 0 ? '' : trimmed(cells[index] ?? '')

/** An account number as a whole: an IBAN without blanks, anything else as written. */
const accountNumber = (cell: string): string =>
  ibanOf(cell) ?? (kindOf(cell) === 'iban' ? compactNumber(cell) : cell)

/** The last answer is kept: neighbouring rows ask for the same. */
const remembering = (compute: (text: string) => string): ((text: string) => string) => {
  let [asked, answer] = ['', compute('')]
  return (text) => {
    if (text !== asked) [asked, answer] = [text, compute(text)]
    return answer
  }
}

const answersKept = 1_000

/** The same few counterparties return all over a file. */
const rememberingMany = (compute: (text: string) => string): ((text: string) => string) => {
  const answers = new Map<string, string>()
  return (text) => {
    const known = answers.get(text)
    if (known !== undefined) return known
    if (answers.size >= answersKept) answers.clear()
    const answer = compute(text)
    answers.set(text, answer)
    return answer
  }
}

const currencyOf = (cell: string): string => {
  const code = cell.toUpperCase()
  return cell.length === 3 && isCurrency(code) ? code : cell
}

/** What a currency in the header or beside every amount says where no column does. */
const currencyOfColumns = ({ columns, amounts, roles }: Plan): string => {
  const { source } = amounts?.reading ?? {}
  const indexes =
    source === undefined
      ? columnsWith(roles, 'balance')
      : source.kind === 'single'
        ? [source.index]
        : [source.debit, source.credit]
  for (const index of indexes) {
    const column = columns[index]
    const named = /\b[A-Z]{3}\b/.exec(column?.name.replace(/^[A-Z ]+$/, '') ?? '')?.[0]
    if (named !== undefined && isCurrency(named)) return named
    if (column?.currency != null) return column.currency
  }
  return ''
}

/** The only thing that stands in a column: rows without it mean the same. */
const onlyCell = ({ columns }: Plan, index: number): string => {
  const column = columns[index]
  if (column === undefined || column.hasMany || column.distinct.size !== 1) return ''
  return [...column.distinct][0] ?? ''
}

interface Columns {
  text: readonly number[]
  bankReference: readonly number[]
  at: (role: ColumnRole) => number
}

const columnsOf = ({ roles }: Plan): Columns => {
  const indexes = new Map<ColumnRole, number>()
  for (const [index, role] of roles.entries()) if (!indexes.has(role)) indexes.set(role, index)
  return {
    text: columnsWith(roles, 'text'),
    bankReference: columnsWith(roles, 'bank_reference'),
    at: (role) => indexes.get(role) ?? -1,
  }
}

const joined = (cells: readonly string[], indexes: readonly number[]): string => {
  let text = ''
  for (const index of indexes) {
    const part = displayed(textAt(cells, index))
    if (isNothing(part) || part === text) continue
    text = text === '' ? part : `${text} ${part}`
  }
  return text
}

const referenceMark = /[+*]{3}/

export const createLineReader = (plan: Plan, today: string): LineReader => {
  const columns = columnsOf(plan)
  const { valueOn, decimalSign } = plan
  const [account, currency] = [columns.at('account'), columns.at('currency')]
  const [party, partyAccount, partyBic] = [
    columns.at('counterparty'),
    columns.at('counterparty_account'),
    columns.at('counterparty_bic'),
  ]
  const [reference, originalAmount, originalCurrency] = [
    columns.at('reference'),
    columns.at('original_amount'),
    columns.at('original_currency'),
  ]
  const fixedCurrency = currencyOfColumns(plan) || onlyCell(plan, currency)
  const fixedAccount = accountNumber(onlyCell(plan, account))
  const readNumber = rememberingMany(accountNumber)
  const readOwnNumber = remembering(accountNumber)
  const readCurrency = remembering(currencyOf)
  const readValueDay = remembering(
    (text) => readDay(plainDay(text), valueOn?.order ?? 'ymd', today) ?? '',
  )

  const addParty = (line: ParsedLine, cells: readonly string[]): void => {
    const name = displayed(textAt(cells, party))
    if (!isNothing(name)) line.counterparty = name
    const number = textAt(cells, partyAccount)
    if (!isNothing(number)) line.counterpartyAccount = readNumber(number)
    const bic = textAt(cells, partyBic)
    if (!isNothing(bic)) line.counterpartyBic = bic
  }

  const addReference = (line: ParsedLine, cells: readonly string[]): void => {
    const cell = textAt(cells, reference)
    if (!isNothing(cell)) {
      const found = structuredReference(cell)
      if (found !== null) {
        line.reference = found.value
        line.referenceType = found.type
        return
      }
      line.text = line.text === '' ? cell : `${line.text} ${cell}`
    }
    const inText = referenceMark.test(line.text) ? belgianReferenceIn(line.text) : null
    if (inText === null) return
    line.reference = inText
    line.referenceType = 'belgian'
  }

  const addOriginal = (line: ParsedLine, cells: readonly string[]): void => {
    const cell = textAt(cells, originalAmount)
    const amount = cell === '' ? null : readAmount(cell, decimalSign)
    const code = readCurrency(textAt(cells, originalCurrency))
    if (amount !== null && isCurrency(code)) line.original = { amount, currency: code }
  }

  const addBankReference = (line: ParsedLine, cells: readonly string[]): void => {
    let id = ''
    for (const index of columns.bankReference) {
      const part = textAt(cells, index)
      if (!isNothing(part)) id = id === '' ? part : `${id}/${part}`
    }
    if (id !== '') line.bankReference = id
  }

  return {
    read({ bookedOn, isBookedOnDerived, amount, cells, lineNumber }) {
      const text = joined(cells, columns.text)
      const line: ParsedLine = { bookedOn, amount, text, position: { line: lineNumber } }
      if (isBookedOnDerived) line.isBookedOnDerived = true
      const valueDay = valueOn?.order == null ? '' : readValueDay(textAt(cells, valueOn.index))
      if (valueDay !== '') line.valueOn = valueDay
      addParty(line, cells)
      addReference(line, cells)
      addBankReference(line, cells)
      if (originalAmount >= 0) addOriginal(line, cells)
      return line
    },
    keyOf: (cells) => ({
      account: readOwnNumber(textAt(cells, account)) || fixedAccount,
      currency: readCurrency(textAt(cells, currency)) || fixedCurrency,
    }),
    textOf: (cells) => joined(cells, columns.text),
    impossibleValueDay(cells) {
      if (valueOn?.order == null) return null
      const cell = textAt(cells, valueOn.index)
      if (cell === '' || readValueDay(cell) !== '' || kindOf(cell) !== 'date') return null
      return cell
    },
  }
}
