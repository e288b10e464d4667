/** Pairs staged lines of one slice with stored ones, a rule at a time, in one SQL statement. */
import type { DatabaseTransactionConnection } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'
import type { Around, Matching, Rule, Sign } from './import-rules.ts'
import { daysMax, shown, stored } from './import-rules.ts'
import type { Slice } from './import-slices.ts'
import { aroundSlice, inSlice } from './import-slices.ts'
import { joinAtOnce } from './import-staging.ts'

type Tx = DatabaseTransactionConnection
type Fragment = ReturnType<typeof sql.fragment>

export interface Place {
  slice: Slice
  around: Around
}

/** Keys of stored lines near a slice that other staged lines have taken, or are put beside. */
const takenKeys = (
  { slice, around: { importId, accountId } }: Place,
  { days = 0, margin = daysMax }: { days?: number; margin?: number },
) => sql.fragment`
  SELECT unnest(ARRAY[stored_key, near_key]) AS key FROM statement_import_line AS taken
  WHERE import_id = ${importId} AND account_id = ${accountId}
    AND ${aroundSlice(sql.fragment`taken`, slice, { days, margin })}
    AND (stored_key IS NOT NULL OR near_key IS NOT NULL)
  UNION ALL SELECT stored_key FROM statement_import_line
  WHERE import_id = ${importId} AND account_id = ${accountId} AND is_far`

/** Stored lines of the account that `taken` does not name; `where` says which. */
const freeLines = ({ accountId }: Around, where: Fragment) => sql.fragment`
  statement_line AS stored
  WHERE stored.account_id = ${accountId} AND NOT stored.is_reverted AND ${where}
    AND NOT EXISTS (SELECT FROM taken WHERE taken.key = stored.line_key)`

const openLines = ({ slice, around: { importId, accountId } }: Place) => sql.fragment`
  statement_import_line AS shown
  WHERE import_id = ${importId} AND account_id = ${accountId}
    AND stored_key IS NULL AND near_key IS NULL AND ${inSlice(shown, slice)}`

const isThereRow = z.object({ isThere: z.boolean() })

/** Whether any free line near a slice shows a sign that an open one shows. */
export const isShown = async (tx: Tx, place: Place, sign: Sign): Promise<boolean> => {
  const where = aroundSlice(stored, place.slice, { margin: daysMax })
  const { isThere } = await tx.one(sql.type(isThereRow)`
    WITH taken AS MATERIALIZED (${takenKeys(place, { margin: 2 * daysMax })}),
    known AS MATERIALIZED (
      SELECT ${sign(stored)} AS sign FROM ${freeLines(place.around, where)}
    )
    SELECT EXISTS (
      SELECT FROM ${openLines(place)} AND ${sign(shown)} IN (SELECT sign FROM known)
    ) AS "isThere"`)
  return isThere
}

/** Pairs by one rule; returns how many pairs were made. */
export const pair = async (
  tx: Tx,
  place: Place,
  { rule, column }: { rule: Rule; column: Fragment },
): Promise<number> => {
  const { sign, days = 0, holds } = rule
  const { slice, around } = place
  // sign and place among equal signs are one value, so that no plan joins all lines of one sign with one another
  const { rowCount } = await tx.query(sql.unsafe`
    WITH signed AS MATERIALIZED (
      SELECT number, (booked_on + ${days}::int)::text || ' ' || ${sign(shown)} AS sign
      FROM ${openLines(place)}
    ), numbered AS MATERIALIZED (
      SELECT number, sign || '#' || row_number() OVER (PARTITION BY sign ORDER BY number) AS nth
      FROM signed WHERE sign IS NOT NULL
    ), taken AS MATERIALIZED (${takenKeys(place, { days })}),
    known AS MATERIALIZED (
      SELECT line_key, added_seq, removed_at, booked_on, text, counterparty, counterparty_account,
        reference, bank_reference, connection_id, import_id,
        stored.booked_on::text || ' ' || ${sign(stored)} AS sign
      FROM ${freeLines(around, inSlice(stored, slice, days))}
    ), free AS MATERIALIZED (
      SELECT *, sign || '#' || row_number() OVER (
        -- what was removed counts as stored, after what still stands
        PARTITION BY sign ORDER BY removed_at IS NOT NULL, added_seq) AS nth
      FROM known WHERE sign IN (SELECT sign FROM signed)
    )
    UPDATE statement_import_line AS shown SET ${column} = stored.line_key
    FROM numbered JOIN free AS stored USING (nth)
    WHERE shown.import_id = ${around.importId} AND shown.account_id = ${around.accountId}
      AND ${inSlice(shown, slice)} AND shown.number = numbered.number
      AND ${holds?.(around) ?? sql.fragment`TRUE`}`)
  return rowCount
}

