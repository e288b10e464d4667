/** A statement line as Yodlee writes it. */
import { plainDecimal } from '../decimal.ts'
import type { Line } from '../line.ts'
import { moneyJson } from './accounts.ts'
import type { Reached } from './connections.ts'
import { containerOf } from './containers.ts'
import { instantOf } from './exchange.ts'
import { derivedNumber } from './numbers.ts'

/** The id of a line: the same as long as the connection lives, and unique within its container only. */
export const lineNumber = (
  { connection, linked, site }: Reached,
  { id, sequence }: Pick<Line, 'id' | 'sequence'>,
): number =>
  site.script.sharedIds
    ? derivedNumber('yodlee-line', connection.id, linked.ordinal, sequence)
    : derivedNumber('yodlee-line', connection.id, linked.id, id)

const amountJson = ({ site }: Reached, { amount, currency }: Line) => {
  const exact = plainDecimal(amount)
  return moneyJson(site.script.negativeAmounts ? exact : exact.replace('-', ''), currency)
}

const datesOf = (reached: Reached, { status, bookedOn, valueOn }: Line) => {
  const happenedOn = valueOn ?? bookedOn
  if (containerOf(reached.account) === 'investment' || status === 'pending')
    return { date: happenedOn, transactionDate: happenedOn }
  return { date: bookedOn, transactionDate: happenedOn, postDate: bookedOn }
}

const escaped = (name: string): string => name.replaceAll('"', String.raw`\"`)

const textsOf = ({ text, description, counterpartyName, additionalText }: Line) => ({
  description: {
    original: text || description || counterpartyName || 'Transaction',
    ...(counterpartyName === null ? {} : { simple: counterpartyName }),
  },
  ...(counterpartyName === null
    ? {}
    : {
        merchant: {
          id: `m${String(derivedNumber('merchant', counterpartyName))}`,
          source: 'YODLEE',
          name: escaped(counterpartyName),
        },
      }),
  ...(additionalText === null ? {} : { memo: additionalText }),
})

/** When Yodlee first saw a line and when it last saw it change. */
export interface Sighting {
  createdAt: string
  updatedAt: string
}

const firstSeen = ({ bookedOn }: Line): Sighting => ({
  createdAt: `${bookedOn}T05:00:00Z`,
  updatedAt: `${bookedOn}T05:00:00Z`,
})

/** The sightings of an account's lines that changed of late. */
export const sightingsOf = ({ account }: Reached): Map<string, Sighting> => {
  const sightings = new Map<string, Sighting>()
  for (const { lineId, atMs } of account.changes) {
    const at = instantOf(atMs)
    sightings.set(lineId, { createdAt: sightings.get(lineId)?.createdAt ?? at, updatedAt: at })
  }
  return sightings
}

/** A line with everything that Yodlee tells of it. */
export const lineJson = (
  reached: Reached,
  line: Line,
  { createdAt, updatedAt }: Sighting = firstSeen(line),
) => {
  const isDebit = line.amount.startsWith('-')
  return {
    CONTAINER: containerOf(reached.account),
    id: lineNumber(reached, line),
    accountId: reached.linked.id,
    amount: amountJson(reached, line),
    baseType: isDebit ? 'DEBIT' : 'CREDIT',
    categoryType: isDebit ? 'EXPENSE' : 'INCOME',
    categoryId: isDebit ? 19 : 92,
    category: isDebit ? 'General Merchandise' : 'Consulting',
    categorySource: 'SYSTEM',
    highLevelCategoryId: isDebit ? 10_000_003 : 10_000_012,
    type: isDebit ? 'PURCHASE' : 'DEPOSIT',
    subType: isDebit ? 'PURCHASE' : 'DEPOSIT',
    sourceType: 'AGGREGATED',
    status: line.status === 'booked' ? 'POSTED' : 'PENDING',
    isManual: false,
    ...datesOf(reached, line),
    ...textsOf(line),
    createdDate: createdAt,
    lastUpdated: updatedAt,
  }
}
