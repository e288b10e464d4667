/** Statement lines: windows, pages and counts. */
import type { Answer } from '../http.ts'
import { json } from '../http.ts'
import { publish } from '../bank.ts'
import type { Line } from '../line.ts'
import type { World } from '../world.ts'
import { demandOwn, filteredAccounts } from './accounts.ts'
import type { Reached } from './connections.ts'
import { containerNames } from './containers.ts'
import type { Caller, Exchange, Route } from './exchange.ts'
import { apiPath, countOf, dayOf, forUser, invalidValue, listed, Refusal } from './exchange.ts'
import { lineJson, sightingsOf } from './line-json.ts'

const dayMs = 86_400_000
const pageMax = 500
const standardDays = 30

interface Window {
  from: string
  to: string
}

const yearsBefore = (day: string, years: number): string => {
  const date = new Date(`${day}T00:00:00Z`)
  date.setUTCFullYear(date.getUTCFullYear() - years)
  return date.toISOString().slice(0, 10)
}

/** The days that are read; a span of more than two years loses its beginning without a word. */
const windowOf = (exchange: Exchange): Window => {
  const now = exchange.world.clock.now()
  const dayAt = (ms: number) => new Date(ms).toISOString().slice(0, 10)
  const to = dayOf(exchange, 'toDate', dayAt(now))
  const from = dayOf(exchange, 'fromDate', dayAt(Date.parse(to) - standardDays * dayMs))
  if (from > to) throw new Refusal('Y809', 'Invalid date range: fromDate is after toDate')
  const earliest = yearsBefore(to, 2)
  return { from: from < earliest ? earliest : from, to }
}

const isShown = ({ connection }: Reached, { sequence }: Line): boolean =>
  !connection.hidesLines || sequence % 2 === 0

/** The lines of one account that Yodlee shows, in no particular order. */
export const shownLines = (reached: Reached): Line[] => {
  const { account, bank, connection } = reached
  if (connection.lastUpdatedAt === null) return []
  const pending = bank.script.pendingTransactionsAvailable ? account.pending.shown() : []
  return [...account.booked.shown(), ...pending].filter(
    (line) => line.bookedOn >= connection.shownFrom && isShown(reached, line),
  )
}

interface Row {
  reached: Reached
  line: Line
}

const newestFirst = (one: Row, other: Row): number => {
  if (one.line.bookedOn !== other.line.bookedOn)
    return one.line.bookedOn < other.line.bookedOn ? 1 : -1
  return other.line.sequence - one.line.sequence || one.reached.linked.id - other.reached.linked.id
}

const filters = ({ query }: Exchange): ((line: Line) => boolean) => {
  const baseType = query.get('baseType')
  const keyword = query.get('keyword')?.toLowerCase() ?? ''
  return ({ amount, text, counterpartyName }) =>
    (baseType === null || baseType === (amount.startsWith('-') ? 'DEBIT' : 'CREDIT')) &&
    `${text} ${counterpartyName ?? ''}`.toLowerCase().includes(keyword)
}

const rowsOf = (exchange: Exchange, caller: Caller): Row[] => {
  demandOwn(exchange, caller)
  const container = exchange.query.get('container')
  if (container !== null && !containerNames.some((name) => name === container))
    throw invalidValue('container')
  const { from, to } = windowOf(exchange)
  const passes = filters(exchange)
  return filteredAccounts(exchange, caller)
    .flatMap((reached) => shownLines(reached).map((line) => ({ reached, line })))
    .filter(({ line }) => line.bookedOn >= from && line.bookedOn <= to && passes(line))
    .toSorted(newestFirst)
}

/** At some banks every n-th call for lines goes wrong. */
const failSometimes = (exchange: Exchange, caller: Caller): void => {
  const banks = new Set(filteredAccounts(exchange, caller).map(({ bank }) => bank))
  for (const bank of banks) {
    const every = bank.script.transactionsFailEvery
    bank.transactionCalls += 1
    if (every !== null && bank.transactionCalls % every === 0)
      throw new Refusal('Y904', 'Internal exception', 503)
  }
}

const linkTo = ({ query }: Exchange, rel: 'next' | 'previous', skip: number): string => {
  const wanted = new URLSearchParams(query)
  wanted.set('skip', String(skip))
  return `<${apiPath}/transactions?${wanted.toString()}>; rel="${rel}"`
}

/** A bank that goes on booking while somebody reads page after page. */
const shift = (world: World, rows: readonly Row[]): void => {
  const accounts = new Set(
    rows
      .filter(({ reached }) => reached.site.script.shiftsWhilePaging)
      .map(({ reached }) => reached.account),
  )
  for (const account of accounts) {
    const change = account.staged.shift()
    if (change !== undefined) publish(account, change, world.clock.now())
  }
}

const rowJson = (rows: readonly Row[]) => {
  const sightings = new Map(
    [...new Set(rows.map(({ reached }) => reached))].map((each) => [each, sightingsOf(each)]),
  )
  return rows.map(({ reached, line }) =>
    lineJson(reached, line, sightings.get(reached)?.get(line.id)),
  )
}

const list = (exchange: Exchange, caller: Caller): Answer => {
  failSometimes(exchange, caller)
  const rows = rowsOf(exchange, caller)
  const skip = countOf(exchange, 'skip', { standard: 0, max: 100_000_000 })
  const asked = countOf(exchange, 'top', { standard: pageMax, max: pageMax })
  const top = Math.min(asked, ...rows.map(({ reached }) => reached.site.script.pageMax).slice(0, 1))
  const page = rows.slice(skip, skip + top)
  const links = [
    ...(skip + top < rows.length ? [linkTo(exchange, 'next', skip + top)] : []),
    ...(skip > 0 ? [linkTo(exchange, 'previous', Math.max(skip - top, 0))] : []),
  ]
  const answer = listed('transaction', rowJson(page))
  if (skip + top < rows.length) shift(exchange.world, rows)
  return links.length === 0
    ? answer
    : { ...answer, headers: { ...answer.headers, link: links.join(', ') } }
}

const count = (exchange: Exchange, caller: Caller): Answer =>
  json(200, { transaction: { TOTAL: { count: rowsOf(exchange, caller).length } } })

export const transactionRoutes: Route[] = [
  forUser(['GET', '/transactions', 'transactions'], list),
  forUser(['GET', '/transactions/count', 'transactions-count'], count),
]
