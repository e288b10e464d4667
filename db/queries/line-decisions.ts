import type { Words } from '../../domain/line-words.ts'
import { changeOf, contradicts, merge, saysSame, toLine } from '../../domain/line-words.ts'
import type { Line } from '../../domain/statement-line.ts'
import { isCorrection } from '../../domain/statement-line.ts'
import { contentText } from './line-rows.ts'
import { wordsOf } from './line-words.ts'

/** What is stored under one key, compared with the line that a page shows under it. */
export interface StoredLine {
  lineKey: string
  words: Words
  /** What was last said under this key, where it is not what is stored. */
  said: Words | null
  isEqual: boolean
  isRemoved: boolean
}

export interface Correction {
  /** `filled`: another source says what nobody had said; `noted`: nothing that is worth a number of the feed. */
  kind: 'changed' | 'restored' | 'reused' | 'filled' | 'noted'
  storedKey: string
  /** The line as it is from now on. */
  line: Line
  /** What was said under the stored key, if it was that key that was shown. */
  content: string | null
  /** See `StoredLine`. */
  said: Words | null
}

/** A stored line as a source shows it that has another key for it. */
export interface Sighting {
  /** The source's key of the line. */
  aliasKey: string
  /** What it says now, under the stored key. */
  line: Line
  /** What it said before; null where that is what is stored. */
  earlier: Words | null
  /** Its alias says so already. */
  isKept: boolean
}

/** How many lines one key may name one after the other; the last of them then takes all further corrections. */
const namesMax = 20

/** The keys under which lines of a provider's key may be stored, the oldest first: `key`, `key#2`, … */
export const keysOf = (lineKey: string): string[] =>
  Array.from({ length: namesMax }, (_, index) =>
    index === 0 ? lineKey : `${lineKey}#${index + 1}`,
  )

type AllStored = ReadonlyMap<string, StoredLine>

const listNamed = ({ lineKey }: Line, stored: AllStored): StoredLine[] =>
  keysOf(lineKey).flatMap((key) => stored.get(key) ?? [])

/** A stored line after what is shown under its own key. */
const corrected = (stored: StoredLine, line: Line): Correction => {
  const shown = wordsOf(line)
  const merged = merge(stored.words, stored.said ?? stored.words, shown)
  const isSame = saysSame(merged, stored.words)
  return {
    kind: stored.isRemoved ? 'restored' : isSame ? 'noted' : 'changed',
    storedKey: stored.lineKey,
    line: toLine(merged, { lineKey: stored.lineKey, raw: line.raw }),
    content: contentText(line),
    said: saysSame(merged, shown) ? null : shown,
  }
}

const decideAmong = (
  line: Line,
  named: readonly StoredLine[],
  freeKey: string | undefined,
): Correction | null => {
  const equal = named.find(({ isEqual }) => isEqual)
  if (equal) return equal.isRemoved ? corrected(equal, line) : null
  const last = named.at(-1)
  if (last && (freeKey === undefined || isCorrection(last.words, line)))
    return corrected(last, line)
  return {
    kind: 'reused',
    storedKey: freeKey ?? line.lineKey,
    line,
    content: contentText(line),
    said: null,
  }
}

/** What a line is whose key is stored with another content; null when it equals one of the lines the key has named. */
export const decide = (line: Line, stored: AllStored): Correction | null => {
  const named = listNamed(line, stored)
  return decideAmong(line, named, keysOf(line.lineKey)[named.length])
}

/** A stored line after what another source says of it. */
const merged = (stored: StoredLine, earlier: Words, line: Line): Correction | null => {
  const shown = wordsOf(line)
  const isOther = saysSame(earlier, shown) && contradicts(stored.words, shown)
  const words = isOther ? stored.words : merge(stored.words, earlier, shown)
  if (saysSame(words, stored.words) && !stored.isRemoved) return null
  return {
    kind: stored.isRemoved ? 'restored' : changeOf(stored.words, words),
    storedKey: stored.lineKey,
    line: toLine(words, { lineKey: stored.lineKey, raw: line.raw }),
    content: null,
    said: stored.said ?? stored.words,
  }
}

/**
 * What becomes of a line that another source shows, and whether the source says from now on what it shows now. Its key may
 * name another line by now, like any other key.
 */
export const decideSighting = (
  { line, earlier }: Sighting,
  stored: AllStored,
): { correction: Correction | null; isNoted: boolean } => {
  const [first, ...later] = listNamed(line, stored)
  if (!first) return { correction: null, isNoted: false }
  const before = earlier ?? first.words
  const isNoted =
    saysSame(before, wordsOf(line)) ||
    (!later.some(({ isEqual }) => isEqual) && isCorrection(before, line))
  const correction = isNoted
    ? merged(first, before, line)
    : decideAmong(line, later, keysOf(line.lineKey)[later.length + 1])
  return { correction, isNoted }
}
