/** Control routes of Yodlee's side: who linked what, what is taken away, events, settings. */
import { z } from 'zod'
import type { ControlCall, ControlRoute } from '../control/control-route.ts'
import { bodyOf, ControlRefusal } from '../control/control-route.ts'
import { given } from '../control/line-shapes.ts'
import { removeAccount } from './accounts.ts'
import { breakConnection } from './aggregation.ts'
import { connectionDetailJson, preferencesJson } from './connection-json.ts'
import type { Reached } from './connections.ts'
import { reachedBy, removeConnection, siteOf } from './connections.ts'
import { eventNames, senderOf } from './events.ts'
import { autoRefreshEvent, dataUpdatesEvent, latestBalanceEvent, refreshEvent } from './notices.ts'
import { additionalStatuses } from './script.ts'
import { instantOf } from './exchange.ts'
import type { YodleeConnection } from './state.ts'

const list = ({ world }: ControlCall) => ({
  connections: Object.values(world.yodlee.connections).map((connection) => ({
    ...connectionDetailJson(world, connection),
    ...preferencesJson(connection),
    loginName: connection.loginName,
    bank: siteOf(world, connection)?.bank?.script.name ?? null,
    broken: connection.broken,
    consent: world.yodlee.consents[String(connection.consentId)] ?? null,
    accounts: reachedBy(world, connection).map(({ linked, account }) => ({
      ...linked,
      reference: account.reference,
    })),
  })),
})

const connectionOf = ({ world }: ControlCall, id: number): YodleeConnection => {
  const connection = world.yodlee.connections[id]
  if (connection === undefined) throw new ControlRefusal(404, `no connection ${String(id)}`)
  return connection
}

/** The newest connection, unless one is named. */
const anyConnection = (call: ControlCall, id: number | undefined): YodleeConnection => {
  if (id !== undefined) return connectionOf(call, id)
  const newest = Object.values(call.world.yodlee.connections).at(-1)
  if (newest === undefined) throw new ControlRefusal(404, 'nobody has linked an account yet')
  return newest
}

const dropShape = z.discriminatedUnion('what', [
  z.strictObject({
    what: z.literal('consent'),
    connection: z.number().int().optional(),
    /** What every refresh finds from now on. */
    additionalStatus: z.enum(additionalStatuses).optional(),
  }),
  z.strictObject({ what: z.literal('connection'), connection: z.number().int().optional() }),
  z.strictObject({
    what: z.literal('account'),
    /** Yodlee's id, the bank's id or the account number. */
    account: z.union([z.number().int(), z.string()]),
    /** The account stays in sight with this status; without one it is gone. */
    status: z.enum(['INACTIVE', 'TO_BE_CLOSED', 'CLOSED']).optional(),
  }),
])

const endConsent = (
  call: ControlCall,
  wish: Extract<z.infer<typeof dropShape>, { what: 'consent' }>,
) => {
  const { world } = call
  const connection = anyConnection(call, wish.connection)
  const consent = world.yodlee.consents[String(connection.consentId)]
  const isOauth = siteOf(world, connection)?.authType === 'OAUTH'
  const end = wish.additionalStatus ?? (isOauth ? 'CONSENT_EXPIRED' : 'CREDENTIALS_UPDATE_NEEDED')
  if (consent !== undefined) {
    consent.status = end === 'CONSENT_REVOKED' ? 'REVOKED' : 'EXPIRED'
    consent.expiresAt = world.clock.instant()
    if (end === 'CONSENT_REVOKED') consent.revokedAt = world.clock.instant()
  }
  breakConnection(world, connection, end)
  return { dropped: 1 }
}

const reachedByKey = ({ world }: ControlCall, key: string): Reached[] =>
  Object.values(world.yodlee.connections)
    .flatMap((connection) => reachedBy(world, connection))
    .filter(({ linked, account }) =>
      [String(linked.id), account.id, account.reference].includes(key),
    )

const drop = (call: ControlCall) => {
  const { world } = call
  const wish = bodyOf(call, dropShape)
  switch (wish.what) {
    case 'consent':
      return endConsent(call, wish)
    case 'connection':
      removeConnection(world, anyConnection(call, wish.connection))
      return { dropped: 1 }
    case 'account': {
      const struck = reachedByKey(call, String(wish.account))
      if (struck.length === 0) throw new ControlRefusal(404, 'nobody has linked this account')
      for (const reached of struck)
        if (wish.status === undefined) removeAccount(world, reached)
        else reached.linked.status = wish.status
      world.changed()
      return { dropped: struck.length }
    }
  }
}

