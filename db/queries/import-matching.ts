/**
 * Says which staged lines of a file are stored already. Each rule pairs the k-th staged line that shows a sign with the
 * k-th stored line that shows the same, so that two equal lines need two partners; each line is used once, and sure signs
 * come first. Preview and import run the same statements.
 */
import type { DatabaseTransactionConnection } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'
import { count } from '../row.ts'
import * as staging from './import-staging.ts'

type Tx = DatabaseTransactionConnection
type Fragment = ReturnType<typeof sql.fragment>

export interface Matching {
  importId: string
  accountId: string
  /** Files of one source word the same fact in the same way. */
  source: string
}

/** What a line of either side is known by beside its day; null where it does not show it. */
type Sign = (line: Fragment) => Fragment

interface Rule {
  sign: Sign
  /** Days that the stored line is booked after the staged one. */
  days?: number
  /** What else must be true of a pair; a pair that fails stays apart. */
  holds?: (source: string) => Fragment
}

const shown = sql.fragment`shown`
const stored = sql.fragment`stored`

/** How far apart the days may be on which two sources book one payment. */
const daysMax = 5
/** How near an equal amount is to be worth a question. */
const nearDaysMax = 3

const amountOf = (line: Fragment) =>
  sql.fragment`trim_scale(${line}.amount)::text || ' ' || ${line}.currency`

const compact = (text: Fragment) =>
  sql.fragment`upper(regexp_replace(${text}, '[^A-Za-z0-9]', '', 'g'))`

/** Null for what is too short to say anything, or says that there is nothing. */
const telling = (text: Fragment) => sql.fragment`
  CASE WHEN length(${compact(text)}) >= 4 AND ${compact(text)} <> 'NOTPROVIDED'
    THEN ${compact(text)} END`

const amountAnd = (column: Fragment) => (line: Fragment) =>
  sql.fragment`${amountOf(line)} || ' ' || ${telling(sql.fragment`${line}.${column}`)}`

const byEndToEndId = amountAnd(sql.fragment`end_to_end_id`)
const byCounterpartyAccount = amountAnd(sql.fragment`counterparty_account`)
const byStructuredReference = amountAnd(sql.fragment`reference`)

const differ = (column: Fragment) => sql.fragment`
  ${telling(sql.fragment`shown.${column}`)} <> ${telling(sql.fragment`stored.${column}`)}`

const ibanPattern = '^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$'
/** Somebody else's account; a line that names its own account as the other side says nothing of the other side. */
const namesAnother = (line: Fragment) => sql.fragment`
  (${compact(sql.fragment`${line}.counterparty_account`)} ~ ${ibanPattern}
    AND ${compact(sql.fragment`${line}.counterparty_account`)} IS DISTINCT FROM (
      SELECT ${compact(sql.fragment`account.number`)} FROM account WHERE id = shown.account_id))`

/** Letters and digits only, so that accents read otherwise make no difference; in other scripts all of the text. */
const wordsOf = (line: Fragment) => sql.fragment`
  coalesce(nullif(${compact(sql.fragment`${line}.text`)}, ''), ${line}.text)`

/** The stored line came from a file of the same source and from nowhere else. */
const isSameSource = (source: string) => sql.fragment`
  (stored.connection_id IS NULL AND EXISTS (
    SELECT FROM statement_import AS earlier
    WHERE earlier.id = stored.import_id AND earlier.source = ${source}))`

/** One source does not word a line in two ways: where anything differs, these are two. */
const isUncontradicted = (source: string) => sql.fragment`
  NOT (${isSameSource(source)} AND (
    coalesce(${differ(sql.fragment`counterparty_account`)}, FALSE)
    OR coalesce(${differ(sql.fragment`reference`)}, FALSE)
    OR coalesce(${differ(sql.fragment`counterparty`)}, FALSE)
    OR ${wordsOf(shown)} <> ${wordsOf(stored)}
    OR coalesce(shown.bank_reference <> stored.bank_reference, FALSE)))`

/** Day and amount alone do not make one line of two whose counterparties have different accounts. */
const isPlausible = (source: string) => sql.fragment`
  ${isUncontradicted(source)} AND NOT coalesce(${namesAnother(shown)} AND ${namesAnother(stored)}
    AND ${differ(sql.fragment`counterparty_account`)}, FALSE)`

/** Two sources may book one payment on different days; one source does not. */
const isElsewhere = (source: string) => sql.fragment`NOT ${isSameSource(source)}`

