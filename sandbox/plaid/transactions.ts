/** `/transactions/sync`, a log read from a cursor on, and `/transactions/refresh`. */
import { z } from 'zod'
import type { World } from '../world.ts'
import type { Position, Stream } from './cursor.ts'
import { cursorOf, positionOf } from './cursor.ts'
import { PlaidRefusal } from './errors.ts'
import type { Route } from './exchange.ts'
import { ofItem, route } from './exchange.ts'
import { accountIdAt, transactionIdAt } from './ids.ts'
import type { HeldAccount } from './items.ts'
import { accountsOf, bankOfItem, healthyItemOf } from './items.ts'
import type { Net } from './log.ts'
import { catchUp, headOf, netOf } from './log.ts'
import { moveLines } from './moving.ts'
import { countCall } from './rates.ts'
import type { Item } from './state.ts'
import { accountJson, transactionJson } from './transaction-json.ts'
import { failureOf, updateItem, updateLater } from './updates.ts'

const standardCount = 100

const updateStatus = {
  notReady: 'NOT_READY',
  initial: 'INITIAL_UPDATE_COMPLETE',
  historical: 'HISTORICAL_UPDATE_COMPLETE',
} as const

/** Every n-th call for lines fails at a bank that is scripted so. */
const failNow = (world: World, item: Item): void => {
  const bank = bankOfItem(world, item)
  bank.transactionCalls += 1
  const { transactionsFailEvery: every } = bank.script
  if (every !== null && bank.transactionCalls % every === 0)
    throw new PlaidRefusal('INTERNAL_SERVER_ERROR', 'an unexpected error occurred')
}

const startOf = (stream: Stream, cursor: string | undefined): Position => {
  const head = headOf(stream.item, stream.account)
  if (cursor === undefined || cursor === '') return { base: 0, target: head, offset: 0 }
  if (cursor === 'now') return { base: head, target: head, offset: 0 }
  const position = positionOf(stream, cursor)
  if (position === null)
    throw new PlaidRefusal('INVALID_FIELD', 'the cursor is not of this Item and stream')
  if (position.offset === 0) return { ...position, target: Math.max(head, position.base) }
  if (position.target !== head)
    throw new PlaidRefusal(
      'TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION',
      'the underlying data changed, restart from the first cursor',
    )
  return position
}

interface Slice {
  nets: Net[]
  hasMore: boolean
  next: Position
}

const apart = (nets: readonly Net[]): Net[] => [
  ...nets.filter(({ op }) => op !== 'removed'),
  ...nets.filter(({ op }) => op === 'removed'),
]

/** The rows of one page; removed ones may have to stand on a page of their own. */
const sliceOf = (
  { item, account }: Stream,
  start: Position,
  { rows, removedApart }: { rows: number; removedApart: boolean },
): Slice => {
  const whole = netOf(item, { account, ...start })
  const ordered = removedApart ? apart(whole) : whole
  const firstRemoved = removedApart ? ordered.findIndex(({ op }) => op === 'removed') : -1
  const limit = start.offset < firstRemoved ? firstRemoved : ordered.length
  const end = Math.min(start.offset + rows, limit)
  const hasMore = end < ordered.length
  return {
    nets: ordered.slice(start.offset, end),
    hasMore,
    next: hasMore
      ? { ...start, offset: end }
      : { base: start.target, target: start.target, offset: 0 },
  }
}

interface Told {
  world: World
  item: Item
  originalDescription: boolean
}

const rowsOf = ({ world, item, originalDescription }: Told, nets: Net[], op: Net['op']) => {
  const { accounts, script } = bankOfItem(world, item)
  const { matchesPending } = script.plaid
  return nets
    .filter((net) => net.op === op)
    .map(({ entry }) => {
      const account = accounts.get(entry.account)
      const wish = { item, matchesPending, originalDescription }
      return account === undefined ? null : transactionJson(entry, { ...wish, account })
    })
    .filter((row) => row !== null)
}

const removedRows = (item: Item, nets: Net[]) =>
  nets
    .filter(({ op }) => op === 'removed')
    .map(({ entry }) => ({
      transaction_id: transactionIdAt(item.id, entry),
      account_id: accountIdAt(item.id, entry.account, entry.generation),
    }))

const accountFor = (held: HeldAccount[], id: string | undefined): HeldAccount | null => {
  if (id === undefined) return null
  const found = held.find((each) => each.id === id)
  if (found === undefined)
    throw new PlaidRefusal('INVALID_ACCOUNT_ID', 'the account is not on this Item')
  return found
}

const syncShape = {
  ...ofItem,
  cursor: z.string().max(256).optional(),
  count: z.number().int().min(1).max(500).optional(),
  options: z
    .strictObject({
      include_original_description: z.boolean().nullable().optional(),
      personal_finance_category_version: z.string().optional(),
      days_requested: z.number().int().min(1).max(730).optional(),
      account_id: z.string().optional(),
    })
    .optional(),
}

/** From the first call on news is announced. */
const arm = (world: World, item: Item): void => {
  if (item.armed) return
  item.armed = true
  world.changed()
}

const empty = { added: [], modified: [], removed: [], next_cursor: '', has_more: false }

const sync = route('/transactions/sync', syncShape, ({ world }, body) => {
  const item = healthyItemOf(world, body.access_token)
  countCall(world, item, '/transactions/sync')
  failNow(world, item)
  arm(world, item)
  catchUp(world, item)
  const held = accountsOf(world, item)
  const chosen = accountFor(held, body.options?.account_id)
  const accounts = (chosen === null ? held : [chosen]).map(accountJson)
  const status = { transactions_update_status: updateStatus[item.phase], accounts }
  if (item.phase === 'notReady') return { ...status, ...empty }
  const { pageRows, removedApart } = bankOfItem(world, item).script.plaid
  const stream: Stream = { item, account: chosen?.account.id ?? null }
  const rows = Math.min(body.count ?? standardCount, pageRows)
  const page = sliceOf(stream, startOf(stream, body.cursor), { rows, removedApart })
  const originalDescription = body.options?.include_original_description === true
  const told = { world, item, originalDescription }
  return {
    ...status,
    added: rowsOf(told, page.nets, 'added'),
    modified: rowsOf(told, page.nets, 'modified'),
    removed: removedRows(item, page.nets),
    next_cursor: cursorOf(stream, page.next),
    has_more: page.hasMore,
  }
})

const checkRefresh = (world: World, item: Item): void => {
  const { refresh } = bankOfItem(world, item).script.plaid
  if (refresh === 'unlicensed')
    throw new PlaidRefusal('INVALID_PRODUCT', 'the client may not use transactions_refresh')
  if (refresh === 'unsupported')
    throw new PlaidRefusal('PRODUCTS_NOT_SUPPORTED', 'the bank does not support a refresh')
}

const refresh = route('/transactions/refresh', ofItem, ({ world }, { access_token: token }) => {
  const item = healthyItemOf(world, token)
  countCall(world, item, '/transactions/refresh')
  checkRefresh(world, item)
  moveLines(world, item)
  const takesMs = bankOfItem(world, item).script.syncMs ?? world.settings.defaultSyncMs
  if (takesMs === 0 || failureOf(world, item) !== null) updateItem(world, item)
  else updateLater(world, item, takesMs)
  return {}
})

/** The routes of lines. */
export const transactionRoutes: Route[] = [sync, refresh]
