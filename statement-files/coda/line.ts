/** An entry as a line of the statement, or as a detail of one. */
import type { LineDetail, ParsedLine } from '../parsed.ts'
import { problem, quoted } from '../problem.ts'
import { describe } from './entry.ts'
import type { CodaRecord } from './layout.ts'
import { cut, movement } from './layout.ts'
import { placeOf, signedAmount, tellBadDate, wordAt } from './reading.ts'
import type { Entry, Reading } from './said.ts'

const bookedOnOf = (record: CodaRecord, { days, tell }: Reading): string | null => {
  const field = movement.bookedOn
  const day = days(record.text, field)
  if (day === null) tellBadDate(record, { field, what: 'booking' }, tell)
  return day
}

const valueOnOf = (record: CodaRecord, { days, tell }: Reading): string | undefined => {
  const field = movement.valueOn
  const day = days(record.text, field)
  if (day !== null) return day
  // zeros, or nothing at all, are a day that is not known
  if (wordAt(record.text, field) !== undefined) tellBadDate(record, { field, what: 'value' }, tell)
  return undefined
}

const tellCorrection = (record: CodaRecord, typeCode: string, { tell }: Reading): void => {
  const transaction = typeCode.slice(3, 5)
  if (transaction !== '49' && transaction !== '99') return
  const reference = wordAt(record.text, movement.bankReference) ?? typeCode
  tell(
    problem(
      'correction',
      { action: 'correct', reference: quoted(reference) },
      placeOf(record, movement.typeCode),
    ),
  )
}

/** The line that an entry is, without its details. */
export const lineOf = (entry: Entry, amount: string, reading: Reading): ParsedLine => {
  const { record } = entry
  const valueOn = valueOnOf(record, reading)
  const bookedOn = bookedOnOf(record, reading)
  const said = describe(entry, reading)
  const line: ParsedLine = { bookedOn, amount, position: { record: record.number }, ...said }
  if (valueOn !== undefined) line.valueOn = valueOn
  if (reading.currency !== undefined) line.currency = reading.currency
  const bankReference = wordAt(record.text, movement.bankReference)
  if (bankReference !== undefined) line.bankReference = bankReference
  const typeCode = cut(record.text, movement.typeCode).trim()
  if (typeCode !== '') line.typeCode = typeCode
  tellCorrection(record, typeCode, reading)
  return line
}

/** What an entry that explains a line says. */
export const detailOf = (entry: Entry, reading: Reading): LineDetail => {
  const amount = signedAmount(entry.record, movement, reading.tell)
  const said = describe(entry, reading)
  const detail: LineDetail = {}
  if (amount !== null) detail.amount = amount
  if (reading.currency !== undefined) detail.currency = reading.currency
  if (said.text !== '') detail.text = said.text
  if (said.counterparty !== undefined) detail.counterparty = said.counterparty
  if (said.counterpartyAccount !== undefined) detail.counterpartyAccount = said.counterpartyAccount
  if (said.reference !== undefined) detail.reference = said.reference
  if (said.endToEndId !== undefined) detail.endToEndId = said.endToEndId
  return detail
}