/** A stored line outside the days of the file is not missing from it: it may well be an earlier, equal payment. */
const isExpected = (source: string) => sql.fragment`
  ${isElsewhere(source)} AND stored.booked_on BETWEEN period.from_on AND period.to_on`

const stillStands = sql.fragment`stored.removed_at IS NULL`

const sameDay: readonly Rule[] = [
  // the bank says itself that it is this line
  { sign: (line) => sql.fragment`${amountOf(line)} || ' ' || ${line}.bank_reference` },
  { sign: (line) => sql.fragment`encode(${line}.content_hash, 'hex')` },
  { sign: (line) => sql.fragment`encode(${line}.fingerprint, 'hex')`, holds: isUncontradicted },
  // another source words the same fact otherwise
  { sign: byEndToEndId, holds: isUncontradicted },
  { sign: byCounterpartyAccount, holds: isUncontradicted },
  { sign: byStructuredReference, holds: isUncontradicted },
  { sign: amountOf, holds: isPlausible },
]

const apart = (daysTo: number): number[] =>
  Array.from({ length: daysTo }, (_, index) => [index + 1, -index - 1]).flat()

/** Nearer days come first; no rule is tried where no stored line shows a sign of a staged one. */
const otherDay = [
  { sign: byEndToEndId, holds: isElsewhere },
  { sign: byCounterpartyAccount, holds: isExpected },
  { sign: byStructuredReference, holds: isExpected },
]

const near: readonly Rule[] = [
  { sign: amountOf, holds: () => stillStands },
  ...apart(nearDaysMax).map((days) => ({
    sign: amountOf,
    days,
    holds: (source: string) => sql.fragment`${stillStands} AND ${isElsewhere(source)}`,
  })),
]

const stagedOf = ({ importId, accountId }: Matching) =>
  sql.fragment`import_id = ${importId} AND account_id = ${accountId}`

const candidateRow = z.object({ staged: count, candidates: count })

/** Finds for each staged line of an account the stored line that it is, or may be; what was found before is kept. */
export const match = async (tx: Tx, matching: Matching): Promise<void> => {
  await staging.joinAtOnce(tx)
  const left = await pairStored(tx, matching, await countOpen(tx, matching))
  if (left > 0 && (await isShown(tx, matching, amountOf)))
    for (const rule of near) await pair(tx, matching, { rule, column: nearKey })
}

/** Pairs by the sure rules until no staged line is left, and returns how many are. */
const pairStored = async (tx: Tx, matching: Matching, open: number): Promise<number> => {
  let left = open
  for (const rule of sameDay) {
    if (left > 0) left -= await pair(tx, matching, { rule, column: storedKey })
  }
  for (const rule of otherDay) {
    if (left === 0 || !(await isShown(tx, matching, rule.sign))) continue
    for (const days of apart(daysMax))
      left -= await pair(tx, matching, { rule: { ...rule, days }, column: storedKey })
  }
  return left === 0 ? 0 : left - (await pairByKey(tx, matching))
}

/** How many staged lines may have a partner; 0 where nothing is stored around their days. */
const countOpen = async (tx: Tx, matching: Matching): Promise<number> => {
  const { staged, candidates } = await tx.one(sql.type(candidateRow)`
    SELECT count(*) AS staged, (
      SELECT count(*) FROM (
        SELECT FROM statement_line AS stored, ${periodOf(matching)} AS period
        WHERE stored.account_id = ${matching.accountId} AND NOT is_reverted
          AND stored.booked_on BETWEEN period.from_on - ${daysMax}::int
            AND period.to_on + ${daysMax}::int
        LIMIT 1
      ) AS one
    ) AS candidates
    FROM statement_import_line WHERE ${stagedOf(matching)} AND stored_key IS NULL`)
  return candidates === 0 ? 0 : staged
}

/** First and last day of the account in the file: of its lines, and as its statements claim. */
const periodOf = ({ importId, accountId }: Matching) => sql.fragment`(
  SELECT min(day) AS from_on, max(day) AS to_on
  FROM (
    SELECT booked_on AS day FROM statement_import_line
    WHERE import_id = ${importId} AND account_id = ${accountId}
    UNION ALL
    SELECT unnest(ARRAY[summary ->> 'from', summary ->> 'to'])::date FROM import_statement
    WHERE import_id = ${importId} AND account_id = ${accountId}
      AND verdict IN ('importable', 'waiting')
  ) AS days)`

/** Stored lines that another staged line has taken, or is put beside. */
const isTaken = ({ importId, accountId }: Matching, column: Fragment) => sql.fragment`EXISTS (
  SELECT FROM statement_import_line AS taken
  WHERE taken.import_id = ${importId} AND taken.account_id = ${accountId}
    AND taken.${column} = stored.line_key)`

