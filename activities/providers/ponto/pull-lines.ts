/**
 * The emulated cursor. Ponto has no cursor of changes: pages come newest first, without a strict order. A first read
 * takes everything; later ones read until a whole page lies before the window, because lines booked late appear below
 * known ones. A line missing from a completely read window counts as removed only the second time.
 */
import type { Line } from '../../../domain/statement-line.ts'
import type { Page, PullRequest } from '../provider.ts'
import { ProviderError } from '../provider.ts'
import type { Access } from './access.ts'
import type { Ponto } from './client.ts'
import type { Committed, Inside } from './cursor.ts'
import { committedOf, insideOf } from './cursor.ts'
import { dayOf, daysBefore } from './dates.ts'
import { invalidResponse } from '../call-failures.ts'
import { writtenText } from '../exact-json.ts'
import { timeZoneOf } from './institutions.ts'
import { toLine } from './map.ts'
import type { TransactionList } from './schema.ts'
import { transactionList, transactionResource } from './schema.ts'

/** Days before the last read that are read again. */
export const rereadDays = 14
/** Rows may stand below rows some days older, so a page ends the window only when all of it is older by that much. */
const disorderDays = 2
/** Half a million lines; far above any account, so that a paging that runs in circles ends. */
const pagesMax = 5_000
const restartsMax = 3

export interface Reading extends Ponto {
  access: Access
}

const firstPath = (accountId: string): string =>
  `/accounts/${encodeURIComponent(accountId)}/transactions?page%5Blimit%5D=100`

/** The window reaches back to what was missing last time, so that its second absence is seen as well. */
const windowOf = (
  { readOn, missingOnce }: Committed,
  known: PullRequest['known'],
): string | null => {
  if (readOn === null) return null
  const missing = missingOnce.flatMap((key) => known.get(key) ?? [])
  return [daysBefore(readOn, rereadDays), ...missing].toSorted()[0] ?? null
}

const begin = async (
  { access }: Reading,
  { providerAccountId, cursor, known }: PullRequest,
): Promise<Inside> => {
  const last = committedOf(cursor)
  const windowStart = last === null ? null : windowOf(last, known)
  const unseen =
    windowStart === null
      ? []
      : [...known].filter(([, bookedOn]) => bookedOn >= windowStart).map(([key]) => key)
  return {
    v: 1,
    path: firstPath(providerAccountId),
    windowStart,
    unseen,
    missingOnce: last?.missingOnce ?? [],
    timeZone: last?.timeZone ?? (await timeZoneOf(access.call, providerAccountId)),
    readOn: null,
    pages: 0,
    restarts: 0,
  }
}

/** Reads one page of booked lines. */
export const pullLines = async (reading: Reading, request: PullRequest): Promise<Page> => {
  const position = insideOf(request.cursor) ?? (await begin(reading, request))
  if (position.pages >= pagesMax) throw invalidResponse('paging_without_end', { scope: 'account' })
  const list = await listFrom(reading, position)
  // the line that this page starts from is gone: what was seen stays seen, the reading begins at the top again
  if (list === null) return restarted(position, firstPath(request.providerAccountId))
  const lines = toLines(list.data, position.timeZone)
  const path = nextPath(reading, list)
  if (path === position.path) throw invalidResponse('paging_does_not_move', { scope: 'account' })
  const seen = seenWith(position, list, lines)
  return path === null || isBeforeWindow(lines, position.windowStart)
    ? lastPage(seen, list, lines)
    : pageOf(lines, { nextCursor: JSON.stringify({ ...seen, path }), hasMore: true })
}

/** The page at this position; null when Ponto no longer knows where it starts. */
const listFrom = async (
  { access }: Reading,
  { path, pages, restarts }: Inside,
): Promise<TransactionList | null> => {
  const mayRestart = pages > 0 && restarts < restartsMax
  try {
    const list = await access.call({ method: 'GET', path }, transactionList)
    return mayRestart && list.data.length === 0 ? null : list
  } catch (error) {
    const isRefused = error instanceof ProviderError && error.failure.code === 'defect'
    if (isRefused && mayRestart) return null
    throw error
  }
}

const restarted = (position: Inside, path: string): Page => {
  const { pages, restarts } = position
  const again: Inside = { ...position, path, pages: pages + 1, restarts: restarts + 1 }
  return pageOf([], { nextCursor: JSON.stringify(again), hasMore: true })
}

const toLines = (data: readonly unknown[], timeZone: string): Line[] =>
  data.map((resource) => {
    const parsed = transactionResource.safeParse(resource)
    if (!parsed.success) throw invalidResponse('transaction', { scope: 'account' })
    return toLine(parsed.data, { raw: writtenText(resource), timeZone })
  })

const nextPath = ({ client }: Reading, { links }: TransactionList): string | null =>
  links?.next ? client.pathOf(links.next) : null

const isBeforeWindow = (lines: readonly Line[], windowStart: string | null): boolean => {
  if (windowStart === null || lines.length === 0) return false
  const end = daysBefore(windowStart, disorderDays)
  return lines.every(({ bookedOn }) => bookedOn < end)
}

/** While a first reading at the bank is still going on, more of the history may follow. */
const isGrowing = ({ meta }: TransactionList): boolean => {
  const status = meta?.latestSynchronization?.attributes.status
  return status === 'pending' || status === 'running'
}

const readOnOf = (list: TransactionList, timeZone: string): string | null => {
  const today = dayOf(new Date().toISOString(), timeZone)
  const synchronizedOn = dayOf(list.meta?.synchronizedAt, timeZone)
  // a clock ahead of ours must not move the window past lines that are still to come
  return synchronizedOn === null || today === null || synchronizedOn < today
    ? synchronizedOn
    : today
}

const seenWith = (position: Inside, list: TransactionList, lines: readonly Line[]): Inside => {
  const keys = new Set(lines.map(({ lineKey }) => lineKey))
  return {
    ...position,
    unseen: position.unseen.filter((key) => !keys.has(key)),
    // the first page says how fresh the whole read is
    readOn: position.pages === 0 ? readOnOf(list, position.timeZone) : position.readOn,
    pages: position.pages + 1,
  }
}

const lastPage = (
  { windowStart, unseen, missingOnce, timeZone, readOn, pages }: Inside,
  list: TransactionList,
  lines: Line[],
): Page => {
  // an end that shows nothing may be a page whose start was lost: nothing is concluded from it
  const isWhole = pages === 1 || lines.length > 0
  const removedLineKeys = isWhole ? unseen.filter((key) => missingOnce.includes(key)) : []
  const isPartial = windowStart === null && isGrowing(list)
  const end: Committed = {
    v: 1,
    readOn: isPartial ? null : readOn,
    missingOnce: isWhole ? unseen.filter((key) => !missingOnce.includes(key)) : missingOnce,
    timeZone,
  }
  const isUnread = readOn === null && pages === 1 && lines.length === 0
  const readiness = isUnread ? 'not_ready' : isPartial ? 'recent' : 'full'
  return pageOf(lines, {
    nextCursor: JSON.stringify(end),
    hasMore: false,
    removedLineKeys,
    readiness,
  })
}

const pageOf = (
  lines: Line[],
  rest: Pick<Page, 'nextCursor' | 'hasMore'> & Partial<Page>,
): Page => ({ lines, removedLineKeys: [], readiness: 'full', pendingCount: 0, ...rest })
