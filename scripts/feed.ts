/** Reading everything that is paged by a cursor, as an ERP does. */
import type { Erp } from './erp.ts'

export interface FeedLine {
  lineKey: string
  op: string
  bookedOn: string
  amount: string
}

interface FeedPage {
  data: { seq: string; op: string; lineKey: string; line: Omit<FeedLine, 'lineKey' | 'op'> }[]
  nextCursor: string | null
}

const pagesMax = 10_000

/** Every line of an account that is not removed, read by cursor in pages of 500. */
export const listLines = async (erp: Erp, accountId: string): Promise<FeedLine[]> => {
  const lines = new Map<string, FeedLine>()
  let after = ''
  for (let pages = 0; pages < pagesMax; pages += 1) {
    const query = new URLSearchParams({ limit: '500', ...(after === '' ? {} : { after }) })
    const page = await erp.call<FeedPage>(
      'GET',
      `/v1/accounts/${accountId}/lines?${query.toString()}`,
    )
    for (const { lineKey, op, line } of page.data) {
      lines.delete(lineKey)
      if (op !== 'removed') lines.set(lineKey, { ...line, lineKey, op })
    }
    if (page.data.length === 0 || page.nextCursor === null) break
    after = page.nextCursor
  }
  return [...lines.values()]
}

export interface ChatterMessage {
  code: string | null
  text: string
}

/** The chatter of a connection in the order it was written, in English. */
export const listMessages = async (erp: Erp, connectionId: string): Promise<ChatterMessage[]> =>
  (
    await erp.call<{ data: ChatterMessage[] }>(
      'GET',
      `/v1/connections/${connectionId}/messages?limit=200`,
    )
  ).data
