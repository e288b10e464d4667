/**
 * Slices of the staged lines of an account: as many as one SQL statement takes, whatever the size of the file. A slice
 * ends between two days or two amounts, so that lines which may be one are always in one slice.
 */
import type { DatabaseTransactionConnection } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'
import { count } from '../row.ts'

type Tx = DatabaseTransactionConnection
type Fragment = ReturnType<typeof sql.fragment>

/** Runs work in a SQL transaction: its own, or one that is open. */
export type Run = <Value>(work: (tx: Tx) => Promise<Value>) => Promise<Value>

/** The staged lines of one account of an import. */
export interface StagedAccount {
  importId: string
  accountId: string
}

interface Edge {
  on: string
  amount: string
}

/** Lines behind `after` and up to `upTo`, by day and then by amount. */
export interface Slice {
  after: Edge
  upTo: Edge
}

/** How many lines are compared by one SQL statement; more only where more have one day and one amount. */
export const sliceLines = 10_000

/** Lines of a slice, or those so many days after it. */
export const inSlice = (line: Fragment, { after, upTo }: Slice, days = 0): Fragment => {
  const on =
    days === 0 ? sql.fragment`${line}.booked_on` : sql.fragment`${line}.booked_on - ${days}::int`
  return sql.fragment`
    ${line}.booked_on BETWEEN ${after.on}::date + ${days}::int AND ${upTo.on}::date + ${days}::int
    AND (${on}, ${line}.amount) > (${after.on}::date, ${after.amount}::numeric)
    AND (${on}, ${line}.amount) <= (${upTo.on}::date, ${upTo.amount}::numeric)`
}

/** Lines at most so many days around a slice, or days after it; where the slice is one day, with its amounts only. */
export const aroundSlice = (
  line: Fragment,
  { after, upTo }: Slice,
  { days = 0, margin }: { days?: number; margin: number },
): Fragment => sql.fragment`
  ${line}.booked_on BETWEEN ${after.on}::date + ${days - margin}::int
    AND ${upTo.on}::date + ${days + margin}::int
  ${
    after.on === upTo.on
      ? sql.fragment`AND ${line}.amount > ${after.amount}::numeric
          AND ${line}.amount <= ${upTo.amount}::numeric`
      : sql.fragment``
  }`

const edgeRow = z.object({ on: z.string(), amount: z.string() })

/** The day before the first line. */
const maybeOneStart = (tx: Tx, { importId, accountId }: StagedAccount): Promise<Edge | null> =>
  tx.maybeOne(sql.type(edgeRow)`
    SELECT booked_on - 1 AS "on", 0::numeric AS amount FROM statement_import_line
    WHERE import_id = ${importId} AND account_id = ${accountId}
    ORDER BY booked_on, amount LIMIT 1`)

const maybeOneEdge = (
  tx: Tx,
  { importId, accountId }: StagedAccount,
  { after, max }: { after: Edge; max: number },
): Promise<Edge | null> =>
  tx.maybeOne(sql.type(edgeRow)`
    SELECT booked_on AS "on", amount FROM (
      SELECT booked_on, amount FROM statement_import_line
      WHERE import_id = ${importId} AND account_id = ${accountId}
        -- by the day alone as well: under row security no index is asked for an amount
        AND booked_on >= ${after.on}::date
        AND (booked_on, amount) > (${after.on}::date, ${after.amount}::numeric)
      ORDER BY booked_on, amount LIMIT ${max}
    ) AS next ORDER BY booked_on DESC, amount DESC LIMIT 1`)

const openRow = z.object({ open: count })

/** How many lines of a slice have no partner. */
export const countOpen = async (
  tx: Tx,
  { importId, accountId }: StagedAccount,
  slice: Slice,
): Promise<number> => {
  const { open } = await tx.one(sql.type(openRow)`
    SELECT count(*) AS open FROM statement_import_line AS shown
    WHERE import_id = ${importId} AND account_id = ${accountId}
      AND stored_key IS NULL AND near_key IS NULL AND ${inSlice(sql.fragment`shown`, slice)}`)
  return open
}

/** All slices in order, the same each time while the staged lines are the same. */
export const listSlices = async (
  run: Run,
  staged: StagedAccount,
  max: number,
): Promise<(Slice & { open: number })[]> => {
  const slices: (Slice & { open: number })[] = []
  let after = await run((tx) => maybeOneStart(tx, staged))
  while (after !== null) {
    const from = after
    const slice = await run(async (tx) => {
      const upTo = await maybeOneEdge(tx, staged, { after: from, max })
      if (upTo === null) return null
      return { after: from, upTo, open: await countOpen(tx, staged, { after: from, upTo }) }
    })
    if (slice !== null) slices.push(slice)
    after = slice?.upTo ?? null
  }
  return slices
}
