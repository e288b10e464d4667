/** What the rows above, between and below the lines say of the account: its number, currency and balances. */
import { ibanOf, compactNumber } from '../../domain/iban.ts'
import type { DecimalSign } from '../../domain/csv-layout.ts'
import { isCurrency } from '../currency.ts'
import { readAmount } from '../inference/decimal-sign.ts'
import { kindOf, trimmed } from './cell.ts'
import { currencyIn } from './currency-name.ts'
import { folded, hintsOf } from './names.ts'
import { summaryOf } from './words.ts'

export interface StatedBalance {
  amount: string
  line: number
}

export interface Facts {
  account: string | null
  holder: string | null
  currency: string | null
  opening: StatedBalance | null
  closing: StatedBalance | null
  /** The first and the last balance of which the file does not say when it was. */
  undated: StatedBalance[]
}

export const noFacts = (): Facts => ({
  account: null,
  holder: null,
  currency: null,
  opening: null,
  closing: null,
  undated: [],
})

const accountLabel =
  /\b(?:account number|account no|account iban|account details|account|iban|rekening|rekeningnummer|compte|e?konto|kontonummer|cuenta|conta|conto|uctu|ucet|rachunku|szamlaszam)\b/
const holderLabel =
  /\b(?:account name|account holder|titulaire|houder|naam houder|kontoinhaber|holder)\b/
/** What speaks of the other side, as the filters of a search do. */
const otherLabel =
  /\b(?:tegenpartij|tegenrekening|contrepartie|partie adverse|counterparty|gegenkonto|begunstigde|beneficiary|beneficiaire)\b/

/** Digits with what banks put between them; letters only between digits. */
const number = /\d(?:[\d ./-]|[A-Z](?=\d)){4,33}\d/
const numberAtEnd = /\d(?:[\d ./-]|[A-Z](?=\d)){6,33}\d$/
const numberAfterWord = /\b(?:no|nr|number)\b[ .:-]{1,4}(\d[\d ./-]{6,33}\d)/i
/** So many digits are the number of an account, whatever stands beside them. */
const longNumber = /^'?\d(?: ?\d){19,27}$/

/** A cell that holds its own label, `Account number : 123`, counts as two. */
const parts = (cells: readonly string[]): string[] =>
  cells.slice(0, 40).flatMap((cell) => {
    const text = trimmed(cell).slice(0, 200)
    const colon = text.indexOf(':')
    if (colon < 0 || /\d:\d/.test(text)) return [text]
    const rest = text.slice(colon + 1).trim()
    return rest === '' ? [text.slice(0, colon).trim()] : [text.slice(0, colon).trim(), rest]
  })

const mineNumber = (facts: Facts, label: string, text: string): void => {
  if (text === '' || otherLabel.test(label)) return
  const iban = ibanIn(text)
  if (iban === null && holderLabel.test(label)) facts.holder ??= text
  else if (iban !== null && !isIban(facts.account)) facts.account = iban
  else facts.account ??= numberOf(label, text)
}

const isIban = (account: string | null): boolean => account !== null && kindOf(account) === 'iban'

/** The IBAN that a text is, or begins with. */
const ibanIn = (text: string): string | null =>
  kindOf(text) === 'iban' ? compactNumber(text) : (ibanOf(text) ?? ibanOf(text.split(' ')[0] ?? ''))

const ibanAmid = /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}/g

/** The IBAN amid words, with its country in front; the words behind it do not belong to it. */
const ibanAmidWords = (text: string): string | null => {
  for (const [found] of text.matchAll(ibanAmid)) {
    const groups = found.split(' ')
    for (let { length } = groups; length > 0; length -= 1) {
      const iban = ibanOf(groups.slice(0, length).join(''))
      if (iban !== null) return iban
    }
  }
  return null
}

