/** The rows that Salt Edge has of an account: the bank's lines under ids that ascend as they arrived. */
import type { BankAccount } from '../bank.ts'
import type { Line } from '../line.ts'
import type { World } from '../world.ts'
import { bankBehind, behaviourOf } from './behaviour.ts'
import { accountAtBank } from './held-accounts.ts'
import type { Connection, HeldAccount, UnduplicationStrategy } from './state.ts'
import { wireId } from './state.ts'

export type Shelf = 'posted' | 'pending' | 'duplicated'

export interface Place {
  world: World
  connection: Connection
  held: HeldAccount
}

const dayMs = 86_400_000
const accountRoom = 1_000_000_000n

/** The id of a line at Salt Edge: stable, and in the order in which the lines arrived at the bank. */
export const rowId = (held: HeldAccount, { sequence }: Pick<Line, 'sequence'>): string =>
  wireId('line', BigInt(held.number) * accountRoom + BigInt(sequence))

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

/** The first day that can be read: that of the consent, or a later one while older lines are still fetched. */
const firstDayOf = ({ world, connection }: Place): string => {
  const { recentDays } = behaviourOf(bankBehind(world, connection))
  const recent = dayOf(world.clock.now() - recentDays * dayMs)
  return connection.readable === 'recent' && recent > connection.linesFrom
    ? recent
    : connection.linesFrom
}

const shelfOfDuplicate: Record<UnduplicationStrategy, Shelf | null> = {
  mark_as_pending: 'pending',
  mark_as_duplicate: 'duplicated',
  delete_duplicated: null,
}

/** Where a line stands; null when Salt Edge has dropped it. */
const shelver = ({ world, connection, held }: Place): ((line: Line) => Shelf | null) => {
  const { heldPendingDays } = behaviourOf(bankBehind(world, connection))
  const heldSince = dayOf(world.clock.now() - heldPendingDays * dayMs)
  const duplicates = new Set(held.duplicates)
  return (line) => {
    if (line.status === 'pending') return 'pending'
    if (duplicates.has(line.id)) return shelfOfDuplicate[connection.strategy]
    const isHeld = heldPendingDays > 0 && line.sequence % 2 === 0 && line.bookedOn > heldSince
    return isHeld ? 'pending' : 'posted'
  }
}

const sortedLines = (place: Place, shelf: Shelf, account: BankAccount): Line[] => {
  const [firstDay, shelfOf] = [firstDayOf(place), shelver(place)]
  const waiting = shelf === 'pending' ? account.pending.all() : []
  return [...account.booked.all(), ...waiting]
    .filter((line) => !line.hidden && line.bookedOn >= firstDay && shelfOf(line) === shelf)
    .toSorted((one, other) => one.sequence - other.sequence)
}

interface Kept {
  key: string
  lines: readonly Line[]
}

/** The last list of each shelf, because an account of many pages is read page by page. */
const kept = new WeakMap<HeldAccount, Partial<Record<Shelf, Kept>>>()

const keyOf = (place: Place, { booked, pending }: BankAccount): string => {
  const { world, connection, held } = place
  const { heldPendingDays } = behaviourOf(bankBehind(world, connection))
  const today = dayOf(world.clock.now())
  const parts = [today, firstDayOf(place), heldPendingDays, connection.strategy]
  return [...parts, booked.revision, pending.revision, ...held.duplicates].join(' ')
}

/** The lines of one shelf, lowest id first. */
export const linesOf = (place: Place, shelf: Shelf): readonly Line[] => {
  const { world, connection, held } = place
  const account = accountAtBank(world, connection, held)
  if (account === undefined || connection.readable === 'nothing') return []
  const shelves = kept.get(held) ?? {}
  const key = keyOf(place, account)
  const known = shelves[shelf]
  if (known?.key === key) return known.lines
  const lines = sortedLines(place, shelf, account)
  kept.set(held, { ...shelves, [shelf]: { key, lines } })
  return lines
}

/** Place in the list of the first line whose id is not below this one. */
export const indexFrom = ({ held }: Place, lines: readonly Line[], fromId: bigint): number => {
  const lowest = BigInt(rowId(held, { sequence: 0 }))
  const sequence = Number(fromId - lowest)
  const index = lines.findIndex((line) => line.sequence >= sequence)
  return index === -1 ? lines.length : index
}
