/** What structured communications say, type by type. */
import type { Position } from '../parsed.ts'
import { problem, quoted } from '../problem.ts'
import { structuredReference } from '../structured-reference.ts'
import { cut, movement } from './layout.ts'
import { decimalAt, rateOf } from './reading.ts'
import type { Said, Telling } from './said.ts'
import { addText } from './said.ts'
import type { Structured } from './structured.ts'
import { structured } from './structured.ts'

const typeLength = 3
const chequeFamily = '03'
const referenceFrom = movement.communication.from + typeLength

/** Takes a text as the reference where its check digits are right and no other was found. */
export const useReference = (said: Said, text: string): boolean => {
  const found = said.reference === undefined ? structuredReference(text) : null
  if (found === null) return false
  said.reference = found.value
  said.referenceType = found.type
  return true
}

/** Types 100 to 102: nothing but a reference; with wrong check digits it is text like any other. */
const readReference = ({ said, texts, entry, reading }: Telling, parts: Structured): void => {
  const word = parts.word('reference')
  if (word === '' || /^0+$/.test(word) || useReference(said, word))
    return addText(texts, parts.textWithout('reference'))
  const position: Position = {
    record: entry.record.number,
    from: referenceFrom,
    to: referenceFrom + word.length - 1,
  }
  reading.tell(problem('reference_invalid', { text: quoted(word) }, position))
  addText(texts, parts.textWithout())
}

const originalOf = (parts: Structured, { said, entry, reading }: Telling): boolean => {
  const currency = parts.word('currency')
  const amount = decimalAt(parts.word('amount'), { from: 1, to: 15 })
  if (currency === '' || currency === reading.currency || amount === null) return false
  if (!/[1-9]/.test(amount)) return false
  const rate = rateOf(parts.word('rate'))
  const isOut = cut(entry.record.text, movement.sign) === '1'
  said.original = {
    amount: isOut ? `-${amount}` : amount,
    currency,
    ...(rate === null ? {} : { rate }),
  }
  return true
}

/** Cards and foreign payments: the amount in the other currency is a value, the rest is text. */
const readForeign = (telling: Telling, parts: Structured): void => {
  const hidden = originalOf(parts, telling) ? ['amount', 'rate', 'currency'] : []
  if (useReference(telling.said, parts.word('reference'))) hidden.push('reference')
  addText(telling.texts, parts.textWithout(...hidden))
}

const returnKinds = ['', 'reject', 'return', 'refund', 'reversal', 'cancellation']

/** Why a payment came back, by the codes of the standard. */
export const addReturn = (texts: string[], kind: string, reason: string): void => {
  const word = returnKinds[Number(kind.trim() || 0)]
  if (word === undefined || word === '') return
  const text = `${word} ${reason.trim()}`.trim()
  if (!texts.includes(text)) texts.push(text)
}

const readDirectDebit = ({ said, texts }: Telling, parts: Structured): void => {
  const mandate = parts.word('mandate')
  if (mandate !== '') said.mandateId = mandate
  const communication = parts.word('communication')
  if (communication !== '') useReference(said, communication)
  addText(texts, communication)
  addText(texts, parts.word('creditor'))
  addReturn(texts, parts.word('returnKind'), parts.word('returnReason'))
}

const readNumber = ({ said, texts, entry }: Telling, parts: Structured): void => {
  const isCheque = cut(entry.record.text, movement.typeCode).slice(1, 3) === chequeFamily
  const number = parts.word('number')
  if (isCheque && /[1-9]/.test(number)) said.chequeNumber = number
  addText(texts, parts.textWithout(...(isCheque ? ['number'] : [])))
}

const readCounterparty = ({ said }: Telling, parts: Structured): void => {
  const name = parts.word('name')
  if (name !== '') said.counterparty = name
}

/** The person behind the counterparty; the counterparty itself where the file names no other. */
const readUltimate = ({ said, texts }: Telling, parts: Structured): void => {
  const name = parts.word('name')
  if (name !== '') said.counterparty ??= name
  addText(texts, parts.textWithout())
}

const readAny = ({ texts }: Telling, parts: Structured): void => addText(texts, parts.textWithout())

const readers = new Map<string, (telling: Telling, parts: Structured) => void>([
  ['100', readReference],
  ['101', readReference],
  ['102', readReference],
  ['103', readNumber],
  ['105', readForeign],
  ['113', readForeign],
  ['114', readForeign],
  ['115', readForeign],
  ['127', readDirectDebit],
  ['001', readCounterparty],
  ['008', readUltimate],
  ['009', readUltimate],
])

/** Reads a structured communication: three digits of a type and what the type says. */
export const readStructured = (telling: Telling, communication: string): void => {
  const type = communication.slice(0, typeLength)
  const parts = structured(type, communication.slice(typeLength), telling.reading.days)
  if (parts === null) return addText(telling.texts, communication.trim())
  const read = readers.get(type) ?? readAny
  read(telling, parts)
}
