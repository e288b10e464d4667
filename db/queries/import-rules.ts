/**
 * The rules by which a staged line of a file is a stored one. Each pairs the k-th staged line that shows a sign with the
 * k-th stored line that shows the same, so that two equal lines need two partners; each line is used once, and sure signs
 * come first. Lines that show one sign have one amount, and days that are as far apart as the rule says.
 */
import { sql } from 'slonik'
import type { StagedAccount } from './import-slices.ts'

type Fragment = ReturnType<typeof sql.fragment>

export interface Matching extends StagedAccount {
  /** Files of one source word the same fact in the same way. */
  source: string
}

/** What a line of either side is known by beside its day; null where it does not show it. */
export type Sign = (line: Fragment) => Fragment

export interface Rule {
  sign: Sign
  /** Days that the stored line is booked after the staged one. */
  days?: number
  /** What else must be true of a pair; a pair that fails stays apart. */
  holds?: (matching: Around) => Fragment
}

/** What is matched, and the days around which stored lines are looked for. */
export interface Around extends Matching {
  /** First and last day of the account in the file: of its lines, and as its statements claim. */
  fromOn: string
  toOn: string
}

export const shown = sql.fragment`shown`
export const stored = sql.fragment`stored`

/** How far apart the days may be on which two sources book one payment. */
export const daysMax = 5
/** How near an equal amount is to be worth a question. */
const nearDaysMax = 3

export const amountOf = (line: Fragment) =>
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

export const sameDay: readonly Rule[] = [
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

export const apart = (daysTo: number): number[] =>
  Array.from({ length: daysTo }, (_, index) => [index + 1, -index - 1]).flat()

/** Nearer days come first; no rule is tried where no stored line shows a sign of a staged one. */
export const otherDay = [
  { sign: byEndToEndId, holds: isElsewhere },
  { sign: byCounterpartyAccount, holds: isExpected },
  { sign: byStructuredReference, holds: isExpected },
]

export const near: readonly Rule[] = [
  { sign: amountOf, holds: () => stillStands },
  ...apart(nearDaysMax).map((days) => ({
    sign: amountOf,
    days,
    holds: (matching: Matching) => sql.fragment`${stillStands} AND ${isElsewhere(matching)}`,
  })),
]
