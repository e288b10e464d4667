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

const isTooLong = (text: string | undefined, limit: number): boolean =>
  text !== undefined && text.length > limit

/** A copy of the line whose texts are within their limits; the line itself where they are, as nearly all. */
const withinLimits = (line: ParsedLine): ParsedLine => {
  let cut = line
  for (const field of fields) {
    const text = line[field]
    if (text !== undefined && text.length > limits.field)
      cut = { ...cut, [field]: text.slice(0, limits.field) }
  }
  if (isTooLong(line.text, limits.text)) cut = { ...cut, text: line.text.slice(0, limits.text) }
  if (line.raw !== undefined && line.raw.length > limits.text)
    cut = { ...cut, raw: line.raw.slice(0, limits.text) }
  if (line.details !== undefined && line.details.length > limits.details)
    cut = { ...cut, details: line.details.slice(0, limits.details) }
  return cut
}

/** The line with its amount at the scale of its currency, which is the statement's where it names none. */
export const settledLine = (line: ParsedLine, head: StatementHead): ParsedLine => {
  const whole = withinLimits(line)
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
