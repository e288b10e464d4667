/** Control routes of Salt Edge's side. */
import { z } from 'zod'
import type { ControlCall, ControlRoute } from '../control/control-route.ts'
import { bankOf, bodyOf, ControlRefusal } from '../control/control-route.ts'
import { given } from '../control/line-shapes.ts'
import type { World } from '../world.ts'
import { behaviourOf } from './behaviour.ts'
import { connectionJson } from './connections.ts'
import { revokeConsent } from './consents.ts'
import { callbackControl } from './control-callbacks.ts'
import { accountAtBank } from './held-accounts.ts'
import { keysOf } from './keys.ts'
import { refreshByItself } from './own-schedule.ts'
import { codeOf } from './provider-codes.ts'
import { removeConnection } from './removal.ts'
import { rowId } from './rows.ts'
import type { Connection } from './state.ts'
import { callbackTypes } from './state.ts'

const settingsShape = z.strictObject({
  webhookUrl: z.url().nullable().optional(),
  callbackUrls: z.partialRecord(z.enum(callbackTypes), z.url()).optional(),
  appId: z.string().min(1).max(200).optional(),
  secret: z.string().min(1).max(200).optional(),
  checkSignatures: z.boolean().optional(),
  clientPublicKey: z.string().max(10_000).nullable().optional(),
  processingMax: z.number().int().min(0).max(1_000_000).optional(),
})

const showSettings = ({ saltedge }: World) => {
  const { webhookUrl, callbackUrls, appId, checkSignatures, clientPublicKey } = saltedge
  const { processingMax } = saltedge
  return { webhookUrl, callbackUrls, appId, checkSignatures, clientPublicKey, processingMax }
}

const changeSettings = (call: ControlCall) => {
  Object.assign(call.world.saltedge, given(bodyOf(call, settingsShape)))
  call.world.changed()
  return showSettings(call.world)
}

const showKeys = ({ world }: ControlCall) => {
  const { callbackPublicKey, clientPrivateKey, clientPublicKey } = keysOf(world)
  const { appId, secret } = world.saltedge
  return { appId, secret, clientPrivateKey, clientPublicKey, callbackPublicKey }
}

const showConnection = (world: World) => (connection: Connection) => ({
  ...connectionJson(world, connection),
  bank: connection.bankId,
  accounts: connection.accounts.map((held) => ({
    id: held.id,
    account: held.bankAccountId,
    reference: accountAtBank(world, connection, held)?.reference ?? null,
    duplicates: held.duplicates,
  })),
  consent: world.saltedge.consents[connection.consentId ?? ''] ?? null,
  backgroundStarts: connection.backgroundStartsMs.map((ms) => new Date(ms).toISOString()),
})

const isMeant =
  (world: World, account: string | undefined) =>
  (connection: Connection): boolean =>
    connection.accounts.some((held) =>
      [held.id, held.bankAccountId, accountAtBank(world, connection, held)?.reference].includes(
        account ?? '',
      ),
    )

interface Named {
  connection?: string | undefined
  account?: string | undefined
}

const connectionsOf = (world: World, { connection: id, account }: Named): Connection[] => {
  const all = Object.values(world.saltedge.connections)
  const struck =
    id === undefined ? all.filter(isMeant(world, account)) : all.filter((each) => each.id === id)
  if (struck.length === 0) throw new ControlRefusal(404, 'nobody has linked this')
  return struck
}

const dropShape = z.strictObject({
  what: z.enum(['consent', 'connection', 'account']),
  connection: z.string().optional(),
  account: z.string().optional(),
})

const drop = (call: ControlCall) => {
  const { world } = call
  const { what, ...named } = bodyOf(call, dropShape)
  const struck = connectionsOf(world, named)
  for (const connection of struck) {
    if (what === 'consent') revokeConsent(world, connection, 'provider')
    if (what === 'connection') removeConnection(world, connection)
    if (what === 'account') dropAccount(world, connection, named.account)
  }
  world.changed()
  return { dropped: struck.length }
}

const dropAccount = (world: World, connection: Connection, account: string | undefined): void => {
  if (account === undefined) throw new ControlRefusal(400, 'name an account')
  const gone = connection.accounts.find((held) =>
    isMeant(world, account)({ ...connection, accounts: [held] }),
  )
  connection.accounts = connection.accounts.filter((held) => held !== gone)
  connection.ticked = connection.ticked.filter((id) => id !== gone?.bankAccountId)
}

const duplicateShape = z.strictObject({
  account: z.string(),
  /** Id of the line at the bank or at Salt Edge. */
  id: z.string(),
  duplicated: z.boolean().default(true),
})

const markDuplicate = (call: ControlCall) => {
  const { world } = call
  const { account, id, duplicated } = bodyOf(call, duplicateShape)
  const found = connectionsOf(world, { account }).flatMap((connection) =>
    connection.accounts.flatMap((held) => {
      const lines = accountAtBank(world, connection, held)?.booked.all() ?? []
      const line = lines.find((each) => each.id === id || rowId(held, each) === id)
      return line === undefined ? [] : [{ held, line }]
    }),
  )
  if (found.length === 0) throw new ControlRefusal(404, `no line ${id}`)
  for (const { held, line } of found) {
    const others = held.duplicates.filter((each) => each !== line.id)
    held.duplicates = duplicated ? [...others, line.id] : others
  }
  world.changed()
  return { marked: found.map(({ held, line }) => rowId(held, line)) }
}

const attemptShape = z.strictObject({
  connection: z.string().optional(),
  account: z.string().optional(),
  /** Error class; null is a success. */
  failWith: z.string().max(100).nullable().default(null),
})

const attempt = (call: ControlCall) => {
  const { failWith, ...named } = bodyOf(call, attemptShape)
  const begun = connectionsOf(call.world, named).map((connection) =>
    refreshByItself(call.world, connection, failWith),
  )
  call.world.changed()
  return { attempts: begun.map((each) => each?.id ?? null) }
}

const showBank = ({ world, params }: ControlCall) => {
  const bank = bankOf(world, decodeURIComponent(params['id'] ?? ''))
  const country = bank.script.country ?? 'BE'
  const code = codeOf(world, { bankId: bank.id, name: bank.script.name, country })
  return { id: bank.id, code, behaviour: behaviourOf(bank) }
}

export const saltedgeControl: ControlRoute[] = [
  { method: 'GET', path: '/__sim/saltedge/keys', run: showKeys },
  {
    method: 'GET',
    path: '/__sim/saltedge/settings',
    run: ({ world }) => showSettings(world),
  },
  { method: 'PATCH', path: '/__sim/saltedge/settings', run: changeSettings },
  {
    method: 'GET',
    path: '/__sim/saltedge/connections',
    run: ({ world }) => ({
      connections: Object.values(world.saltedge.connections).map(showConnection(world)),
    }),
  },
  { method: 'POST', path: '/__sim/saltedge/drop', run: drop },
  { method: 'POST', path: '/__sim/saltedge/duplicates', run: markDuplicate },
  { method: 'POST', path: '/__sim/saltedge/attempts', run: attempt },
  { method: 'GET', path: '/__sim/saltedge/banks/:id', run: showBank },
  ...callbackControl,
]
