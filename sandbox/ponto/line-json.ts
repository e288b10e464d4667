/** A line as Ponto writes it; the text is made once and kept with the line. */
import { createHash } from 'node:crypto'
import type { BankScript } from '../bank.ts'
import { exactNumber } from '../exact-json.ts'
import type { Line } from '../line.ts'

type Dates = BankScript['dates']

const dateOf = (day: string | null, dates: Dates): string | null => {
  if (day === null || dates === 'day') return day
  return dates === 'seconds' ? `${day}T00:00:00Z` : `${day}T00:00:00.000Z`
}

const digestOf = (line: Line): string => {
  const { id: _id, sequence: _sequence, hidden: _hidden, digest, ...content } = line
  return digest ?? createHash('sha256').update(JSON.stringify(content)).digest('hex')
}

/** The attributes of a line on the wire. */
export const lineAttributes = (line: Line, dates: Dates): Record<string, unknown> => ({
  amount: exactNumber(line.amount),
  currency: line.currency,
  executionDate: dateOf(line.bookedOn, dates),
  valueDate: dateOf(line.valueOn, dates),
  description: line.description,
  remittanceInformation: line.text,
  remittanceInformationType: line.textType,
  counterpartName: line.counterpartyName,
  counterpartReference: line.counterpartyReference,
  bankTransactionCode: line.bankTransactionCode,
  proprietaryBankTransactionCode: line.proprietaryCode,
  purposeCode: line.purposeCode,
  mandateId: line.mandateId,
  creditorId: line.creditorId,
  endToEndId: line.endToEndId,
  additionalInformation: line.additionalText,
  internalReference: line.internalReference,
  cardReference: line.cardReference,
  cardReferenceType: line.cardReference === null ? null : 'MASKEDPAN',
  fee: line.fee === null ? null : exactNumber(line.fee),
  digest: digestOf(line),
})

const written = new WeakMap<Line, { dates: Dates; text: string }>()

const openText = (line: Line, dates: Dates): string => {
  const known = written.get(line)
  if (known?.dates === dates) return known.text
  const type = line.status === 'booked' ? 'transaction' : 'pendingTransaction'
  const body = { type, id: line.id, attributes: lineAttributes(line, dates) }
  const text = JSON.stringify(body).slice(0, -1)
  written.set(line, { dates, text })
  return text
}

interface Frame {
  apiUrl: string
  accountId: string
  dates: Dates
}

/** Writes lines as resources of an account; returns one JSON text for each. */
export const lineTexts = (
  lines: readonly Line[],
  { apiUrl, accountId, dates }: Frame,
): string[] => {
  const account = {
    links: { related: `${apiUrl}/accounts/${accountId}` },
    data: { type: 'account', id: accountId },
  }
  const relationships = `,"relationships":${JSON.stringify({ account })}}`
  return lines.map((line) => openText(line, dates) + relationships)
}
