/** The statements of a CAMT.053 file. */
import { negated, sumDecimals } from '../decimal.ts'
import type { LineScript } from '../line.ts'
import { decodeXml } from './decode.ts'
import type { Element } from './element.ts'
import { allAt, textAt } from './element.ts'
import type { CamtLine } from './entry.ts'
import { lineOfEntry } from './entry.ts'
import { CamtProblem } from './problem.ts'
import { readXml } from './read-xml.ts'
import { amountOf, dayOf } from './values.ts'

export interface CamtStatement {
  id: string
  reference: string
  referenceType: 'IBAN' | 'BBAN'
  currency: string
  owner: string | null
  servicer: string | null
  /** Null when the file does not say it. */
  opening: string | null
  closing: string | null
  closingOn: string | null
  booked: LineScript[]
  pending: LineScript[]
}

interface Balance {
  code: string
  amount: string
  currency: string | null
  on: string | null
}

interface Entry {
  line: CamtLine
  currency: string | null
}

const linesMax = 2_000_000

const balancesOf = (statement: Element): Balance[] =>
  allAt(statement, 'Bal').map((balance) => ({
    code: textAt(balance, 'Tp', 'CdOrPrtry', 'Cd') ?? textAt(balance, 'Tp', 'Cd') ?? '',
    ...amountOf(balance),
    on: dayOf(balance, 'Dt'),
  }))

const byDay = (one: Balance, other: Balance): number => (one.on ?? '').localeCompare(other.on ?? '')

interface Ends {
  opening: Balance | null
  closing: Balance | null
}

/** A page of a longer statement ends with interim balances; a single one is the opening of a page without any other. */
const interimEnds = (interim: Balance[], { opening, closing }: Ends): Ends => {
  const isFirst = interim.length > 1 || closing === null
  const isLast = interim.length > 1 || opening !== null
  return {
    opening: isFirst ? (interim[0] ?? null) : null,
    closing: isLast ? (interim.at(-1) ?? null) : null,
  }
}

/** Opening is OPBD, else PRCD, else the first interim balance; closing is CLBD, else the last interim balance. */
const endsOf = (balances: Balance[]): Ends => {
  const of = (code: string) => balances.filter((balance) => balance.code === code).toSorted(byDay)
  const named: Ends = {
    opening: of('OPBD')[0] ?? of('PRCD')[0] ?? null,
    closing: of('CLBD').at(-1) ?? null,
  }
  const interim = interimEnds(of('ITBD'), named)
  return {
    opening: named.opening ?? interim.opening,
    closing: named.closing ?? interim.closing,
  }
}

const currencyOf = (statement: Element, balances: Balance[], entries: Entry[]): string => {
  const currency =
    textAt(statement, 'Acct', 'Ccy') ??
    balances.find((balance) => balance.currency !== null)?.currency ??
    entries.find((entry) => entry.currency !== null)?.currency
  if (currency === undefined || currency === null)
    throw new CamtProblem('the statement does not say its currency')
  return currency
}

const linesOf = (entries: Entry[], currency: string, closingOn: string | null): LineScript[] =>
  entries.map(({ line, currency: own }, index) => {
    const bookedOn = line.bookedOn ?? closingOn
    if (bookedOn === null) throw new CamtProblem(`entry ${index + 1} has no date`)
    return { ...line, bookedOn, valueOn: line.valueOn ?? null, currency: own ?? currency }
  })

const accountOf = (statement: Element) => {
  const [account] = allAt(statement, 'Acct')
  const iban = textAt(account, 'Id', 'IBAN')
  const other = textAt(account, 'Id', 'Othr', 'Id') ?? textAt(account, 'Id', 'PrtryAcct', 'Id')
  const reference = iban ?? other
  if (reference === null) throw new CamtProblem('the statement does not name its account')
  const [servicer] = allAt(account, 'Svcr', 'FinInstnId')
  const referenceType: CamtStatement['referenceType'] = iban === null ? 'BBAN' : 'IBAN'
  return {
    reference: reference.replaceAll(/\s/g, ''),
    referenceType,
    owner: textAt(account, 'Ownr', 'Nm'),
    servicer:
      textAt(servicer, 'Nm') ?? textAt(servicer, 'BICFI') ?? textAt(servicer, 'BIC') ?? null,
  }
}

const statementOf = (element: Element, entries: Entry[]): CamtStatement => {
  const balances = balancesOf(element)
  const { opening, closing } = endsOf(balances)
  const currency = currencyOf(element, balances, entries)
  const closingOn = closing?.on ?? textAt(element, 'FrToDt', 'ToDtTm')?.slice(0, 10) ?? null
  const lines = linesOf(entries, currency, closingOn)
  return {
    id: textAt(element, 'Id') ?? '',
    ...accountOf(element),
    currency,
    opening: opening?.amount ?? null,
    closing: closing?.amount ?? null,
    closingOn,
    booked: lines.filter(({ status }) => status !== 'pending'),
    pending: lines.filter(({ status }) => status === 'pending'),
  }
}

/** Exact sum of the booked lines. */
export const sumOf = ({ booked }: CamtStatement): string =>
  sumDecimals(booked.map(({ amount }) => amount))

/** By how much the closing balance differs from opening plus lines; null when one of them is not known. */
export const differenceOf = (statement: CamtStatement): string | null => {
  const { opening, closing } = statement
  if (opening === null || closing === null) return null
  return sumDecimals([closing, negated(opening), negated(sumOf(statement))])
}

/** Every statement of a file, in file order; throws a problem that tells what is wrong with the file. */
export const readCamt053 = (file: Uint8Array | string): CamtStatement[] => {
  const text = typeof file === 'string' ? file.replace(/^\uFEFF/, '') : decodeXml(file)
  const statements: CamtStatement[] = []
  let entries: Entry[] = []
  let count = 0
  readXml(text, {
    entry: (element) => {
      const entry = lineOfEntry(element)
      if (entry !== null) entries.push(entry)
      count += 1
      if (count > linesMax) throw new CamtProblem('the file has too many entries')
    },
    statement: (element) => {
      statements.push(statementOf(element, entries))
      entries = []
    },
  })
  return statements
}
