/**
 * The emulated cursor. Ponto has no cursor of changes: pages come newest first, without a strict order. A first read
 * takes everything; later ones read until a whole page lies before the window, because lines booked late appear below
 * known ones. A line missing from a completely read window counts as removed only the second time.
 */
import { z } from 'zod'
import type { Line } from '../../../domain/statement-line.ts'
import type { CallOptions, Page, PullRequest } from '../provider.ts'
import type { Access } from './access.ts'
import type { PontoClient } from './client.ts'
import { daysBefore, dayOf } from './dates.ts'
import { invalidResponse } from './errors.ts'
import { toLine } from './map.ts'
import { transactionList, transactionResource } from './schema.ts'

/** Days before the last read that are read again. */
export const rereadDays = 14
const pageSize = 100

const committed = z.object({
  v: z.literal(1),
  readOn: z.string(),
  missingOnce: z.array(z.string()),
})
const inside = z.object({
  v: z.literal(1),
  next: z.string(),
  windowStart: z.string().nullable(),
  unseen: z.array(z.string()),
  missingOnce: z.array(z.string()),
  readOn: z.string(),
})
type Inside = z.infer<typeof inside>

const begin = ({ cursor, known }: PullRequest): Omit<Inside, 'next' | 'readOn'> => {
  const parsed = cursor === null ? null : committed.safeParse(JSON.parse(cursor))
  // a position of another edition of this adapter: reading everything is safe, because lines are upserts
  if (!parsed?.success) return { v: 1, windowStart: null, unseen: [], missingOnce: [] }
  const windowStart = daysBefore(parsed.data.readOn, rereadDays)
  const unseen = [...known].filter(([, bookedOn]) => bookedOn >= windowStart).map(([key]) => key)
  return { v: 1, windowStart, unseen, missingOnce: parsed.data.missingOnce }
}

const positionOf = (request: PullRequest): Omit<Inside, 'readOn'> & { readOn: string | null } => {
  const going = request.cursor === null ? null : inside.safeParse(JSON.parse(request.cursor))
  if (going?.success) return going.data
  const next = `/accounts/${request.providerAccountId}/transactions?page%5Blimit%5D=${pageSize}`
  return { ...begin(request), next, readOn: null }
}

const toLines = (data: readonly unknown[]): Line[] =>
  data.map((resource) => {
    const parsed = transactionResource.safeParse(resource)
    if (!parsed.success) throw invalidResponse('transaction')
    return toLine(parsed.data, JSON.stringify(resource))
  })

export interface Reading {
  client: PontoClient
  access: Access
  options: CallOptions
}

/** Reads one page of booked lines. */
export const pullLines = async (
  { client, access, options }: Reading,
  request: PullRequest,
): Promise<Page> => {
  const position = positionOf(request)
  const answer = await access.run((token) =>
    client.call(
      { method: 'GET', url: position.next, authorization: { bearer: token } },
      transactionList,
      options,
    ),
  )
  const lines = toLines(answer.data)
  const seen = new Set(lines.map(({ lineKey }) => lineKey))
  const unseen = position.unseen.filter((key) => !seen.has(key))
  const readOn = position.readOn ?? readOnOf(answer.meta?.synchronizedAt)
  const next = answer.links?.next ?? null
  if (next === null || isPastWindow(lines, position.windowStart))
    return lastPage(lines, { unseen, missingOnce: position.missingOnce, readOn })
  const { windowStart, missingOnce } = position
  const going: Inside = { v: 1, next, windowStart, unseen, missingOnce, readOn }
  return page(lines, { nextCursor: JSON.stringify(going), hasMore: true, removedLineKeys: [] })
}

/** The day of the bank's data, which the next window is counted from. */
const readOnOf = (synchronizedAt: string | null | undefined): string =>
  dayOf(synchronizedAt) ?? new Date().toISOString().slice(0, 10)

const isPastWindow = (lines: readonly Line[], windowStart: string | null): boolean =>
  windowStart !== null && lines.length > 0 && lines.every(({ bookedOn }) => bookedOn < windowStart)

const lastPage = (
  lines: Line[],
  { unseen, missingOnce, readOn }: Pick<Inside, 'unseen' | 'missingOnce' | 'readOn'>,
): Page => {
  const removedLineKeys = unseen.filter((key) => missingOnce.includes(key))
  const end = { v: 1, readOn, missingOnce: unseen.filter((key) => !missingOnce.includes(key)) }
  return page(lines, { nextCursor: JSON.stringify(end), hasMore: false, removedLineKeys })
}

const page = (
  lines: Line[],
  rest: Pick<Page, 'nextCursor' | 'hasMore' | 'removedLineKeys'>,
): Page => ({
  lines,
  readiness: 'full',
  pendingCount: 0,
  ...rest,
})
