/** A line and a head as everybody may rely on them: amounts at the scale of their currency, texts within their limits. */
import { decimalsOf } from './currency.ts'
import { atScale } from './decimal.ts'
import { limits } from './limits.ts'
import type { AccountRef, LineDetail, ParsedLine, StatementHead } from './parsed.ts'

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

const detailFields = [
  'counterparty',
  'counterpartyAccount',
  'reference',
  'endToEndId',
] as const satisfies readonly (keyof LineDetail)[]

const accountFields = [
  'number',
  'holder',
  'bank',
  'type',
] as const satisfies readonly (keyof AccountRef)[]

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

const isDetailShort = (detail: LineDetail): boolean =>
  fits(detail.text, limits.text) && detailFields.every((field) => fits(detail[field]))

const isShort = ({ text, raw, details }: ParsedLine): boolean =>
  fits(text, limits.text) &&
  fits(raw, limits.text) &&
  (details === undefined || (details.length <= limits.details && details.every(isDetailShort)))

const cutFields = <Value extends object>(value: Value, names: readonly (keyof Value)[]): Value => {
  let cut = value
  for (const name of names) {
    const text = value[name]
    if (typeof text === 'string' && text.length > limits.field)
      cut = { ...cut, [name]: text.slice(0, limits.field) }
  }
  return cut
}

const cutDetail = (detail: LineDetail): LineDetail => {
  const cut = cutFields(detail, detailFields)
  return fits(cut.text, limits.text) ? cut : { ...cut, text: cut.text?.slice(0, limits.text) ?? '' }
}

/** A copy of the line whose texts are within their limits. */
const cutToLimits = (line: ParsedLine): ParsedLine => {
  let cut = cutFields(line, fields)
  if (line.text.length > limits.text) cut = { ...cut, text: line.text.slice(0, limits.text) }
  if (line.raw !== undefined && line.raw.length > limits.text)
    cut = { ...cut, raw: line.raw.slice(0, limits.text) }
  if (line.details !== undefined)
    cut = { ...cut, details: line.details.slice(0, limits.details).map(cutDetail) }
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

/** The head with its texts within their limits. */
export const settledHead = (head: StatementHead): StatementHead => ({
  ...head,
  ...(head.account === undefined ? {} : { account: cutFields(head.account, accountFields) }),
  ...(head.bankStatementId === undefined
    ? {}
    : { bankStatementId: head.bankStatementId.slice(0, limits.field) }),
})
