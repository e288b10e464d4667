/**
 * The emulated cursor. Yodlee has no cursor of changes: a window of days is read again and compared. Pages count lines
 * from the window's start and are no snapshot, so what they show is trusted only where the count and the last bank refresh
 * are the same at both ends; and a line that is not shown counts as removed only after a wholly successful refresh.
 */
import type { Line } from '../../../domain/statement-line.ts'
import { invalidResponse } from '../call-failures.ts'
import { writtenText } from '../exact-json.ts'
import type { Page, PullRequest } from '../provider.ts'
import { ProviderError } from '../provider.ts'
import { attemptAtOf, outcomeOf, readAtOf } from './attempt.ts'
import type { Read } from './client.ts'
import { bodyAs } from './client.ts'
import type { Committed, Inside } from './cursor.ts'
import { committedOf, insideOf } from './cursor.ts'
import { dayAt, daysAfter } from './dates.ts'
import { lineKeyOf, toLine } from './map.ts'
import type { Opened, Own } from './own.ts'
import { listAccounts, mayBeGone, ownEntry } from './own.ts'
import { transaction, transactionCount, transactions } from './schema.ts'

/** Days before the last bank refresh that are read again. */
export const rereadDays = 30
/** As far back as Yodlee reads, and the longest span of one call. */
export const historyDaysMax = 730
const pageSize = 500
/** A million lines; far above any account, so that a paging that runs in circles ends. */
const pagesMax = 2_000
const restartsMax = 3

const booked = ['POSTED', 'CLEARED']
const notYetBooked = ['PENDING', 'SCHEDULED']

interface Position extends Inside {
  /** Read at this run's beginning; absent on its later pages. */
  own?: Own
}

/** Which bank refresh is shown, and how it went. */
const markOf = ({ entry }: Own): string =>
  [entry.status ?? '', readAtOf(entry) ?? '', attemptAtOf(entry) ?? ''].join('|')

const begin = async (opened: Opened, { cursor, known }: PullRequest): Promise<Position> => {
  const through = committedOf(cursor)?.through ?? null
  const own = await ownEntry(opened)
  // east of Greenwich it is tomorrow already
  const to = daysAfter(dayAt(own.nowMs), 1)
  const from = through === null ? daysAfter(to, -historyDaysMax) : daysAfter(through, -rereadDays)
  const unseen = [...known].filter(([, bookedOn]) => bookedOn >= from && bookedOn <= to)
  return {
    v: 1,
    through,
    from,
    to,
    sliceFrom: from,
    skip: 0,
    counted: null,
    unseen: unseen.map(([key]) => key),
    mark: markOf(own),
    pages: 0,
    restarts: 0,
    unsteady: false,
    own,
  }
}

const sliceEndOf = ({ sliceFrom, to }: Inside): string => {
  const end = daysAfter(sliceFrom, historyDaysMax)
  return end < to ? end : to
}

/** Reads one page of booked lines. */
export const pullLines = async (opened: Opened, request: PullRequest): Promise<Page> => {
  const position: Position = insideOf(request.cursor) ?? (await begin(opened, request))
  if (position.pages >= pagesMax) throw invalidResponse('paging_without_end', { scope: 'account' })
  const reading: Reading = { ...opened, accountId: request.providerAccountId }
  const { shown, counted } = await countedAt(reading, position)
  const seen: Position = {
    ...position,
    counted,
    unseen: position.unseen.filter((key) => !shown.keys.has(key)),
    pages: position.pages + 1,
  }
  return isFull(shown)
    ? inside({ ...seen, skip: position.skip + shown.rows }, shown)
    : endOfSlice(reading, seen, shown)
}

const isFull = ({ rows, hasNext }: Shown): boolean => rows > 0 && (hasNext || rows >= pageSize)

/** The page at this position. Where more follow, the lines are counted first and the first page is read after that. */
const countedAt = async (
  reading: Reading,
  position: Inside,
): Promise<{ shown: Shown; counted: string | null }> => {
  const shown = await shownAt(reading, position)
  if (position.counted !== null || !isFull(shown)) return { shown, counted: position.counted }
  const counted = await countOf(reading, position)
  return { counted, shown: await shownAt(reading, position) }
}

interface Reading extends Opened {
  accountId: string
}

interface Shown {
  lines: Line[]
  /** Keys of everything that is or will be a line. */
  keys: Set<string>
  pendingCount: number
  rows: number
  hasNext: boolean
}

const windowOf = (accountId: string, position: Inside): Record<string, string> => ({
  accountId,
  fromDate: position.sliceFrom,
  toDate: sliceEndOf(position),
})

const withLink: Read<Pick<Shown, 'hasNext'> & { entries: unknown[] }> = (answered) => ({
  entries: bodyAs(transactions)(answered).transaction,
  hasNext: /\brel="?next\b/.test(answered.headers.get('link') ?? ''),
})

