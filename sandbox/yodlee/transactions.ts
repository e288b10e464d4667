/** Statement lines: windows, pages and counts. */
import type { Answer } from '../http.ts'
import { json } from '../http.ts'
import type { BankAccount } from '../bank.ts'
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

/** Tells whether Yodlee shows this line at present. */
export const isShown = ({ connection, bank }: Reached, line: Line): boolean =>
  connection.lastUpdatedAt !== null &&
  line.bookedOn >= connection.shownFrom &&
  !line.hidden &&
  (line.status === 'booked' || bank.script.pendingTransactionsAvailable) &&
  !(connection.hidesLines && line.sequence % 2 === 1)

const filters = ({ query }: Exchange): ((line: Line) => boolean)[] => {
  const baseType = query.get('baseType')
  const keyword = query.get('keyword')?.toLowerCase() ?? ''
  const isOfType = ({ amount }: Line) => amount.startsWith('-') === (baseType === 'DEBIT')
  const isNamed = ({ text, counterpartyName }: Line) =>
    `${text} ${counterpartyName ?? ''}`.toLowerCase().includes(keyword)
  // most calls filter by nothing, and some accounts have very many lines
  return [...(baseType === null ? [] : [isOfType]), ...(keyword === '' ? [] : [isNamed])]
}

interface Found {
  reached: Reached
  lines: Line[]
}

interface Kept {
  key: string
  lastChange: unknown
  lines: Line[]
}

const kept = new WeakMap<BankAccount, Kept>()

/** The lines of an account for one set of filters; kept until the account changes, because pages follow each other. */
const linesOf = (reached: Reached, key: string, passes: (line: Line) => boolean): Line[] => {
  const { account } = reached
  const lastChange = account.changes.at(-1)
  const known = kept.get(account)
  if (known?.key === key && known.lastChange === lastChange) return known.lines
  const lines = [...account.pending.shown(), ...account.booked.shown()].filter(
    (line) => isShown(reached, line) && passes(line),
  )
  kept.set(account, { key, lastChange, lines })
  return lines
}

/** The lines that a call asks for, account by account; rows are made of one page of them only. */
const foundLines = (exchange: Exchange, caller: Caller): Found[] => {
  demandOwn(exchange, caller)
  const container = exchange.query.get('container')
  if (container !== null && !containerNames.some((name) => name === container))
    throw invalidValue('container')
  const { from, to } = windowOf(exchange)
  const passes = filters(exchange)
  const [baseType, keyword] = [exchange.query.get('baseType'), exchange.query.get('keyword')]
  return filteredAccounts(exchange, caller).map((reached) => {
    const { shownFrom, hidesLines, lastUpdatedAt } = reached.connection
    const { pendingTransactionsAvailable } = reached.bank.script
    const shown = [shownFrom, hidesLines, lastUpdatedAt, pendingTransactionsAvailable]
    const key = JSON.stringify([from, to, baseType, keyword, ...shown])
    const fits = (line: Line) =>
      line.bookedOn >= from && line.bookedOn <= to && passes.every((pass) => pass(line))
    return { reached, lines: linesOf(reached, key, fits) }
  })
}

const sizeOf = (found: readonly Found[]): number =>
  found.reduce((sum, { lines }) => sum + lines.length, 0)

/** One page out of the lines of all accounts, one account after the other. */
const pageOf = (found: readonly Found[], { skip, top }: { skip: number; top: number }) => {
  const rows: object[] = []
  let before = 0
  for (const { reached, lines } of found) {
    const first = Math.max(skip - before, 0)
    const taken = lines.slice(first, first + top - rows.length)
    before += lines.length
    if (taken.length === 0) continue
    const sightings = sightingsOf(reached)
    rows.push(...taken.map((line) => lineJson(reached, line, sightings.get(line.id))))
  }
  return rows
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
const shift = (world: World, found: readonly Found[]): void => {
  for (const { reached } of found) {
    const change = reached.site.script.shiftsWhilePaging
      ? reached.account.staged.shift()
      : undefined
    if (change !== undefined) publish(reached.account, change, world.clock.now())
  }
}

const list = (exchange: Exchange, caller: Caller): Answer => {
  failSometimes(exchange, caller)
  const found = foundLines(exchange, caller)
  const skip = countOf(exchange, 'skip', { standard: 0, max: 100_000_000 })
  const asked = countOf(exchange, 'top', { standard: pageMax, max: pageMax })
  const top = Math.min(asked, ...found.map(({ reached }) => reached.site.script.pageMax))
  const hasNext = skip + top < sizeOf(found)
  const links = [
    ...(hasNext ? [linkTo(exchange, 'next', skip + top)] : []),
    ...(skip > 0 ? [linkTo(exchange, 'previous', Math.max(skip - top, 0))] : []),
  ]
  const answer = listed('transaction', pageOf(found, { skip, top }))
  if (hasNext) shift(exchange.world, found)
  return links.length === 0
    ? answer
    : { ...answer, headers: { ...answer.headers, link: links.join(', ') } }
}

const count = (exchange: Exchange, caller: Caller): Answer =>
  json(200, { transaction: { TOTAL: { count: sizeOf(foundLines(exchange, caller)) } } })

export const transactionRoutes: Route[] = [
  forUser(['GET', '/transactions', 'transactions'], list),
  forUser(['GET', '/transactions/count', 'transactions-count'], count),
]
