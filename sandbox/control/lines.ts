/** Adds, changes, removes and posts lines; reads what is true. */
import { z } from 'zod'
import type { BankAccount, Change } from '../bank.ts'
import { balanceOf, findLine, lineOf, publish, publishAll } from '../bank.ts'
import { plainDecimal } from '../decimal.ts'
import { synchronize } from '../ponto/synchronize.ts'
import { sides } from '../sides.ts'
import type { World } from '../world.ts'
import type { ControlCall, ControlRoute } from './control-route.ts'
import { accountOf, bodyOf, ControlRefusal, holdingsOf } from './control-route.ts'
import { given, lineChangeShape, lineShape } from './line-shapes.ts'

/** When Ponto sees a change: at once, at its next synchronization, or at once and with an event. */
const seenShape = z.enum(['now', 'nextSynchronization', 'announced']).default('now')

type Seen = z.infer<typeof seenShape>

const apply = (
  world: World,
  account: BankAccount,
  { change, seen }: { change: Change; seen: Seen },
) => {
  if (seen === 'now') publish(account, change, world.clock.now())
  else account.staged.push(change)
  world.changed()
}

const announce = (world: World, account: BankAccount, seen: Seen): void => {
  if (seen !== 'announced') return
  for (const { organization, linked } of holdingsOf(world, account.id))
    synchronize(world, {
      organization,
      linked,
      subtype: 'accountTransactions',
      attended: false,
      idempotencyKey: null,
    })
  for (const side of sides) side.announceLines(world, account)
}

const addShape = z.strictObject({
  account: z.string(),
  lines: z.array(lineShape).min(1).max(100_000),
  seen: seenShape,
})

const add = (call: ControlCall) => {
  const { world } = call
  const { account: key, lines, seen } = bodyOf(call, addShape)
  const account = accountOf(world, key)
  const today = world.clock.instant().slice(0, 10)
  const made = lines.map((line) =>
    lineOf(account, { ...given(line), bookedOn: line.bookedOn ?? today, amount: line.amount }),
  )
  if (seen === 'now' && made.every(({ id }) => findLine(account, id) === undefined))
    publishAll(account, made, world.clock.now())
  else for (const line of made) apply(world, account, { change: { op: 'put', line }, seen })
  world.changed()
  announce(world, account, seen)
  return { lines: made, balance: balanceOf(account) }
}

const changeShape = z.strictObject({
  account: z.string(),
  id: z.string(),
  change: lineChangeShape,
  seen: seenShape,
})

const change = (call: ControlCall) => {
  const { world } = call
  const { account: key, id, change: wanted, seen } = bodyOf(call, changeShape)
  const account = accountOf(world, key)
  const known = findLine(account, id)
  if (known === undefined) throw new ControlRefusal(404, `no line ${id}`)
  const line = { ...known, ...given(wanted) }
  apply(world, account, { change: { op: 'put', line }, seen })
  announce(world, account, seen)
  return { line, balance: balanceOf(account) }
}

const removeShape = z.strictObject({
  account: z.string(),
  ids: z.array(z.string()).min(1).max(100_000),
  seen: seenShape,
})

const remove = (call: ControlCall) => {
  const { world } = call
  const { account: key, ids, seen } = bodyOf(call, removeShape)
  const account = accountOf(world, key)
  for (const id of ids) {
    if (findLine(account, id) === undefined) throw new ControlRefusal(404, `no line ${id}`)
    apply(world, account, { change: { op: 'remove', id }, seen })
  }
  announce(world, account, seen)
  return { removed: ids.length, balance: balanceOf(account) }
}

const postShape = z.strictObject({
  account: z.string(),
  id: z.string(),
  change: lineChangeShape.default({}),
  seen: seenShape,
})

/** A pending line becomes a booked one; as at real banks it gets a new id. */
const post = (call: ControlCall) => {
  const { world } = call
  const { account: key, id, change: wanted, seen } = bodyOf(call, postShape)
  const account = accountOf(world, key)
  const pending = account.pending.find(id)
  if (pending === undefined) throw new ControlRefusal(404, `no pending line ${id}`)
  const { id: _id, sequence: _sequence, ...content } = pending
  const posted = { ...content, ...given(wanted), status: 'booked', postedFromId: id } as const
  const line = lineOf(account, posted)
  apply(world, account, { change: { op: 'remove', id }, seen })
  apply(world, account, { change: { op: 'put', line }, seen })
  announce(world, account, seen)
  return { line, balance: balanceOf(account) }
}

const truth = ({ world, query }: ControlCall) => {
  const account = accountOf(world, query.get('account') ?? '')
  const lines = account.booked
    .all()
    .toSorted((one, other) => one.sequence - other.sequence)
    .map((line) => ({ ...line, amount: plainDecimal(line.amount) }))
  return {
    account: account.id,
    reference: account.reference,
    currency: account.currency,
    opening: plainDecimal(account.opening),
    balance: balanceOf(account),
    lines,
    pending: account.pending.all(),
    waiting: account.staged.length,
  }
}

export const lineRoutes: ControlRoute[] = [
  { method: 'POST', path: '/__sim/lines', run: add },
  { method: 'PATCH', path: '/__sim/lines', run: change },
  { method: 'DELETE', path: '/__sim/lines', run: remove },
  { method: 'POST', path: '/__sim/lines/post', run: post },
  { method: 'GET', path: '/__sim/truth', run: truth },
]
