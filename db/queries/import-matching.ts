/**
 * Says which staged lines of a file are stored already. Each rule pairs the k-th staged line that shows a sign with the
 * k-th stored line that shows the same, so that two equal lines need two partners; each line is used once, and sure signs
 * come first. Preview and import run the same statements.
 */
import type { DatabaseTransactionConnection } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'
import { count } from '../row.ts'
import { joinAtOnce } from './import-staging.ts'

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
  holds?: (matching: Around) => Fragment
}

/** What is matched, and the days around which stored lines are looked for. */
interface Around extends Matching {
  /** First and last day of the account in the file: of its lines, and as its statements claim. */
  fromOn: string
  toOn: string
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
const isSameSource = ({ source }: Matching) => sql.fragment`
  (stored.connection_id IS NULL AND EXISTS (
    SELECT FROM statement_import AS earlier
    WHERE earlier.id = stored.import_id AND earlier.source = ${source}))`

/** One source does not word a line in two ways: where anything differs, these are two. */
const isUncontradicted = (matching: Matching) => sql.fragment`
  NOT (${isSameSource(matching)} AND (
    coalesce(${differ(sql.fragment`counterparty_account`)}, FALSE)
    OR coalesce(${differ(sql.fragment`reference`)}, FALSE)
    OR coalesce(${differ(sql.fragment`counterparty`)}, FALSE)
    OR ${wordsOf(shown)} <> ${wordsOf(stored)}
    OR coalesce(shown.bank_reference <> stored.bank_reference, FALSE)))`

/** Day and amount alone do not make one line of two whose counterparties have different accounts. */
const isPlausible = (matching: Matching) => sql.fragment`
  ${isUncontradicted(matching)} AND NOT coalesce(${namesAnother(shown)} AND ${namesAnother(stored)}
    AND ${differ(sql.fragment`counterparty_account`)}, FALSE)`

/** Two sources may book one payment on different days; one source does not. */
const isElsewhere = (matching: Matching) => sql.fragment`NOT ${isSameSource(matching)}`

/** A stored line outside the days of the file is not missing from it: it may well be an earlier, equal payment. */
const isExpected = (matching: Around) => sql.fragment`
  ${isElsewhere(matching)}
  AND stored.booked_on BETWEEN ${matching.fromOn}::date AND ${matching.toOn}::date`

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
    holds: (matching: Matching) => sql.fragment`${stillStands} AND ${isElsewhere(matching)}`,
  })),
]

/** Finds for each staged line of an account the stored line that it is, or may be; what was found before is kept. */
export const match = async (tx: Tx, matching: Matching): Promise<void> => {
  await joinAtOnce(tx)
  const { open, fromOn, toOn } = await lookAtOpen(tx, matching)
  if (open === 0 || fromOn === null || toOn === null) return
  const around = { ...matching, fromOn, toOn }
  if (!(await hasFree(tx, around))) return
  const left = await pairStored(tx, around, open)
  if (left > 0 && (await isShown(tx, around, amountOf)))
    for (const rule of near) await pair(tx, around, { rule, column: nearKey })
}

/** Pairs by the sure rules until no staged line is left, and returns how many are. */
const pairStored = async (tx: Tx, around: Around, open: number): Promise<number> => {
  let left = open
  for (const rule of sameDay) {
    if (left > 0) left -= await pair(tx, around, { rule, column: storedKey })
  }
  for (const rule of otherDay) {
    if (left === 0 || !(await isShown(tx, around, rule.sign))) continue
    for (const days of apart(daysMax))
      left -= await pair(tx, around, { rule: { ...rule, days }, column: storedKey })
  }
  return left === 0 ? 0 : left - (await pairByKey(tx, around))
}

const openRow = z.object({
  open: count,
  fromOn: z.string().nullable(),
  toOn: z.string().nullable(),
})

