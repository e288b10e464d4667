/** Ties keys that nobody knows to lines that other sources have stored. */
import type { DatabaseTransactionConnection } from 'slonik'
import { sql } from 'slonik'
import type { Line } from '../../domain/statement-line.ts'
import { currentTenant } from '../tenant.ts'
import type { Claimed, Unknown } from './line-aliases.ts'
import { claimedRow, daysOf, isOwn, ownerLives } from './line-aliases.ts'
import { retake } from './line-retaking.ts'
import type { PageOrigin } from './line-rows.ts'
import { saidColumns, saidRow, saidTypes } from './line-words.ts'

type Tx = DatabaseTransactionConnection

/** By what a line is known again: `shown` of the page, `stored` of the row. */
const signs = {
  fingerprint: {
    shown: sql.fragment`sha256(convert_to(canonical, 'UTF8'))`,
    stored: sql.fragment`stored.fingerprint`,
  },
  // the source that showed the line last had words of its own for it
  said: {
    shown: sql.fragment`sha256(convert_to(canonical, 'UTF8'))`,
    stored: sql.fragment`(
      SELECT said.fingerprint FROM line_alias AS said
      WHERE said.account_id = stored.account_id AND said.stored_key = stored.line_key
        AND said.connection_id = stored.connection_id AND said.generation = stored.generation)`,
  },
  // another provider words the same fact otherwise; of one account, day, amount and currency together say which it is
  fact: {
    shown: sql.fragment`concat_ws(' ', booked_on, trim_scale(amount), currency)`,
    stored: sql.fragment`concat_ws(' ', stored.booked_on, trim_scale(stored.amount), stored.currency)`,
  },
}

const without = (lines: readonly Line[], claimed: readonly Claimed[]): Line[] => {
  const keys = new Set(claimed.map(({ lineKey }) => lineKey))
  return lines.filter(({ lineKey }) => !keys.has(lineKey))
}

/**
 * Ties unknown keys to stored lines of other sources that are the same bank fact, occurrence by occurrence, so that two
 * equal lines need two partners: first those that are equal in everything, then those of equal day and amount. What was
 * tied by day and amount only is released for a line that is equal in everything, and looks for another partner.
 */
export const claim = async (
  tx: Tx,
  origin: PageOrigin,
  { lines, shown }: Unknown,
): Promise<{ claimed: Claimed[]; released: Line[] }> => {
  const same = await claimBy(tx, origin, { lines, shown, sign: signs.fingerprint })
  const left = without(lines, same)
  const said = await claimBy(tx, origin, { lines: left, shown, sign: signs.said })
  const { claimed: retaken, released } = await retake(tx, origin, {
    lines: without(left, said),
    shown,
  })
  const open = [...without(left, [...said, ...retaken]), ...released]
  const alike = await claimBy(tx, origin, { lines: open, shown, sign: signs.fact })
  return { claimed: [...same, ...said, ...retaken, ...alike], released }
}

const claimBy = async (
  tx: Tx,
  origin: PageOrigin,
  { lines, shown, sign }: Unknown & { sign: (typeof signs)['fact'] },
): Promise<readonly Claimed[]> => {
  if (lines.length === 0) return []
  const { accountId, connectionId, generation } = origin
  const shownKeys = shown.map(({ lineKey }) => lineKey)
  const rows = lines.map((line) => [...saidRow(line), line.bookedOn, line.amount, line.currency])
  return tx.any(sql.type(claimedRow)`
    WITH shown AS (
      SELECT *, row_number() OVER (PARTITION BY sign ORDER BY position) AS nth
      FROM (
        SELECT ${saidColumns}, position, ${sign.shown} AS sign
        FROM ${sql.unnest(rows, [...saidTypes, 'date', 'numeric', 'text'])} WITH ORDINALITY
          AS page (${saidColumns}, booked_on, amount, currency, position)
      ) AS signed
    ), free AS (
      SELECT stored.line_key, ${sign.stored} AS sign, ${ownerLives(origin)} AS owner_lives,
        row_number() OVER (PARTITION BY ${sign.stored} ORDER BY added_seq) AS nth
      FROM statement_line AS stored
      WHERE stored.account_id = ${accountId}
        AND stored.booked_on = ANY(${sql.array(daysOf(lines), 'date')})
        AND ${sign.stored} IN (SELECT sign FROM shown)
        AND stored.removed_at IS NULL AND NOT ${isOwn(origin)}
        AND stored.line_key <> ALL(${sql.array(shownKeys, 'text')})
        AND NOT EXISTS (
          SELECT FROM line_alias AS alias
          WHERE alias.account_id = ${accountId} AND alias.stored_key = stored.line_key
            AND alias.connection_id = ${connectionId} AND alias.generation = ${generation})
    ), tied AS (
      INSERT INTO line_alias (tenant_id, account_id, connection_id, generation, line_key,
        stored_key, shown, raw, fingerprint)
      SELECT ${currentTenant}, ${accountId}, ${connectionId}, ${generation}, shown.line_key,
        free.line_key, shown.said, shown.raw, sha256(convert_to(canonical, 'UTF8'))
      FROM shown JOIN free USING (sign, nth)
    )
    SELECT shown.line_key AS "lineKey", free.line_key AS "storedKey",
      free.owner_lives AS "ownerLives"
    FROM shown JOIN free USING (sign, nth)`)
}