/** The key under which a line of a file is stored: what it says and how often before, nothing of its place. */
export const keyOf = (staged: Fragment): Fragment =>
  sql.fragment`'file:' || encode(${staged}.content_hash, 'hex') || '#' || ${staged}.occurrence`

/** A stored line that is too far from a staged one to be found around its slice. */
const isFar = sql.fragment`
  (abs(stored.booked_on - shown.booked_on) > ${daysMax}::int OR stored.amount <> shown.amount)`

/** A line that came from a file and was corrected since is known by its key alone. */
export const pairByKey = async (tx: Tx, around: Around, slice: Slice): Promise<number> => {
  const { importId, accountId } = around
  // OFFSET 0 keeps each line's look by key a look by key: no plan reads all lines of the account for one slice
  const { rowCount } = await tx.query(sql.unsafe`
    WITH found AS MATERIALIZED (
      SELECT shown.number, stored.line_key, ${isFar} AS is_far
      FROM statement_import_line AS shown CROSS JOIN LATERAL (
        SELECT line_key, booked_on, amount FROM statement_line
        WHERE account_id = ${accountId} AND line_key = ${keyOf(shown)} AND NOT is_reverted
        OFFSET 0
      ) AS stored
      WHERE shown.import_id = ${importId} AND shown.account_id = ${accountId}
        AND shown.stored_key IS NULL AND ${inSlice(shown, slice)}
        AND NOT EXISTS (
          SELECT FROM statement_import_line AS taken
          WHERE taken.import_id = ${importId} AND taken.account_id = ${accountId}
            AND taken.booked_on BETWEEN stored.booked_on - ${daysMax}::int
              AND stored.booked_on + ${daysMax}::int
            AND taken.amount = stored.amount AND taken.stored_key = stored.line_key
          OFFSET 0)
        AND NOT EXISTS (
          SELECT FROM statement_import_line AS taken
          WHERE taken.import_id = ${importId} AND taken.account_id = ${accountId}
            AND taken.is_far AND taken.stored_key = stored.line_key
          OFFSET 0)
    )
    UPDATE statement_import_line AS shown SET stored_key = found.line_key, is_far = found.is_far
    FROM found
    WHERE shown.import_id = ${importId} AND shown.account_id = ${accountId}
      AND ${inSlice(shown, slice)} AND shown.number = found.number`)
  return rowCount
}

/** Forgets what was found for lines that are not settled yet, because the account has changed since. */
export const forget = async (
  tx: Tx,
  { importId, accountId }: Matching,
  slice: Slice,
): Promise<void> => {
  await joinAtOnce(tx)
  await tx.query(sql.unsafe`
    UPDATE statement_import_line AS shown SET stored_key = NULL, near_key = NULL, is_far = FALSE
    FROM import_statement AS statement
    WHERE shown.import_id = ${importId} AND shown.account_id = ${accountId}
      AND ${inSlice(shown, slice)}
      AND (shown.stored_key IS NOT NULL OR shown.near_key IS NOT NULL)
      AND statement.import_id = shown.import_id AND statement.number = shown.statement
      AND statement.added IS NULL AND shown.number > statement.settled_to`)
  // of a settled line, the stored one may have been corrected meanwhile
  await tx.query(sql.unsafe`
    UPDATE statement_import_line AS shown SET is_far = TRUE
    WHERE shown.import_id = ${importId} AND shown.account_id = ${accountId}
      AND ${inSlice(shown, slice)} AND shown.stored_key IS NOT NULL AND NOT shown.is_far
      AND EXISTS (
        SELECT FROM statement_line AS stored
        WHERE stored.account_id = ${accountId} AND stored.line_key = shown.stored_key AND ${isFar}
        OFFSET 0)`)
}
