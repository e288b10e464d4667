/** A bank behind Plaid's stream of changes: cursors are places in a log, pages of any size, restarts when it moves. */
import { openFake, refused } from './fake-plaid.ts'

interface Row {
  id: string
  amount: string
  text: string
  isPending: boolean
  postedFrom: string | null
  /** Place in the log of its first and its last word. */
  first: number
  last: number
  isGone: boolean
}

const resourceOf = ({ id, amount, text, isPending, postedFrom }: Row): string =>
  `{"transaction_id":"${id}","account_id":"a1","amount":${amount},"iso_currency_code":"USD",` +
  `"date":"2026-11-20","name":"${text}","pending":${isPending},` +
  `"pending_transaction_id":${postedFrom === null ? 'null' : `"${postedFrom}"`}}`

export const openPlaidBank = (pageSize: number) => {
  const rows = new Map<string, Row>()
  let place = 0
  let named = 0

  const tell = (row: Row, change: Partial<Row> = {}): void => {
    place += 1
    rows.set(row.id, { ...row, ...change, last: place })
  }

  const add = (amount: string, isPending: boolean, postedFrom: string | null = null): void => {
    named += 1
    const id = `t${named}`
    const born = { id, amount, text: `line ${named}`, isPending, postedFrom, isGone: false }
    tell({ ...born, first: place + 1, last: 0 })
  }

  const alive = (): Row[] => [...rows.values()].filter(({ isGone }) => !isGone)

  const page = (cursor: string): string | object => {
    const [from = 0, at = 0, head = place] = cursor.split('.').map(Number)
    if (head !== place)
      return refused('TRANSACTIONS_ERROR', 'TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION')
    const news = [...rows.values()]
      .filter(({ last }) => last > from)
      .toSorted((a, b) => a.last - b.last)
    const shown = news.slice(at, at + pageSize)
    const hasMore = at + pageSize < news.length
    const present = shown.filter(({ isGone }) => !isGone)
    const textOf = (some: Row[]) => `[${some.map(resourceOf).join(',')}]`
    const gone = shown.filter(({ isGone }) => isGone).map(({ id }) => ({ transaction_id: id }))
    return (
      `{"transactions_update_status":"HISTORICAL_UPDATE_COMPLETE","request_id":"r",` +
      `"added":${textOf(present.filter(({ first }) => first > from))},` +
      `"modified":${textOf(present.filter(({ first }) => first <= from))},` +
      `"removed":${JSON.stringify(gone)},"has_more":${hasMore},` +
      `"next_cursor":"${hasMore ? `${from}.${at + pageSize}.${head}` : place}"}`
    )
  }

  const fake = openFake({
    '/transactions/sync': ({ cursor }) => page(typeof cursor === 'string' ? cursor : '0'),
  })
  return { ...fake, rows, tell, add, alive }
}
