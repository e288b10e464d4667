/** Pages of booked lines as a provider delivers them, with the payload they came in. */
import { randomUUID } from 'node:crypto'
import type { Line } from '../domain/statement-line.ts'

const texts = [
  'Betaling factuur 2026/00412 met dank voor uw vertrouwen',
  'Virement en votre faveur – loyer novembre',
  'Kaartbetaling 14:32 Bakkerij Peeters Leuven',
  'SEPA direct debit energy supplier, contract 99/1200-77',
]

const lineOf = (index: number): Line => {
  const id = randomUUID()
  const amount = `${index % 3 === 0 ? '' : '-'}${100 + (index % 900)}.${String(index % 100).padStart(2, '0')}`
  const bookedOn = `2026-${String(1 + (index % 10)).padStart(2, '0')}-${String(1 + (index % 28)).padStart(2, '0')}`
  const text = `${texts[index % texts.length]} ${index}`
  const counterparty = `Counterparty ${index % 50}`
  const counterpartyAccount = `BE71${String(96_123_456_000 + (index % 50)).padStart(12, '0')}`
  const attributes = { amount: Number(amount), currency: 'EUR', valueDate: bookedOn }
  return {
    lineKey: `ponto:${id}`,
    amount,
    currency: 'EUR',
    bookedOn,
    valueOn: bookedOn,
    text,
    counterparty,
    counterpartyAccount,
    reference: `RF${1000 + index}`,
    raw: JSON.stringify({
      id,
      type: 'transaction',
      attributes: {
        ...attributes,
        executionDate: bookedOn,
        remittanceInformation: text,
        remittanceInformationType: 'unstructured',
        counterpartName: counterparty,
        counterpartReference: counterpartyAccount,
        endToEndId: `E2E${index}`,
        createdAt: `${bookedOn}T04:11:57.000Z`,
        digest: `${id}${id}`,
      },
    }),
  }
}

/** Makes `count` pages of `size` lines, all of them new. */
export const makePages = (count: number, size: number): Line[][] =>
  Array.from({ length: count }, (_page, page) =>
    Array.from({ length: size }, (_line, line) => lineOf(page * size + line)),
  )
