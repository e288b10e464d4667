/** Cursors: positions in the log of one stream, unreadable to whoever holds them. */
import { opaqueId } from './ids.ts'
import type { Item } from './state.ts'

export interface Position {
  /** Everything up to here was delivered. */
  base: number
  /** Where the update that is being paged ends; equal to `base` between two updates. */
  target: number
  /** Rows of the update that were delivered. */
  offset: number
}

export interface Stream {
  item: Item
  /** The bank's own id of the account; null for the stream of the whole Item. */
  account: string | null
}

const markOf = ({ item, account }: Stream): string =>
  opaqueId('stream', item.id, account ?? '').slice(0, 16)

/** The cursor of a position; good for this stream only. */
export const cursorOf = (stream: Stream, { base, target, offset }: Position): string =>
  Buffer.from(['1', markOf(stream), base, target, offset].join(' ')).toString('base64')

/** The position of a cursor; null when it is not one of this stream. */
export const positionOf = (stream: Stream, cursor: string): Position | null => {
  const [version, mark, ...rest] = Buffer.from(cursor, 'base64').toString().split(' ')
  const [base, target, offset] = rest.map(Number)
  const { length } = stream.item.log
  if (version !== '1' || mark !== markOf(stream)) return null
  if (base === undefined || target === undefined || offset === undefined) return null
  const fits = base >= 0 && base <= target && target <= length && offset >= 0
  return fits ? { base, target, offset } : null
}
