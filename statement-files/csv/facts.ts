/** What the rows above, between and below the lines say of the account: its number, currency and balances. */
import { isCurrency } from '../currency.ts'
import { compactNumber, ibanOf } from '../../domain/iban.ts'
import { readAmount } from '../inference/decimal-sign.ts'
import type { DecimalSign } from '../../domain/csv-layout.ts'
import { kindOf, trimmed } from './cell.ts'
import { folded } from './names.ts'
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
}

export const noFacts = (): Facts => ({
  account: null,
  holder: null,
  currency: null,
  opening: null,
  closing: null,
})

const accountLabel =
  /\b(?:account number|account no|account iban|account details|account|iban|rekening|rekeningnummer|numero de compte|compte|konto|kontonummer|cuenta|conta)\b/
const holderLabel =
  /\b(?:account name|account holder|titulaire|houder|naam houder|kontoinhaber|holder)\b/
const number = /\d[\d .-]{4,33}\d/

/** A cell that holds its own label, `Account number : 123`, counts as two. */
const parts = (cells: readonly string[]): string[] =>
  cells.slice(0, 40).flatMap((cell) => {
    const text = trimmed(cell).slice(0, 200)
    const colon = text.indexOf(':')
    if (colon < 0 || /\d:\d/.test(text)) return [text]
    return [text.slice(0, colon).trim(), text.slice(colon + 1).trim()]
  })

const mineNumber = (facts: Facts, label: string, text: string): void => {
  if (text === '') return
  const iban = ibanIn(text)
  if (iban === null && holderLabel.test(label)) facts.holder ??= text
  else facts.account ??= iban ?? (accountLabel.test(label) ? numberIn(text) : null)
}

/** The IBAN that a text is, or begins with. */
const ibanIn = (text: string): string | null =>
  kindOf(text) === 'iban' ? compactNumber(text) : (ibanOf(text) ?? ibanOf(text.split(' ')[0] ?? ''))

const numberIn = (text: string): string | null => {
  const kind = kindOf(text)
  return kind === 'date' || kind === 'amount' ? null : (number.exec(text)?.[0].trim() ?? null)
}

const mineCurrency = (facts: Facts, text: string): void => {
  const code = /^(?:\S{1,20} )?([A-Z]{3})$/.exec(text)?.[1]
  if (code !== undefined && isCurrency(code) && (text === code || /^[-+\d.,']+ /.test(text)))
    facts.currency ??= code
}

const amountIn = (texts: readonly string[], sign: DecimalSign): string | null => {
  for (const text of texts) {
    const kind = kindOf(text)
    const amount = kind === 'amount' || kind === 'integer' ? readAmount(text, sign) : null
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

/** Takes a balance from a row that speaks of one. */
export const mineBalance = (facts: Facts, row: SummaryRow, sign: DecimalSign): void => {
  const texts = parts(row.cells)
  const label = texts.filter((text) => kindOf(text) === 'text').join(' ')
  const summary = summaryOf(label)
  if (summary !== 'opening' && summary !== 'closing') return
  const amount = row.amount ?? amountIn(texts, sign)
  if (amount !== null) facts[summary] ??= { amount, line: row.line }
}

/** Takes what a row outside the table says. */
export const mineRow = (
  facts: Facts,
  row: { cells: readonly string[]; line: number },
  sign: DecimalSign,
): void => {
  const texts = parts(row.cells)
  for (const [index, text] of texts.entries()) {
    mineNumber(facts, folded(texts[index - 1] ?? ''), text)
    mineCurrency(facts, text)
  }
  mineBalance(facts, row, sign)
}
