import type { Line } from '../../domain/statement-line.ts'
import { isCorrection } from '../../domain/statement-line.ts'

/** What is stored under one key, compared with the line that a page shows under it. */
export interface StoredLine {
  lineKey: string
  amount: string
  currency: string
  bookedOn: string
  text: string
  isEqual: boolean
  isRemoved: boolean
}

export interface Correction {
  kind: 'changed' | 'restored' | 'reused'
  storedKey: string
  line: Line
}

/** How many lines one key may name one after the other; the last of them then takes all further corrections. */
const namesMax = 20

/** The keys under which lines of a provider's key may be stored, the oldest first: `key`, `key#2`, … */
export const keysOf = (lineKey: string): string[] =>
  Array.from({ length: namesMax }, (_, index) =>
    index === 0 ? lineKey : `${lineKey}#${index + 1}`,
  )

/** What a line is whose key is stored with another content; null when it equals one of the lines the key has named. */
export const decide = (line: Line, stored: ReadonlyMap<string, StoredLine>): Correction | null => {
  const keys = keysOf(line.lineKey)
  const named = keys.flatMap((key) => stored.get(key) ?? [])
  const equal = named.find(({ isEqual }) => isEqual)
  if (equal) return equal.isRemoved ? { kind: 'restored', storedKey: equal.lineKey, line } : null
  const last = named.at(-1)
  const freeKey = keys[named.length]
  if (last && (freeKey === undefined || isCorrection(last, line)))
    return { kind: last.isRemoved ? 'restored' : 'changed', storedKey: last.lineKey, line }
  return { kind: 'reused', storedKey: freeKey ?? line.lineKey, line }
}
