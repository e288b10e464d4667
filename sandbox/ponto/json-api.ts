/** Paging and lists as Ponto writes them. */
import type { PageRequest } from '../ledger.ts'
import { Refusal } from './exchange.ts'

const limitDefault = 10
const limitMax = 100

export interface Paging extends PageRequest {
  /** Writes the address of another page in the style in which this one was asked for. */
  linkTo: (key: 'after' | 'before' | null, id?: string) => string
}

const limitOf = (text: string | null): number => {
  if (text === null) return limitDefault
  const limit = Number(text)
  if (!Number.isInteger(limit) || limit < 1)
    throw new Refusal(400, 'invalidPagination', 'The limit must be a positive whole number.')
  return Math.min(limit, limitMax)
}

/** Reads `page[limit|after|before]` and the older plain form; throws a refusal on a limit that is none. */
export const pagingOf = (query: URLSearchParams, address: string): Paging => {
  const plain = ['limit', 'after', 'before'].some((name) => query.has(name))
  const read = (name: string) => query.get(`page[${name}]`) ?? query.get(name)
  const limitText = read('limit')
  const keyOf = (name: string) => (plain ? name : `page[${name}]`)
  const filters = [...query]
    .filter(([name]) => name.startsWith('filter['))
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
  const limit = limitOf(limitText)
  const linkTo = (key: 'after' | 'before' | null, id = '') => {
    const parts = [...filters]
    if (limitText !== null) parts.push(`${keyOf('limit')}=${limit}`)
    if (key !== null) parts.push(`${keyOf(key)}=${encodeURIComponent(id)}`)
    return parts.length === 0 ? address : `${address}?${parts.join('&')}`
  }
  return { limit, after: read('after'), before: read('before'), linkTo }
}

interface Identified {
  id: string
}

const rangeOf = (
  items: readonly Identified[],
  { limit, after, before }: PageRequest,
): [first: number, end: number] => {
  const mark = after ?? before
  const position = items.findIndex(({ id }) => id === mark)
  if (mark !== null && position === -1)
    throw new Refusal(400, 'invalidPagination', 'The page starts at an unknown id.')
  if (mark === after) return [position + 1, position + 1 + limit]
  return [Math.max(position - limit, 0), position]
}

/** A page of a short list that stands in its order already. */
export const listPage = <T extends Identified>(
  items: readonly T[],
  { limit, after, before, linkTo }: Paging,
): { items: T[]; links: Record<string, string>; paging: Record<string, unknown> } => {
  const [first, end] = rangeOf(items, { limit, after, before })
  const page = items.slice(first, end)
  const next = end < items.length ? page.at(-1) : undefined
  const newest = first > 0 ? page[0] : undefined
  return {
    items: page,
    links: {
      ...(next === undefined ? {} : { next: linkTo('after', next.id) }),
      first: linkTo(null),
    },
    paging: {
      limit,
      ...(next === undefined ? {} : { after: next.id }),
      ...(newest === undefined ? {} : { before: newest.id }),
    },
  }
}
