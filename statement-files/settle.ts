/** A line and a head as everybody may rely on them: amounts at the scale of their currency, texts within their limits. */
import { decimalsOf } from './currency.ts'
import { atScale } from './decimal.ts'
import { limits } from './limits.ts'
import type { AccountRef, ParsedLine, StatementHead } from './parsed.ts'

const fields = [
  'counterparty',
  'counterpartyAccount',
  'counterpartyBic',
  'reference',
  'bankReference',
  'endToEndId',
  'mandateId',
  'chequeNumber',
  'typeCode',
] as const satisfies readonly (keyof ParsedLine)[]

const fits = (text: string | undefined, limit = limits.field): boolean =>
  text === undefined || text.length <= limit

/** The fields by name: a loop over them takes longer than all else that is done with a line. */
const areFieldsShort = (line: ParsedLine): boolean =>
  fits(line.counterparty) &&
  fits(line.counterpartyAccount) &&
  fits(line.counterpartyBic) &&
  fits(line.reference) &&
  fits(line.bankReference) &&
  fits(line.endToEndId) &&
  fits(line.mandateId) &&
  fits(line.chequeNumber) &&
  fits(line.typeCode)

const isShort = ({ text, raw, details }: ParsedLine): boolean =>
  fits(text, limits.text) &&
  fits(raw, limits.text) &&
  (details === undefined || details.length <= limits.details)

/** A copy of the line whose texts are within their limits. */
const cutToLimits = (line: ParsedLine): ParsedLine => {
  let cut = line
  for (const field of fields) {
    const text = line[field]
    if (text !== undefined && text.length > limits.field)
      cut = { ...cut, [field]: text.slice(0, limits.field) }
  }
  if (line.text.length > limits.text) cut = { ...cut, text: line.text.slice(0, limits.text) }
  if (line.raw !== undefined && line.raw.length > limits.text)
    cut = { ...cut, raw: line.raw.slice(0, limits.text) }
  if (line.details !== undefined && line.details.length > limits.details)
    cut = { ...cut, details: line.details.slice(0, limits.details) }
  return cut
}

/** The line with its amount at the scale of its currency, which is the statement's where it names none. */
export const settledLine = (line: ParsedLine, head: StatementHead): ParsedLine => {
  const whole = isShort(line) && areFieldsShort(line) ? line : cutToLimits(line)
  const currency = line.currency ?? head.currency
  const amount = atScale(line.amount, decimalsOf(currency))
  if (amount === line.amount && currency === line.currency) return whole
  return { ...whole, amount, ...(currency === undefined ? {} : { currency }) }
}

const settledAccount = (account: AccountRef): AccountRef => {
  const number = account.number.slice(0, limits.field)
  const holder = account.holder?.slice(0, limits.field)
  const bank = account.bank?.slice(0, limits.field)
  return {
    ...account,
    number,
    ...(holder === undefined ? {} : { holder }),
    ...(bank === undefined ? {} : { bank }),
  }
}

/** The head with its texts within their limits. */
export const settledHead = (head: StatementHead): StatementHead => ({
  ...head,
  ...(head.account === undefined ? {} : { account: settledAccount(head.account) }),
  ...(head.bankStatementId === undefined
    ? {}
    : { bankStatementId: head.bankStatementId.slice(0, limits.field) }),
})