/** The number of an account that a text is by its label, by its own words, or by its length. */
const numberOf = (label: string, text: string): string | null => {
  if (longNumber.test(text)) return text.replace(/['\s]/g, '')
  const kind = kindOf(text)
  if (kind === 'date' || kind === 'amount') return null
  if (accountLabel.test(label)) return ibanAmidWords(text) ?? noDay(number.exec(text)?.[0])
  return kind === 'text' && isOfOwn(folded(text))
    ? (ibanAmidWords(text) ?? numberAmidWords(text))
    : null
}

const isOfOwn = (words: string): boolean => accountLabel.test(words) && !otherLabel.test(words)

const numberAmidWords = (text: string): string | null =>
  noDay(numberAfterWord.exec(text)?.[1] ?? numberAtEnd.exec(text)?.[0])

const noDay = (found = ''): string | null =>
  found === '' || kindOf(found) === 'date' ? null : found

const besideAmount = /^[-+\d.,' \u00a0]{3,30}([A-Z]{3}|[€£])$/
const besideNumber = /^\d[\d ./-]{5,33}[-( ]+([A-Z]{3})\b/

const mineCurrency = (facts: Facts, texts: readonly string[], at: number): void => {
  const text = texts[at] ?? ''
  const beside = besideAmount.exec(text)?.[1] ?? besideNumber.exec(text)?.[1]
  const code = isCurrency(text) && standsAsCurrency(texts, at) ? text : currencyIn(beside ?? '')
  if (code !== null) facts.currency ??= code
}

const numberLength = 4

/** A number of an account, or an amount: not a count. */
const isNumber = (text: string): boolean => {
  const kind = kindOf(text)
  if (kind === 'integer') return text.length >= numberLength
  return kind === 'amount' || kind === 'iban' || kind === 'digits'
}

/** Three capital letters may be any word: a currency stands behind its label, alone, or in a row with a number. */
const standsAsCurrency = (texts: readonly string[], at: number): boolean =>
  texts.some(isNumber) ||
  hintsOf(texts[at - 1] ?? '')[0]?.role === 'currency' ||
  texts.filter((text) => text !== '').length <= labelled

/** A code, with or without a label. */
const labelled = 2

const written = /[-+\u2212]?\d[\d.,'’ \u00a0\u202f]{0,20}[.,]\d{2}(?!\d)/g
const day = /\d{1,4}[./-]\d{1,2}[./-]\d{2,4}/g

/** Beside its table a program may write decimals in another way than in it. */
const readAnyAmount = (text: string, sign: DecimalSign): string | null =>
  readAmount(text, sign) ?? readAmount(text, sign === '.' ? ',' : '.')

/** The last amount with decimals amid words. */
const amountAmidWords = (text: string, sign: DecimalSign): string | null => {
  const found = text.replace(day, ' ').match(written)?.at(-1)
  return found === undefined ? null : readAnyAmount(found.trim(), sign)
}

const amountIn = (texts: readonly string[], sign: DecimalSign): string | null => {
  for (const text of texts) {
    const kind = kindOf(text)
    const amount = kind === 'amount' || kind === 'integer' ? readAnyAmount(text, sign) : null
    if (amount !== null) return amount
  }
  for (const text of texts) {
    const amount = kindOf(text) === 'text' ? amountAmidWords(text, sign) : null
    if (amount !== null) return amount
  }
  return null
}

export interface SummaryRow {
  cells: readonly string[]
  line: number
  /** The amount that the columns of the table give. */
  amount?: string | null
}

/** Takes a balance of which the file does not say when it was. */
export const keepUndated = (facts: Facts, stated: StatedBalance): void => {
  facts.undated = [...facts.undated.slice(0, 1), stated]
}

/** Takes a balance from a row that speaks of one. */
export const mineBalance = (facts: Facts, row: SummaryRow, sign: DecimalSign): void => {
  const texts = parts(row.cells)
  const label = texts.filter((text) => kindOf(text) === 'text').join(' ')
  const summary = summaryOf(label)
  if (summary === null || summary === 'total') return
  const amount = row.amount ?? amountIn(texts, sign)
  if (amount === null) return
  const stated = { amount, line: row.line }
  if (summary === 'balance') keepUndated(facts, stated)
  else facts[summary] ??= stated
}

/** Takes what a row outside the table says. */
export const mineRow = (
  facts: Facts,
  row: { cells: readonly string[]; line: number },
  sign: DecimalSign,
): void => {
  let label = ''
  const texts = parts(row.cells)
  for (const [at, text] of texts.entries()) {
    mineNumber(facts, label, text)
    mineCurrency(facts, texts, at)
    if (text !== '') label = folded(text)
  }
  mineBalance(facts, row, sign)
}