const shownAt = async (reading: Reading, position: Inside): Promise<Shown> => {
  const { access, accountId } = reading
  const query = {
    ...windowOf(accountId, position),
    skip: String(position.skip),
    top: String(pageSize),
  }
  const { entries, hasNext } = await whereAccountIs(reading, () =>
    access.call({ method: 'GET', path: '/transactions', query }, withLink),
  )
  const shown: Shown = {
    lines: [],
    keys: new Set(),
    pendingCount: 0,
    rows: entries.length,
    hasNext,
  }
  for (const raw of entries) add(shown, raw)
  return shown
}

const add = (shown: Shown, raw: unknown): void => {
  const parsed = transaction.safeParse(raw)
  if (!parsed.success) throw invalidResponse('transaction', { scope: 'account' })
  const status = parsed.data.status ?? 'POSTED'
  if (status !== 'FAILED') shown.keys.add(lineKeyOf(parsed.data))
  if (notYetBooked.includes(status)) shown.pendingCount += 1
  if (booked.includes(status)) shown.lines.push(toLine(parsed.data, writtenText(raw)))
}

/** A call that names the account; where Yodlee refuses the name, its list says whether the account is gone. */
const whereAccountIs = async <T>(reading: Reading, call: () => Promise<T>): Promise<T> => {
  try {
    return await call()
  } catch (error) {
    if (mayBeGone(error)) await ownAccount(reading)
    throw error
  }
}

const ownAccount = async ({ accountId, ...opened }: Reading) => {
  const account = (await listAccounts(opened)).find(({ id }) => id === accountId)
  if (!account) throw new ProviderError({ code: 'account_gone', scope: 'account' })
  return account
}

const countOf = async ({ access, accountId }: Reading, position: Inside): Promise<string> => {
  const query = windowOf(accountId, position)
  const read = bodyAs(transactionCount)
  const answer = await access.call({ method: 'GET', path: '/transactions/count', query }, read)
  return answer.transaction?.TOTAL?.count ?? '0'
}

const endOfSlice = async (reading: Reading, seen: Position, shown: Shown): Promise<Page> => {
  const isSteady = seen.counted === null || (await countOf(reading, seen)) === seen.counted
  const again = { skip: 0, counted: null }
  if (!isSteady && seen.restarts < restartsMax)
    return inside({ ...seen, ...again, restarts: seen.restarts + 1 }, shown)
  const end: Position = { ...seen, unsteady: seen.unsteady || !isSteady }
  const sliceEnd = sliceEndOf(seen)
  return sliceEnd < seen.to
    ? inside({ ...end, ...again, sliceFrom: daysAfter(sliceEnd, 1) }, shown)
    : lastPage(reading, end, shown)
}

/** One page alone is a snapshot; whatever concludes from more than that looks at the connection once more. */
const closing = async (reading: Reading, { own, pages, unseen }: Position): Promise<Own> =>
  own !== undefined && pages === 1 && unseen.length === 0 ? own : ownEntry(reading)

const lastPage = async (reading: Reading, end: Position, shown: Shown): Promise<Page> => {
  const own = await closing(reading, end)
  const outcome = outcomeOf(own.entry, own.nowMs)
  const isSteady = !end.unsteady && markOf(own) === end.mark
  const isWhole = isSteady && outcome.kind === 'whole'
  const removedLineKeys = isWhole ? await removedOf(reading, end.unseen) : []
  const cursor: Committed = { v: 1, through: isWhole ? throughOf(own, end) : end.through }
  return {
    ...pageOf(shown),
    removedLineKeys,
    nextCursor: JSON.stringify(cursor),
    hasMore: false,
    readiness: readinessOf(outcome.kind, { isSteady, isUnread: readAtOf(own.entry) === null }),
  }
}

/** An account that is closed or gone shows nothing, which says nothing of its lines. */
const removedOf = async (reading: Reading, unseen: string[]): Promise<string[]> => {
  if (unseen.length === 0) return []
  const { accountStatus } = await ownAccount(reading)
  return !accountStatus || accountStatus === 'ACTIVE' ? unseen : []
}

/** The day of what was read, not of the reading: later news of the bank begins there. */
const throughOf = ({ entry, nowMs }: Own, { through }: Inside): string | null => {
  const readOn = readAtOf(entry)?.slice(0, 10)
  if (readOn === undefined) return through
  const today = dayAt(nowMs)
  return readOn < today ? readOn : today
}

const readinessOf = (
  kind: ReturnType<typeof outcomeOf>['kind'],
  { isSteady, isUnread }: { isSteady: boolean; isUnread: boolean },
): Page['readiness'] => {
  if (kind !== 'whole' && isUnread) return 'not_ready'
  return isSteady && (kind === 'whole' || kind === 'failed') ? 'full' : 'recent'
}

const pageOf = ({ lines, pendingCount }: Shown) => ({ lines, pendingCount })

const inside = ({ own: _own, ...position }: Position, shown: Shown): Page => ({
  ...pageOf(shown),
  removedLineKeys: [],
  nextCursor: JSON.stringify(position satisfies Inside),
  hasMore: true,
  readiness: 'recent',
})
