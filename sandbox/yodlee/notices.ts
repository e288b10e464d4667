/** What Yodlee tells of by its events. */
import type { World } from '../world.ts'
import { autoRefreshJson } from './auto-refresh.ts'
import { connectionDetailJson } from './connection-json.ts'
import { senderOf } from './events.ts'
import { instantOf } from './exchange.ts'
import type { Batch, YodleeConnection } from './state.ts'

export type RefreshStep =
  'USER_INPUT_REQUIRED' | 'LOGIN_SUCCESS' | 'ACCT_SUMMARY_RECEIVED' | 'PROCESS_COMPLETED'

/** The body of an event about one refresh. */
export const refreshEvent = (world: World, connection: YodleeConnection, step: RefreshStep) => ({
  info: `REFRESH.${step}`,
  loginName: connection.loginName,
  data: { providerAccount: [connectionDetailJson(world, connection)] },
})

/** Tells how a refresh goes that somebody asked for. */
export const tellRefresh = (world: World, connection: YodleeConnection, step: RefreshStep): void =>
  senderOf(world).tell('REFRESH', refreshEvent(world, connection, step))

interface Span {
  fromDate: string
  toDate: string
}

/** Where the changes of one user within a span can be read. */
const userDataLink = (loginName: string, { fromDate, toDate }: Span) => ({
  user: { loginName },
  links: [
    {
      methodType: 'GET',
      rel: 'getUserData',
      href: `dataExtracts/userData?fromDate=${fromDate}&toDate=${toDate}&loginName=${encodeURIComponent(loginName)}`,
    },
  ],
})

/** The body of an event about the changes of some users. */
export const dataUpdatesEvent = (logins: readonly string[], span: Span) => ({
  info: 'DATA_UPDATES.USER_DATA',
  data: {
    ...span,
    userCount: logins.length,
    userData: logins.map((loginName) => userDataLink(loginName, span)),
  },
})

/** The body of an event about automatic refreshes that were switched on or off. */
export const autoRefreshEvent = (world: World, connections: readonly YodleeConnection[]) => ({
  info: 'AUTO_REFRESH_UPDATES',
  data: connections.map((connection) => ({
    loginName: connection.loginName,
    providerAccountId: connection.id,
    accountId: connection.accounts.map(({ id }) => id),
    autoRefresh: autoRefreshJson(world, connection),
  })),
})

/** The body of an event about a fresh balance. */
export const latestBalanceEvent = (connection: YodleeConnection, accountId: number) => ({
  info: 'LATEST_BALANCE_UPDATES',
  loginName: connection.loginName,
  data: {
    providerAccountId: connection.id,
    latestBalanceEvent: [{ accountId, status: 'SUCCESS' }],
  },
})

const send = (world: World): void => {
  const { batch, connections } = world.yodlee
  world.yodlee.batch = null
  if (batch === null) return
  const span = { fromDate: instantOf(batch.fromAt), toDate: instantOf(world.clock.now()) }
  if (batch.logins.length > 0)
    senderOf(world).tell('DATA_UPDATES', dataUpdatesEvent(batch.logins, span))
  const changed = batch.connections.flatMap((id) => connections[id] ?? [])
  if (changed.length > 0)
    senderOf(world).tell('AUTO_REFRESH_UPDATES', autoRefreshEvent(world, changed))
  world.changed()
}

/** Sends the batch that is being gathered when its time has come; also after a restart. */
export const followBatch = (world: World): void => {
  const { batch } = world.yodlee
  if (batch === null) return
  world.clock.at(batch.dueMs, () => {
    if (world.yodlee.batch === batch) send(world)
  })
}

const openBatch = (world: World): Batch => {
  const now = world.clock.now()
  const batch: Batch = {
    dueMs: now + world.yodlee.settings.batchMs,
    fromAt: new Date(now).toISOString(),
    logins: [],
    connections: [],
  }
  world.yodlee.batch = batch
  followBatch(world)
  return batch
}

/** Notes that a user has new data; told with the next batch. */
export const noteNewData = (world: World, loginName: string): void => {
  const batch = world.yodlee.batch ?? openBatch(world)
  if (!batch.logins.includes(loginName)) batch.logins.push(loginName)
}

/** Notes that automatic refreshes of a connection were switched on or off; told with the next batch. */
export const noteAutoRefresh = (world: World, { id }: YodleeConnection): void => {
  const batch = world.yodlee.batch ?? openBatch(world)
  if (!batch.connections.includes(id)) batch.connections.push(id)
}