const settingsShape = z.strictObject({
  webhookUrl: z.url().nullable().optional(),
  preRegistration: z.boolean().optional(),
  tokenSeconds: z.number().int().min(0).max(86_400).optional(),
  configName: z.string().min(1).max(100).optional(),
  dataExtracts: z.boolean().optional(),
  latestBalances: z.boolean().optional(),
  eventForm: z.enum(['json', 'form']).optional(),
  batchMs: z.number().int().min(0).max(86_400_000).optional(),
})

const changeSettings = (call: ControlCall) => {
  const { yodlee } = call.world
  const { webhookUrl, ...settings } = bodyOf(call, settingsShape)
  if (webhookUrl !== undefined) yodlee.webhookUrl = webhookUrl
  Object.assign(yodlee.settings, given(settings))
  call.world.changed()
  return { webhookUrl: yodlee.webhookUrl, ...yodlee.settings }
}

const wishShape = z.discriminatedUnion('action', [
  z.strictObject({
    action: z.literal('fire'),
    event: z.enum(eventNames),
    step: z
      .enum(['USER_INPUT_REQUIRED', 'LOGIN_SUCCESS', 'ACCT_SUMMARY_RECEIVED', 'PROCESS_COMPLETED'])
      .default('PROCESS_COMPLETED'),
    connection: z.number().int().optional(),
    /** Tells of another user than the connection's. */
    loginName: z.string().max(200).optional(),
  }),
  z.strictObject({ action: z.literal('repeat'), id: z.string() }),
  z.strictObject({ action: z.literal('corrupt'), id: z.string() }),
  z.strictObject({ action: z.literal('hold') }),
  z.strictObject({ action: z.literal('release'), reversed: z.boolean().default(false) }),
])

type Fire = Extract<z.infer<typeof wishShape>, { action: 'fire' }>

const eventOf = (call: ControlCall, wish: Fire) => {
  const { world } = call
  const found = anyConnection(call, wish.connection)
  const connection = { ...found, loginName: wish.loginName ?? found.loginName }
  const now = world.clock.now()
  switch (wish.event) {
    case 'REFRESH':
      return refreshEvent(world, connection, wish.step)
    case 'DATA_UPDATES': {
      const span = { fromDate: instantOf(now - 15 * 60_000), toDate: instantOf(now) }
      return dataUpdatesEvent([connection.loginName], span)
    }
    case 'AUTO_REFRESH_UPDATES':
      return autoRefreshEvent(world, [connection])
    case 'LATEST_BALANCE_UPDATES':
      return latestBalanceEvent(connection, connection.accounts[0]?.id ?? 0)
  }
}

const act = async (call: ControlCall) => {
  const sender = senderOf(call.world)
  const wish = bodyOf(call, wishShape)
  switch (wish.action) {
    case 'fire': {
      const event = sender.fire(wish.event, eventOf(call, wish))
      await sender.settled()
      return event
    }
    case 'repeat':
    case 'corrupt': {
      const event = wish.action === 'repeat' ? sender.repeat(wish.id) : sender.corrupt(wish.id)
      if (event === null) throw new ControlRefusal(404, `no event ${wish.id}`)
      await sender.settled()
      return event
    }
    case 'hold':
      sender.hold()
      return { held: true }
    case 'release': {
      const released = sender.release(wish.reversed)
      await sender.settled()
      return { released }
    }
  }
}

export const yodleeControlRoutes: ControlRoute[] = [
  { method: 'GET', path: '/__sim/yodlee/connections', run: list },
  { method: 'POST', path: '/__sim/yodlee/drop', run: drop },
  { method: 'PATCH', path: '/__sim/yodlee/settings', run: changeSettings },
  {
    method: 'GET',
    path: '/__sim/yodlee/settings',
    run: ({ world }) => ({ webhookUrl: world.yodlee.webhookUrl, ...world.yodlee.settings }),
  },
  { method: 'POST', path: '/__sim/yodlee/webhooks', run: act },
  {
    method: 'GET',
    path: '/__sim/yodlee/webhooks',
    run: ({ world }) => ({ events: senderOf(world).list() }),
  },
]
