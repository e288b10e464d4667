/** Rows of a list of lines, and the order of their ids, which are longer than a float is exact. */
import { invalidResponse } from '../call-failures.ts'
import { writtenText } from '../exact-json.ts'
import { lineKeyOf } from './map.ts'
import type { TransactionResource } from './schema.ts'
import { transaction } from './schema.ts'

export interface Row {
  key: string
  resource: TransactionResource
  /** The whole resource as JSON text. */
  raw: string
}

const decimalId = /^\d{1,40}$/

/** Parses the rows of a page one by one. */
export const rowsOf = (list: readonly unknown[]): Row[] =>
  list.map((value) => {
    const parsed = transaction.safeParse(value)
    // ids that cannot be put in order cannot be read on from
    if (!parsed.success || !decimalId.test(parsed.data.id))
      throw invalidResponse('transaction', { scope: 'account' })
    return { key: lineKeyOf(parsed.data.id), resource: parsed.data, raw: writtenText(value) }
  })

/** Lines that are booked and not taken for the copy of another one. */
export const bookedIn = ({ resource: { status, duplicated } }: Row): boolean =>
  status !== 'pending' && duplicated !== true

/** Whether an id comes before another; null is the beginning. */
export const isBelow = (id: string | null, other: string): boolean => {
  if (!decimalId.test(other)) throw invalidResponse('next_id', { scope: 'account' })
  return id === null || BigInt(id) < BigInt(other)
}

/** The lowest of the ids; null, the beginning, is below all. */
export const lowestOf = (ids: readonly (string | null)[]): string | null => {
  let [lowest = null] = ids
  for (const id of ids) {
    if (id === null) return null
    if (lowest !== null && isBelow(id, lowest)) lowest = id
  }
  return lowest
}

const keyPattern = new RegExp(`^${lineKeyOf(String.raw`(\d{1,40})`)}$`)

/** The known keys whose ids lie from the first id, itself included, up to the end, itself not; null is no limit. */
export const keysBetween = (
  known: ReadonlyMap<string, unknown>,
  fromId: string | null,
  endId: string | null,
): string[] => {
  const [from, end] = [BigInt(fromId ?? 0), endId === null ? null : BigInt(endId)]
  return [...known.keys()].filter((key) => {
    const id = keyPattern.exec(key)?.[1]
    return id !== undefined && BigInt(id) >= from && (end === null || BigInt(id) < end)
  })
}
