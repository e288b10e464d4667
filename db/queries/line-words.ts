/** What sources say of lines, as JSON beside their rows. */
import { sql } from 'slonik'
import { z } from 'zod'
import type { Words } from '../../domain/line-words.ts'
import * as lineWords from '../../domain/line-words.ts'
import type { Line } from '../../domain/statement-line.ts'
import { fingerprintOf } from '../../domain/statement-line.ts'
import { storable } from './line-rows.ts'

export const words = z.object({
  bookedOn: z.string(),
  valueOn: z.string().nullable(),
  amount: z.string(),
  currency: z.string(),
  text: z.string(),
  counterparty: z.string().nullable(),
  counterpartyAccount: z.string().nullable(),
  reference: z.string().nullable(),
})

/** Half a surrogate pair is no text either: a column takes it as a sign of its own, JSON not at all. */
const writable = (text: string): string => storable(text).toWellFormed()

const optional = (text: string | null): string | null => (text === null ? null : writable(text))

/** What a line says, as it can be stored. */
export const wordsOf = (line: Line): Words => {
  const said = lineWords.wordsOf(line)
  return {
    ...said,
    text: writable(said.text),
    counterparty: optional(said.counterparty),
    counterpartyAccount: optional(said.counterpartyAccount),
    reference: optional(said.reference),
  }
}

/** What the row `stored` says. */
export const storedWords = sql.fragment`jsonb_build_object('bookedOn', stored.booked_on,
  'valueOn', stored.value_on, 'amount', stored.amount::text, 'currency', stored.currency,
  'text', stored.text, 'counterparty', stored.counterparty,
  'counterpartyAccount', stored.counterparty_account, 'reference', stored.reference)`

/** What a line says and is known by, as the columns of `saidTypes`. */
export const saidRow = (line: Line): string[] => [
  line.lineKey,
  JSON.stringify(wordsOf(line)),
  storable(line.raw),
  storable(fingerprintOf(line)),
]

export const saidTypes = ['text', 'jsonb', 'text', 'text']

export const saidColumns = sql.fragment`line_key, said, raw, canonical`
