/** What Plaid has learned of an Item's lines, change by change; a cursor is a position in it. */
import { createHash } from 'node:crypto'
import type { BankAccount } from '../bank.ts'
import type { Line } from '../line.ts'
import type { World } from '../world.ts'
import type { HeldAccount } from './items.ts'
import { accountsOf, bankOfItem } from './items.ts'
import type { Item, ItemAccount, LogEntry } from './state.ts'

const dayMs = 86_400_000
const initialDays = 30

/** Accounts whose lines Plaid does not deliver. */
const unread = new Set<BankAccount['subtype']>(['securities'])

const digests = new WeakMap<Line, string>()

const digestOf = (line: Line): string => {
  const known = digests.get(line)
  if (known !== undefined) return known
  const digest = createHash('sha1').update(JSON.stringify(line)).digest('base64url').slice(0, 12)
  digests.set(line, digest)
  return digest
}

const phases = ['notReady', 'initial', 'historical'] as const

/** How far the first reading has come; it never goes back. */
const phaseOf = (world: World, item: Item): Item['phase'] => {
  const { initialAfterMs, historicalAfterMs } = bankOfItem(world, item).script.plaid
  const ageMs = world.clock.now() - item.createdMs
  const reached = ageMs < initialAfterMs ? 0 : ageMs < historicalAfterMs ? 1 : 2
  return phases[Math.max(reached, phases.indexOf(item.phase))] ?? 'historical'
}

const firstDayOf = (item: Item): string => {
  const days = item.phase === 'initial' ? initialDays : item.daysRequested
  return new Date(item.createdMs - days * dayMs).toISOString().slice(0, 10)
}

/** The lines Plaid can see now, in the order of their arrival. */
const visibleLines = (account: BankAccount, item: Item, pending: boolean): Line[] => {
  if (item.phase === 'notReady' || unread.has(account.subtype)) return []
  const from = firstDayOf(item)
  return [...account.booked.all(), ...(pending ? account.pending.all() : [])]
    .filter(({ hidden, bookedOn }) => !hidden && bookedOn >= from)
    .toSorted((one, other) => one.sequence - other.sequence)
}

const tell = (item: Item, held: ItemAccount, entry: Omit<LogEntry, 'generation'>): void => {
  item.log.push({ ...entry, generation: held.generation })
  held.head = item.log.length
}

/** Tells that a line is gone, whether it was there or not. */
export const tellRemoved = (item: Item, account: string, line: string): void => {
  const held = item.accounts[account]
  if (held === undefined) return
  Reflect.deleteProperty(held.seen, line)
  tell(item, held, { account, line, op: 'remove', existed: true })
}

/** Gives an account new ids: every line goes and comes again under another id. */
export const renameAccount = (item: Item, account: string): void => {
  const held = item.accounts[account]
  if (held === undefined) return
  for (const line of Object.keys(held.seen)) tellRemoved(item, account, line)
  held.generation += 1
}

/** What the log was brought up to; a change of the bank leaves another last change behind. */
const caughtUp = new WeakMap<ItemAccount, { mark: unknown; state: string }>()

const catchUpAccount = (item: Item, { account, held }: HeldAccount, pending: boolean): void => {
  const mark = account.changes.at(-1)
  const state = `${item.phase} ${pending} ${held.generation}`
  const before = caughtUp.get(held)
  if (before !== undefined && before.mark === mark && before.state === state) return
  const lines = visibleLines(account, item, pending)
  const present = new Set(lines.map(({ id }) => id))
  for (const line of Object.keys(held.seen))
    if (!present.has(line)) tellRemoved(item, account.id, line)
  for (const line of lines) {
    const digest = digestOf(line)
    const known = held.seen[line.id]
    if (known === digest) continue
    tell(item, held, {
      account: account.id,
      line: line.id,
      op: 'put',
      existed: known !== undefined,
    })
    held.seen[line.id] = digest
  }
  caughtUp.set(held, { mark, state })
}

/** Brings the log up to what Plaid can see now; tells whether anything was new. */
export const catchUp = (world: World, item: Item): boolean => {
  const before = item.log.length
  const phase = phaseOf(world, item)
  const pending = bankOfItem(world, item).script.pendingTransactionsAvailable
  const moved = phase !== item.phase
  item.phase = phase
  for (const held of accountsOf(world, item)) catchUpAccount(item, held, pending)
  const isNew = item.log.length > before
  if (isNew || moved) world.changed()
  return isNew
}

/** Mentions every known row again, as if it had changed. */
export const echoAll = (world: World, item: Item): void => {
  for (const { account, held } of accountsOf(world, item))
    for (const line of Object.keys(held.seen))
      tell(item, held, { account: account.id, line, op: 'put', existed: true })
}

/** What became of one row between two positions. */
export interface Net {
  op: 'added' | 'modified' | 'removed'
  entry: LogEntry
}

/** From where to where in the log, for one account or, with null, for all. */
export interface Span {
  account: string | null
  base: number
  target: number
}

const opOf = (first: LogEntry, last: LogEntry): Net['op'] | null => {
  if (last.op === 'put') return first.existed ? 'modified' : 'added'
  return first.existed ? 'removed' : null
}

const compute = ({ log }: Item, { account, base, target }: Span): Net[] => {
  const touched = new Map<string, { first: LogEntry; last: LogEntry }>()
  for (const entry of log.slice(base, target)) {
    if (account !== null && entry.account !== account) continue
    const key = `${entry.account} ${entry.line} ${entry.generation}`
    const first = touched.get(key)?.first ?? entry
    touched.delete(key)
    touched.set(key, { first, last: entry })
  }
  return [...touched.values()].flatMap(({ first, last }) => {
    const op = opOf(first, last)
    return op === null ? [] : [{ op, entry: last }]
  })
}

const computed = new WeakMap<Item, { key: string; nets: Net[] }>()

/** The rows that a span changed, in the order of their last change; rows that came and went are left out. */
export const netOf = (item: Item, span: Span): Net[] => {
  const key = `${span.account} ${span.base} ${span.target}`
  const last = computed.get(item)
  if (last?.key === key) return last.nets
  const nets = compute(item, span)
  computed.set(item, { key, nets })
  return nets
}

/** The end of a stream: its last position in the log. */
export const headOf = (item: Item, account: string | null): number =>
  account === null ? item.log.length : (item.accounts[account]?.head ?? 0)
