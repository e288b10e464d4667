/**
 * The emulated cursor. Salt Edge has no cursor of changes: lines come in ascending order of their ids, and one that was
 * pending may be booked late under an id below known ones. So each run reads again from the last line before a window of
 * days. A line missing there counts as removed once Salt Edge lists it as a duplicate, else only the second time.
 */
import type { Line } from '../../../domain/statement-line.ts'
import { invalidResponse } from '../call-failures.ts'
import type { Page, PullRequest } from '../provider.ts'
import { ProviderError } from '../provider.ts'
import type { Asking } from './client.ts'
import { withQuery } from './client.ts'
import { listAccounts, pacingOf, readConnection, standingOf } from './connection.ts'
import type { Inside } from './cursor.ts'
import { committedOf, insideOf } from './cursor.ts'
import { daysBefore } from './dates.ts'
import { rulesOf } from './institutions.ts'
import { toLine } from './map.ts'
import type { Row } from './rows.ts'
import { bookedIn, isBelow, keysBetween, lowestOf, rowsOf } from './rows.ts'
import type { ConnectionResource } from './schema.ts'
import { transactionList } from './schema.ts'

/** Days before the last refresh that are read again, more where the institution keeps lines pending for longer. */
export const rereadDays = 14
/** A line that waits until its institution's period is over may come some days later still. */
const afterPendingDays = 7
/** The caller knows the lines of a month more than the usual window, so no window is longer than that. */
const windowMaxDays = rereadDays + 31
/** A million lines; far above any account, so that a paging that runs in circles ends. */
const pagesMax = 10_000

export interface Reading extends Asking {
  connectionId: string
}

interface List {
  rows: Row[]
  nextId: string | null
}

const firstPosition: Inside = {
  v: 1,
  fromId: null,
  missingOnce: [],
  windowDays: rereadDays,
  nextId: null,
  windowStart: null,
  isBeforeWindow: false,
  windowFromId: null,
  unseen: [],
  isGrowing: false,
  isFirst: true,
  pages: 0,
  lines: 0,
}

const begin = async (reading: Reading, { cursor }: PullRequest): Promise<Inside> => {
  const last = committedOf(cursor)
  const connection = await readConnection(reading, reading.connectionId)
  const windowDays =
    last?.windowDays ?? windowOf((await rulesOf(reading, connection.provider_code)).pendingDays)
  const { seenMs, isGrowing } = freshnessOf(connection)
  const from = last === null ? {} : { fromId: last.fromId, missingOnce: last.missingOnce }
  const fromId = last?.fromId ?? null
  return {
    ...firstPosition,
    ...from,
    windowDays,
    nextId: fromId,
    windowFromId: fromId,
    windowStart: seenMs === null ? null : daysBefore(seenMs, windowDays),
    isBeforeWindow: seenMs !== null,
    isGrowing,
    isFirst: last === null,
  }
}

/** When the last refresh saw everything, in ms; null where it failed, goes on, or brought only a part. */
const freshnessOf = (
  connection: ConnectionResource,
): { seenMs: number | null; isGrowing: boolean } => {
  const { last_attempt: attempt } = connection
  const standing = attempt ? standingOf(attempt, pacingOf(connection), Date.now()) : null
  if (standing === null || standing.kind === 'failed') return { seenMs: null, isGrowing: false }
  if (standing.kind !== 'done' || standing.isPartial || standing.at === null)
    return { seenMs: null, isGrowing: true }
  // a clock ahead of ours must not move the window past lines that are still to come
  return { seenMs: Math.min(Date.parse(standing.at), Date.now()), isGrowing: false }
}

const windowOf = (pendingDays: number): number =>
  Math.min(Math.max(rereadDays, pendingDays + afterPendingDays), windowMaxDays)

/** Reads one page of booked lines; the last one also looks at what is pending or counts as a duplicate. */
export const pullLines = async (reading: Reading, request: PullRequest): Promise<Page> => {
  const position = insideOf(request.cursor) ?? (await begin(reading, request))
  if (position.pages >= pagesMax) throw invalidResponse('paging_without_end', { scope: 'account' })
  const { providerAccountId } = request
  const list = await listFrom(reading, providerAccountId, { from_id: position.nextId ?? undefined })
  if (list.nextId !== null && !isBelow(position.nextId, list.nextId))
    throw invalidResponse('paging_does_not_move', { scope: 'account' })
  const lines = list.rows.filter(bookedIn).map(({ resource, raw }) => toLine(resource, raw))
  const seen = seenWith(position, { ...list, lines }, request.known)
  if (list.nextId !== null)
    return pageOf(lines, {
      nextCursor: JSON.stringify({ ...seen, nextId: list.nextId }),
      hasMore: true,
    })
  return lastPage(reading, { ...request, seen, lines })
}

