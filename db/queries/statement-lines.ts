/** Booked lines: pages go in, the feed and the keys already known come out. */
import type { DatabaseTransactionConnection } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'
import type { Line } from '../../domain/statement-line.ts'
import { count } from '../row.ts'
import { applyCorrections, removeLines } from './line-corrections.ts'
import { otherSources, resolve } from './line-identity.ts'
import { insertNew } from './line-insertion.ts'
import type { LineSource, PageOrigin } from './line-rows.ts'
import { applySightings } from './line-sightings.ts'

type Tx = DatabaseTransactionConnection

export interface LinePage extends PageOrigin {
  lines: readonly Line[]
  /** Keys of lines the provider no longer shows. */
  removedLineKeys: readonly string[]
}

export interface Stored {
  added: number
  /** Corrected by the bank, or shown again after a removal. */
  changed: number
  removed: number
  /** Not changed by anybody: another source says what nobody had said. */
  filled: number
}

const lockRow = z.object({ lastSeq: count, seenSeq: count, several: z.boolean() })
const severalRow = z.object({ several: z.boolean() })

/**
 * Locks the account for the caller's transaction; returns its last number, and whether other sources bring lines of it.
 * Later statements see all that the holder of the lock before us wrote. This one was begun before: where a number was
 * given out since, its look at other sources is repeated.
 */
const lockAccount = async (
  tx: Tx,
  page: PageOrigin,
): Promise<{ lastSeq: number; several: boolean }> => {
  const locked = await tx.one(sql.type(lockRow)`
    SELECT last_seq AS "lastSeq",
      (SELECT last_seq FROM account AS seen WHERE seen.id = ${page.accountId}) AS "seenSeq",
      ${otherSources(page)} AS several
    FROM account WHERE id = ${page.accountId} FOR UPDATE`)
  if (locked.seenSeq === locked.lastSeq) return locked
  const { several } = await tx.one(sql.type(severalRow)`SELECT ${otherSources(page)} AS several`)
  return { lastSeq: locked.lastSeq, several }
}

/**
 * Stores one page under the lock of its account, where every change gets the next number of the feed. A page may be
 * repeated: a line with equal content changes nothing, another content under its key is a correction, and a key that
 * names another line now is stored beside it as `key#2`. What another source says of a line adds to it only.
 */
export const storePage = async (tx: Tx, page: LinePage): Promise<Stored> => {
  const stored: Stored = { added: 0, changed: 0, removed: 0, filled: 0 }
  if (page.lines.length + page.removedLineKeys.length === 0) return stored
  const { lastSeq, several } = await lockAccount(tx, page)
  let seq = lastSeq
  const shown = several ? await resolve(tx, page, page) : { ...page, sightings: [] }
  let rest = shown.lines
  while (rest.length > 0) {
    const { first, repeated } = byKey(rest)
    const distinct = [...first.values()]
    const { added, differing } = await insertNew(tx, page, { lines: distinct, seq })
    if (added > 0) seq += distinct.length
    const corrections = differing.flatMap((key) => first.get(key) ?? [])
    const corrected = await applyCorrections(tx, page, { lines: corrections, seq })
    seq += corrected.added + corrected.changed
    stored.added += added + corrected.added
    stored.changed += corrected.changed
    rest = repeated
  }
  const seen = await applySightings(tx, page, { lines: shown.sightings, seq })
  seq += seen.added + seen.changed + seen.filled
  stored.added += seen.added
  stored.changed += seen.changed
  stored.filled = seen.filled
  stored.removed = await removeLines(tx, page, { lineKeys: shown.removedLineKeys, seq })
  return stored
}

/** The first line of each key, and the lines that name a key of the same page again. */
const byKey = (lines: readonly Line[]): { first: Map<string, Line>; repeated: Line[] } => {
  const first = new Map<string, Line>()
  const repeated: Line[] = []
  for (const line of lines) {
    if (first.has(line.lineKey)) repeated.push(line)
    else first.set(line.lineKey, line)
  }
  return { first, repeated }
}

const feedRow = z.object({
  seq: count,
  op: z.enum(['added', 'changed', 'removed']),
  lineKey: z.string(),
  amount: z.string(),
  currency: z.string(),
  bookedOn: z.string(),
  valueOn: z.string().nullable(),
  text: z.string(),
  counterparty: z.string().nullable(),
  counterpartyAccount: z.string().nullable(),
  reference: z.string().nullable(),
})

type FeedColumns = z.infer<typeof feedRow>

export interface FeedEntry {
  seq: number
  op: FeedColumns['op']
  lineKey: string
  line: Omit<FeedColumns, 'seq' | 'op' | 'lineKey'>
}

/** The lines of an account whose number is above `afterSeq`, in order, each as it is now and what it is to that reader. */
export const listFeed = async (
  tx: Tx,
  accountId: string,
  { afterSeq, limit }: { afterSeq: number; limit: number },
): Promise<FeedEntry[]> => {
  const rows = await tx.any(sql.type(feedRow)`
    SELECT seq, line_key AS "lineKey", amount, currency, booked_on AS "bookedOn",
      value_on AS "valueOn", text, counterparty, counterparty_account AS "counterpartyAccount",
      reference,
      CASE WHEN removed_at IS NOT NULL THEN 'removed'
        WHEN added_seq > ${afterSeq} THEN 'added' ELSE 'changed' END AS op
    FROM statement_line
    WHERE account_id = ${accountId} AND seq > ${afterSeq}
    ORDER BY seq LIMIT ${limit}`)
  return rows.map(({ seq, op, lineKey, ...line }) => ({ seq, op, lineKey, line }))
}

const earliestRow = z.object({ earliestOn: z.string().nullable() })

/** The first booking day of an account's lines; null while there are none. */
export const earliestBookedOn = async (tx: Tx, accountId: string): Promise<string | null> => {
  const { earliestOn } = await tx.one(sql.type(earliestRow)`
    SELECT min(booked_on) AS "earliestOn" FROM statement_line WHERE account_id = ${accountId}`)
  return earliestOn
}

const knownKeyRow = z.object({ lineKey: z.string(), bookedOn: z.string() })

/** The keys by which a source names lines booked on or after a day, with that day; removed lines are not among them. */
export const knownSince = async (
  tx: Tx,
  { accountId, connectionId, generation }: LineSource & { accountId: string },
  fromOn: string,
): Promise<Map<string, string>> => {
  // a re-used key is the provider's key again, and names the line that came last
  const rows = await tx.any(sql.type(knownKeyRow)`
    SELECT coalesce(alias.line_key, CASE WHEN reused_key
        THEN regexp_replace(stored.line_key, '#[0-9]+$', '') ELSE stored.line_key END) AS "lineKey",
      booked_on AS "bookedOn"
    FROM statement_line AS stored
    LEFT JOIN line_alias AS alias ON alias.account_id = stored.account_id
      AND alias.tenant_id = stored.tenant_id AND alias.stored_key = stored.line_key
      AND alias.connection_id = ${connectionId} AND alias.generation = ${generation}
    WHERE stored.account_id = ${accountId} AND booked_on >= ${fromOn}::date AND removed_at IS NULL
      AND (alias.line_key IS NOT NULL
        OR (stored.connection_id = ${connectionId} AND stored.generation = ${generation}))
    ORDER BY added_seq`)
  return new Map(rows.map(({ lineKey, bookedOn }) => [lineKey, bookedOn]))
}
