/** Lines as rows: what a page of them is written with. */
import { sql } from 'slonik'
import type { Line } from '../../domain/statement-line.ts'
import { contentOf, fingerprintOf } from '../../domain/statement-line.ts'

/** Who shows a line: keys of lines count within one generation of one connection. */
export interface LineSource {
  connectionId: string
  generation: number
}

/** Where a page belongs and came from. */
export interface PageOrigin extends LineSource {
  accountId: string
  syncRunId: string
}

/** Lines that take the numbers after `seq`. */
export interface Numbered<T> {
  lines: readonly T[]
  seq: number
}

/** PostgreSQL knows no NUL in text; one must not stop a whole page for ever. */
export const storable = (text: string): string =>
  text.includes('\0') ? text.replaceAll('\0', '') : text

const optional = (text: string | undefined): string | null =>
  text === undefined ? null : storable(text)

/** What a line says, as the text whose hash is stored. */
export const contentText = (line: Line): string => storable(contentOf(line))

/** A line as the columns of `lineTypes`. */
export const toRow = (line: Line): (string | null)[] => {
  const canonical = fingerprintOf(line)
  return [
    line.lineKey,
    line.bookedOn,
    line.valueOn ?? null,
    line.amount,
    line.currency,
    storable(line.text),
    optional(line.counterparty),
    optional(line.counterpartyAccount),
    optional(line.reference),
    storable(line.raw),
    storable(contentOf(line, canonical)),
    storable(canonical),
  ]
}

export const lineTypes = [
  'text',
  'date',
  'date',
  'numeric',
  'text',
  'text',
  'text',
  'text',
  'text',
  'text',
  'text',
  'text',
]

export const lineColumns = sql.fragment`
  line_key, booked_on, value_on, amount, currency, text, counterparty, counterparty_account,
  reference, raw, content, canonical`

/** Hashes of the canonical texts; `domain/` writes the texts and may not hash. */
export const hashes = sql.fragment`
  sha256(convert_to(content, 'UTF8')) AS content_hash,
  sha256(convert_to(canonical, 'UTF8')) AS fingerprint`
