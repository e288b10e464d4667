/**
 * One page of Plaid's own stream of changes, of one account. A line that comes as added or as modified is stored either
 * way; a pending one is only remembered, so that the word of its removal can be left out.
 */
import type { Line } from '../../../domain/statement-line.ts'
import { invalidResponse } from '../call-failures.ts'
import { writtenText } from '../exact-json.ts'
import type { Page, PullRequest } from '../provider.ts'
import { ProviderError } from '../provider.ts'
import type { Position } from './cursor.ts'
import { positionOf, toCursor } from './cursor.ts'
import { isRefusedWith } from './errors.ts'
import type { Reading } from './item.ts'
import { readAccounts } from './item.ts'
import { lineKeyOf, toLine } from './map.ts'
import type { SyncAnswer, TransactionResource } from './schema.ts'
import { syncAnswer, transactionResource } from './schema.ts'

const pageSize = 500
/** A million lines; far above any account, so that a paging that runs in circles ends. */
const pagesMax = 2_000

const readinesses: ReadonlyMap<string, Page['readiness']> = new Map([
  ['NOT_READY', 'not_ready'],
  ['TRANSACTIONS_UPDATE_STATUS_UNKNOWN', 'not_ready'],
  ['INITIAL_UPDATE_COMPLETE', 'recent'],
  ['HISTORICAL_UPDATE_COMPLETE', 'full'],
])

/** Reads one page; nothing of it may be kept before the page that says there are no more. */
export const pullLines = async (
  reading: Reading,
  { providerAccountId, cursor }: PullRequest,
): Promise<Page> => {
  const position = positionOf(cursor)
  if (position.pages >= pagesMax) throw invalidResponse('paging_without_end', { scope: 'account' })
  const answer = await changesSince(reading, providerAccountId, position)
  checkPaging(answer, position)
  const changes = sort(answer, position)
  return toPage(answer, position, changes)
}

const changesSince = async (
  reading: Reading,
  account: string,
  { cursor }: Position,
): Promise<SyncAnswer> => {
  const { client, options, accessToken } = reading
  const body = {
    access_token: accessToken,
    ...(cursor === null ? {} : { cursor }),
    count: pageSize,
    options: { account_id: account, include_original_description: true },
  }
  try {
    return await client.post({ path: '/transactions/sync', body }, syncAnswer, options)
  } catch (error) {
    if (!isRefusedWith(error, 'INVALID_ACCOUNT_ID')) throw error
    const accounts = await readAccounts(reading)
    if (accounts.some(({ account_id: id }) => id === account)) throw error
    throw new ProviderError({ ...error.failure, code: 'account_gone' })
  }
}

const checkPaging = (answer: SyncAnswer, { cursor }: Position): void => {
  const { has_more: hasMore, next_cursor: next } = answer
  if (hasMore && (next === '' || next === cursor))
    throw invalidResponse('paging_does_not_move', { scope: 'account' })
}

interface Changes {
  lines: Line[]
  removedLineKeys: string[]
  pending: string[]
}

interface Seen {
  resource: TransactionResource
  whole: unknown
}

const parsed = (whole: unknown): Seen => {
  const result = transactionResource.safeParse(whole)
  if (!result.success) throw invalidResponse('transaction', { scope: 'account' })
  return { resource: result.data, whole }
}

const sort = ({ added, modified, removed }: SyncAnswer, position: Position): Changes => {
  const before = new Set(position.pending)
  const gone = new Set(removed.map(({ transaction_id: id }) => id))
  // the later word of the same line wins, and its removal over both
  const seen = new Map(
    [...added, ...modified].map((whole) => {
      const one = parsed(whole)
      return [one.resource.transaction_id, one] as const
    }),
  )
  for (const id of gone) seen.delete(id)
  const open = [...seen.values()].filter(({ resource }) => resource.pending)
  const booked = [...seen.values()].filter(({ resource }) => !resource.pending)
  const openIds = open.map(({ resource }) => resource.transaction_id)
  // a line that was booked and is open again must not stay in the books
  const reopened = modified
    .map((whole) => parsed(whole).resource.transaction_id)
    .filter((id) => openIds.includes(id) && !before.has(id))
  return {
    lines: booked.map(({ resource, whole }) => toLine(resource, writtenText(whole))),
    removedLineKeys: [...gone, ...reopened].filter((id) => !before.has(id)).map(lineKeyOf),
    pending: stillOpen({ before, gone, openIds, booked }),
  }
}

const stillOpen = ({
  before,
  gone,
  openIds,
  booked,
}: {
  before: ReadonlySet<string>
  gone: ReadonlySet<string>
  openIds: readonly string[]
  booked: readonly Seen[]
}): string[] => {
  const settled = new Set(booked.map(({ resource }) => resource.transaction_id))
  return [...new Set([...before, ...openIds])].filter((id) => !gone.has(id) && !settled.has(id))
}

const readinessOf = ({ transactions_update_status: status, next_cursor: next }: SyncAnswer) =>
  readinesses.get(status ?? '') ?? (next === '' ? 'not_ready' : 'recent')

const toPage = (answer: SyncAnswer, position: Position, changes: Changes): Page => {
  const { has_more: hasMore, next_cursor: next } = answer
  const { lines, removedLineKeys, pending } = changes
  return {
    lines,
    removedLineKeys,
    // while Plaid has read nothing yet its cursor is empty, and the next run begins where this one did
    nextCursor: toCursor({
      cursor: next === '' ? position.cursor : next,
      pending,
      pages: hasMore ? position.pages + 1 : 0,
    }),
    hasMore,
    readiness: readinessOf(answer),
    // a change that does not come again would be counted once only, so the last page counts all that are open
    pendingCount: hasMore ? 0 : pending.length,
  }
}