/** How many staged lines have no partner, and the days of the account in the file. */
const lookAtOpen = (tx: Tx, { importId, accountId }: Matching): Promise<z.infer<typeof openRow>> =>
  tx.one(sql.type(openRow)`
    WITH claimed AS (
      SELECT min((summary ->> 'from')::date) AS from_on, max((summary ->> 'to')::date) AS to_on
      FROM import_statement
      WHERE import_id = ${importId} AND account_id = ${accountId}
        AND verdict IN ('importable', 'waiting')
    ), lines AS (
      SELECT count(*) FILTER (WHERE stored_key IS NULL) AS open, min(booked_on) AS from_on,
        max(booked_on) AS to_on
      FROM statement_import_line WHERE import_id = ${importId} AND account_id = ${accountId}
    )
    SELECT lines.open, least(lines.from_on, claimed.from_on) AS "fromOn",
      greatest(lines.to_on, claimed.to_on) AS "toOn"
    FROM lines, claimed`)

const isThereRow = z.object({ isThere: z.boolean() })

const hasFree = async (tx: Tx, around: Around): Promise<boolean> => {
  const { isThere } = await tx.one(sql.type(isThereRow)`
    SELECT EXISTS (SELECT FROM ${freeLines(around)}) AS "isThere"`)
  return isThere
}

/** Stored lines that another staged line has taken, or is put beside. */
const isTaken = ({ importId, accountId }: Matching, column: Fragment) => sql.fragment`EXISTS (
  SELECT FROM statement_import_line AS taken
  WHERE taken.import_id = ${importId} AND taken.account_id = ${accountId}
    AND taken.${column} = stored.line_key)`

const storedKey = sql.fragment`stored_key`
const nearKey = sql.fragment`near_key`

/** Stored lines around the days of the file that are free to be paired. */
const freeLines = (around: Around) => sql.fragment`
  statement_line AS stored
  WHERE stored.account_id = ${around.accountId} AND NOT stored.is_reverted
    AND stored.booked_on BETWEEN ${around.fromOn}::date - ${daysMax}::int
      AND ${around.toOn}::date + ${daysMax}::int
    AND NOT ${isTaken(around, storedKey)} AND NOT ${isTaken(around, nearKey)}`

const openLines = ({ importId, accountId }: Matching) => sql.fragment`
  statement_import_line AS shown
  WHERE import_id = ${importId} AND account_id = ${accountId}
    AND stored_key IS NULL AND near_key IS NULL`

/** Whether any free line shows a sign that an open one shows, whatever their days. */
const isShown = async (tx: Tx, around: Around, sign: Sign): Promise<boolean> => {
  const { isThere } = await tx.one(sql.type(isThereRow)`
    SELECT EXISTS (
      SELECT FROM ${openLines(around)}
        AND ${sign(shown)} IN (SELECT ${sign(stored)} FROM ${freeLines(around)})
    ) AS "isThere"`)
  return isThere
}

/** Pairs by one rule; returns how many pairs were made. */
const pair = async (
  tx: Tx,
  around: Around,
  { rule, column }: { rule: Rule; column: Fragment },
): Promise<number> => {
  const { sign, days = 0, holds } = rule
  // sign and place among equal signs are one value, so that no plan joins all lines of one sign with one another
  const { rowCount } = await tx.query(sql.unsafe`
    WITH signed AS MATERIALIZED (
      SELECT number, (booked_on + ${days}::int)::text || ' ' || ${sign(shown)} AS sign
      FROM ${openLines(around)}
    ), numbered AS MATERIALIZED (
      SELECT number, sign || '#' || row_number() OVER (PARTITION BY sign ORDER BY number) AS nth
      FROM signed WHERE sign IS NOT NULL
    ), known AS MATERIALIZED (
      SELECT line_key, added_seq, removed_at, booked_on, text, counterparty, counterparty_account,
        reference, bank_reference, connection_id, import_id, stored.booked_on::text || ' ' || ${sign(stored)} AS sign
      FROM ${freeLines(around)}
    ), free AS MATERIALIZED (
      SELECT *, sign || '#' || row_number() OVER (
        -- what was removed counts as stored, after what still stands
        PARTITION BY sign ORDER BY removed_at IS NOT NULL, added_seq) AS nth
      FROM known WHERE sign IN (SELECT sign FROM signed)
    )
    UPDATE statement_import_line AS shown SET ${column} = stored.line_key
    FROM numbered JOIN free AS stored USING (nth)
    WHERE shown.import_id = ${around.importId} AND shown.number = numbered.number
      AND ${holds?.(around) ?? sql.fragment`TRUE`}`)
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