const storedKey = sql.fragment`stored_key`
const nearKey = sql.fragment`near_key`

/** Stored lines around the days of the file that are free to be paired. */
const freeLines = (matching: Matching) => sql.fragment`
  statement_line AS stored, ${periodOf(matching)} AS period
  WHERE stored.account_id = ${matching.accountId} AND NOT is_reverted
    AND booked_on BETWEEN period.from_on - ${daysMax}::int AND period.to_on + ${daysMax}::int
    AND NOT ${isTaken(matching, storedKey)} AND NOT ${isTaken(matching, nearKey)}`

const openLines = (matching: Matching) => sql.fragment`
  statement_import_line AS shown
  WHERE ${stagedOf(matching)} AND stored_key IS NULL AND near_key IS NULL`

const isShownRow = z.object({ isShown: z.boolean() })

/** Whether any free line shows a sign that an open one shows, whatever their days. */
const isShown = async (tx: Tx, matching: Matching, sign: Sign): Promise<boolean> => {
  const row = await tx.one(sql.type(isShownRow)`
    SELECT EXISTS (
      SELECT FROM ${openLines(matching)}
        AND ${sign(shown)} IN (SELECT ${sign(stored)} FROM ${freeLines(matching)})
    ) AS "isShown"`)
  return row.isShown
}

/** Pairs by one rule; returns how many pairs were made. */
const pair = async (
  tx: Tx,
  matching: Matching,
  { rule, column }: { rule: Rule; column: Fragment },
): Promise<number> => {
  const { sign, days = 0, holds } = rule
  const { rowCount } = await tx.query(sql.unsafe`
    WITH period AS MATERIALIZED (SELECT * FROM ${periodOf(matching)} AS days), signed AS (
      SELECT number, (booked_on + ${days}::int)::text || ' ' || ${sign(shown)} AS sign
      FROM ${openLines(matching)}
    ), numbered AS (
      SELECT number, sign, row_number() OVER (PARTITION BY sign ORDER BY number) AS nth
      FROM signed WHERE sign IS NOT NULL
    ), free AS (
      SELECT *, row_number() OVER (
        -- what was removed counts as stored, after what still stands
        PARTITION BY sign ORDER BY removed_at IS NOT NULL, added_seq) AS nth
      FROM (
        SELECT stored.line_key, added_seq, removed_at, booked_on, text, counterparty, counterparty_account,
          reference, bank_reference, connection_id, import_id,
          booked_on::text || ' ' || ${sign(stored)} AS sign
        FROM ${freeLines(matching)}
      ) AS known
      WHERE sign IN (SELECT sign FROM numbered)
    )
    UPDATE statement_import_line AS shown SET ${column} = stored.line_key
    FROM numbered JOIN free AS stored USING (sign, nth), period
    WHERE shown.import_id = ${matching.importId} AND shown.number = numbered.number
      AND ${holds?.(matching.source) ?? sql.fragment`TRUE`}`)
  return rowCount
}

/** The key under which a line of a file is stored: what it says and how often before, nothing of its place. */
export const keyOf = (staged: Fragment): Fragment =>
  sql.fragment`'file:' || encode(${staged}.content_hash, 'hex') || '#' || ${staged}.occurrence`

/** A line that came from a file and was corrected since is known by its key alone. */
const pairByKey = async (tx: Tx, matching: Matching): Promise<number> => {
  const { rowCount } = await tx.query(sql.unsafe`
    UPDATE statement_import_line AS shown SET stored_key = stored.line_key
    FROM statement_line AS stored
    WHERE shown.import_id = ${matching.importId} AND shown.account_id = ${matching.accountId}
      AND shown.stored_key IS NULL
      AND stored.account_id = ${matching.accountId} AND stored.line_key = ${keyOf(shown)}
      AND NOT stored.is_reverted
      AND NOT ${isTaken(matching, storedKey)}`)
  return rowCount
}

/** Forgets what was found for statements that are not imported yet, because the account has changed since. */
export const forget = async (tx: Tx, matching: Matching): Promise<void> => {
  await tx.query(sql.unsafe`
    UPDATE statement_import_line AS staged SET stored_key = NULL, near_key = NULL
    FROM import_statement AS statement
    WHERE staged.import_id = ${matching.importId} AND staged.account_id = ${matching.accountId}
      AND (staged.stored_key IS NOT NULL OR staged.near_key IS NOT NULL)
      AND statement.import_id = staged.import_id AND statement.number = staged.statement
      AND statement.added IS NULL`)
}