const listFrom = async (
  reading: Reading,
  providerAccountId: string,
  query: Record<string, string | undefined>,
): Promise<List> => {
  const { client, options, connectionId } = reading
  const path = withQuery('/transactions', {
    connection_id: connectionId,
    account_id: providerAccountId,
    ...query,
  })
  try {
    const { data, meta } = await client.call({ method: 'GET', path }, transactionList, options)
    return { rows: rowsOf(data), nextId: meta?.next_id ?? null }
  } catch (error) {
    throw await whyNotFound(reading, providerAccountId, error)
  }
}

/** An account is gone only where the connection does not show it any more; else something is wrong with our request. */
const whyNotFound = async (
  reading: Reading,
  providerAccountId: string,
  error: unknown,
): Promise<unknown> => {
  if (!(error instanceof ProviderError) || error.failure.code !== 'account_gone') return error
  const accounts = await listAccounts(reading, reading.connectionId)
  return accounts.some(({ id }) => id === providerAccountId)
    ? new ProviderError({ ...error.failure, code: 'defect' }, { cause: error })
    : error
}

const seenWith = (
  position: Inside,
  { rows, nextId, lines }: List & { lines: readonly Line[] },
  known: PullRequest['known'],
): Inside => {
  const shown = new Set(lines.map(({ lineKey }) => lineKey))
  const expected = position.isFirst ? [] : keysBetween(known, position.nextId, nextId)
  const unseen = new Set([...position.unseen, ...expected])
  return {
    ...position,
    ...windowAfter(position, rows),
    unseen: [...unseen].filter((key) => !shown.has(key)),
    pages: position.pages + 1,
    lines: position.lines + lines.length,
  }
}

/** The next run begins with the last line before the window, so that whatever is booked late above it is found. */
const windowAfter = (
  { isBeforeWindow, windowFromId, windowStart }: Inside,
  rows: readonly Row[],
): Pick<Inside, 'isBeforeWindow' | 'windowFromId'> => {
  if (!isBeforeWindow || windowStart === null) return { isBeforeWindow, windowFromId }
  const first = rows.findIndex(({ resource }) => resource.made_on >= windowStart)
  const before = first === -1 ? rows.at(-1) : rows[first - 1]
  return { isBeforeWindow: first === -1, windowFromId: before?.resource.id ?? windowFromId }
}

const lastPage = async (
  reading: Reading,
  { seen, lines, providerAccountId }: PullRequest & { seen: Inside; lines: Line[] },
): Promise<Page> => {
  const pending = await listFrom(reading, providerAccountId, { pending: 'true' })
  const duplicated = await listFrom(reading, providerAccountId, {
    duplicated: 'true',
    from_id: seen.fromId ?? undefined,
  })
  const { removedLineKeys, missingOnce } = missingIn(seen, duplicated.rows)
  const waiting = [...pending.rows, ...duplicated.rows].filter(
    ({ resource }) => seen.windowStart !== null && resource.made_on >= seen.windowStart,
  )
  const { v, windowDays, windowFromId } = seen
  const fromId = lowestOf([
    windowFromId,
    // what is not booked yet may be so later, under the id that it has now
    ...waiting.map(({ resource }) => resource.id),
    ...missingOnce.map((key) => key.slice(key.indexOf(':') + 1)),
  ])
  return pageOf(lines, {
    nextCursor: JSON.stringify({ v, fromId, missingOnce, windowDays }),
    hasMore: false,
    removedLineKeys,
    readiness: readinessOf(seen),
    pendingCount: pending.rows.length,
  })
}

/** A refresh that failed, goes on or brought only a part tells nothing about what is missing. */
const missingIn = (
  { isFirst, windowStart, unseen, missingOnce }: Inside,
  duplicated: readonly Row[],
): { removedLineKeys: string[]; missingOnce: string[] } => {
  if (isFirst || windowStart === null) return { removedLineKeys: [], missingOnce }
  const twins = new Set(duplicated.map(({ key }) => key))
  const isRemoved = (key: string) => twins.has(key) || missingOnce.includes(key)
  return {
    removedLineKeys: unseen.filter(isRemoved),
    missingOnce: unseen.filter((key) => !isRemoved(key)),
  }
}

const readinessOf = ({ isGrowing, isFirst, lines }: Inside): Page['readiness'] => {
  if (!isGrowing) return 'full'
  return isFirst && lines === 0 ? 'not_ready' : 'recent'
}

const pageOf = (
  lines: Line[],
  rest: Pick<Page, 'nextCursor' | 'hasMore'> & Partial<Page>,
): Page => ({ lines, removedLineKeys: [], readiness: 'full', pendingCount: 0, ...rest })
