/** The feed of changes for the customer itself: who has new data, and what it is. */
import { findLine } from '../bank.ts'
import type { Answer } from '../http.ts'
import { json } from '../http.ts'
import type { World } from '../world.ts'
import { connectionJson } from './connection-json.ts'
import type { Reached } from './connections.ts'
import { accountsOf, connectionsOf } from './connections.ts'
import { containerOf } from './containers.ts'
import type { Exchange, Route } from './exchange.ts'
import { apiPath, countOf, forAdmin, invalidValue, Refusal } from './exchange.ts'
import { balancesJson } from './accounts.ts'
import { lineJson, lineNumber } from './line-json.ts'
import { dataUpdatesEvent } from './notices.ts'
import { isShown } from './transactions.ts'

const spanMaxMs = 60 * 60 * 1000
const keptMs = 7 * 86_400_000
const rowsMax = 500
const instantShape = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/

interface Span {
  fromMs: number
  toMs: number
}

const spanOf = ({ query, world }: Exchange): Span => {
  const [from, to] = [query.get('fromDate') ?? '', query.get('toDate') ?? '']
  if (!instantShape.test(from)) throw invalidValue('fromDate')
  if (!instantShape.test(to)) throw invalidValue('toDate')
  const span = { fromMs: Date.parse(from), toMs: Date.parse(to) }
  const tooLong = span.toMs - span.fromMs > spanMaxMs || span.toMs < span.fromMs
  if (tooLong || span.fromMs < world.clock.now() - keptMs)
    throw new Refusal('Y809', 'Invalid date range: at most 60 minutes within the last 7 days')
  return span
}

const demandSold = ({ world }: Exchange): void => {
  if (!world.yodlee.settings.dataExtracts)
    throw new Refusal('Y830', 'The feature is not enabled for this customer')
}

const within = ({ fromMs, toMs }: Span, ms: number): boolean => ms >= fromMs && ms <= toMs

interface Touched {
  reached: Reached
  lineId: string
  isDeleted: boolean
}

const enabledAccounts = (world: World, loginName: string): Reached[] =>
  accountsOf(world, loginName).filter(({ connection }) => connection.isDataExtractsEnabled)

/** The last change of every line that changed within the span. */
const touchedLines = (world: World, loginName: string, span: Span): Touched[] =>
  enabledAccounts(world, loginName).flatMap((reached) => {
    const last = new Map(
      reached.account.changes
        .filter(({ atMs }) => within(span, atMs))
        .map(({ lineId, kind }) => [lineId, kind]),
    )
    return [...last].map(([lineId, kind]) => ({ reached, lineId, isDeleted: kind === 'removed' }))
  })

const touchedConnections = (world: World, loginName: string, span: Span) =>
  connectionsOf(world, loginName).filter(
    ({ isDataExtractsEnabled, lastAttemptAt, lastUpdatedAt }) =>
      isDataExtractsEnabled &&
      (within(span, Date.parse(lastAttemptAt)) || within(span, Date.parse(lastUpdatedAt ?? ''))),
  )

const events = (exchange: Exchange): Answer => {
  demandSold(exchange)
  const { world, query } = exchange
  if (query.get('eventName') !== 'DATA_UPDATES') throw invalidValue('eventName')
  const span = spanOf(exchange)
  const logins = Object.keys(world.yodlee.users).filter(
    (login) =>
      touchedLines(world, login, span).length > 0 ||
      touchedConnections(world, login, span).length > 0,
  )
  const dates = { fromDate: query.get('fromDate') ?? '', toDate: query.get('toDate') ?? '' }
  return json(200, { event: dataUpdatesEvent(logins, dates) })
}

const rowJson = ({ reached, lineId, isDeleted }: Touched): object[] => {
  const { linked, account } = reached
  const line = findLine(account, lineId)
  if (line !== undefined && !isShown(reached, line)) return []
  if (line !== undefined) return [{ ...lineJson(reached, line), isDeleted: false }]
  // ids that follow the order of lines cannot be told of a line that is gone
  if (!isDeleted || reached.site.script.sharedIds) return []
  const id = lineNumber(reached, { id: lineId, sequence: 0 })
  return [{ CONTAINER: containerOf(account), id, accountId: linked.id, isDeleted: true }]
}

const accountJson = (reached: Reached) => ({
  CONTAINER: containerOf(reached.account),
  id: reached.linked.id,
  providerAccountId: reached.connection.id,
  providerId: String(reached.site.providerId),
  accountName: reached.account.description,
  accountStatus: reached.linked.status,
  isDeleted: false,
  ...balancesJson(reached),
})

const userData = (exchange: Exchange): Answer => {
  demandSold(exchange)
  const { world, query } = exchange
  const loginName = query.get('loginName') ?? ''
  if (world.yodlee.users[loginName] === undefined) throw invalidValue('loginName')
  const span = spanOf(exchange)
  const skip = countOf(exchange, 'skip', { standard: 0, max: 10_000_000 })
  const touched = touchedLines(world, loginName, span)
  const page = touched.slice(skip, skip + rowsMax)
  const answer = json(200, {
    userData: [
      {
        user: { loginName },
        providerAccount: touchedConnections(world, loginName, span).map((connection) => {
          const { consentId: _consentId, ...rest } = connectionJson(world, connection)
          return { ...rest, isDeleted: false }
        }),
        account: [...new Set(touched.map(({ reached }) => reached))].map(accountJson),
        transaction: page.flatMap(rowJson),
        totalTransactionsCount: touched.length,
      },
    ],
  })
  if (skip + rowsMax >= touched.length) return answer
  const next = new URLSearchParams(query)
  next.set('skip', String(skip + rowsMax))
  const link = `<${apiPath}/dataExtracts/userData?${next.toString()}>; rel="next"`
  return { ...answer, headers: { ...answer.headers, link } }
}

export const dataExtractRoutes: Route[] = [
  forAdmin(['GET', '/dataExtracts/events', 'data-extracts-events'], events),
  forAdmin(['GET', '/dataExtracts/userData', 'data-extracts-user'], userData),
]
