/** A bank in memory behind Salt Edge's paging: ids ascend, pending rows and duplicates are lists of their own. */
import { parseExact } from '../../../activities/providers/exact-json.ts'
import type { ProviderSession } from '../../../activities/providers/provider.ts'
import type { SaltEdgeClient } from '../../../activities/providers/saltedge/client.ts'
import { readSaltEdgeConfig } from '../../../activities/providers/saltedge/config.ts'
import { pullLines } from '../../../activities/providers/saltedge/pull-lines.ts'
import { callOptions } from './caller.ts'

const dayMs = 86_400_000
/** Beyond 2^53, so that a float would mix them up. */
const firstId = 950_000_000_000_000_000n

export interface Row {
  id: string
  /** Days since the beginning of the story. */
  day: number
  amount: string
  text: string
  state: 'posted' | 'pending' | 'duplicated'
  /** At the bank, and left out of the answers. */
  isHidden: boolean
}

export interface Attempt {
  success_at: string | null
  fail_at: string | null
  finished: boolean
  partial: boolean
}

/** Days before our own today on which the story begins. */
const storyDays = 1_000
const firstDayMs = Math.floor(Date.now() / dayMs) * dayMs - storyDays * dayMs

export const dateOf = (day: number): string =>
  new Date(firstDayMs + day * dayMs).toISOString().slice(0, 10)

export const openMemoryBank = (pageSize: number, { pendingsPeriod = 0 } = {}) => {
  const rows = new Map<string, Row>()
  const asked: string[] = []
  let today = 100
  let added = 0
  let attempt: Partial<Attempt> = {}

  const put = ({
    state = 'posted',
    ...row
  }: Omit<Row, 'id' | 'isHidden' | 'state'> & Partial<Row>) => {
    added += 2
    // every second id stays free for a row that comes late
    const id = row.id ?? String(firstId + BigInt(added))
    rows.set(id, { ...row, id, state, isHidden: false })
    return id
  }

  const transactions = ({ searchParams }: URL) => {
    const state = searchParams.has('pending')
      ? 'pending'
      : searchParams.has('duplicated')
        ? 'duplicated'
        : 'posted'
    const from = BigInt(searchParams.get('from_id') ?? 0)
    const all = [...rows.values()]
      .filter((row) => row.state === state && !row.isHidden && BigInt(row.id) >= from)
      .toSorted((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1))
    const data = all
      .slice(0, pageSize)
      .map(
        (row) =>
          `{"id":"${row.id}","duplicated":${row.state === 'duplicated'},"status":"${row.state === 'pending' ? 'pending' : 'posted'}",` +
          `"made_on":"${dateOf(row.day)}","amount":${row.amount},"currency_code":"EUR","description":"${row.text}"}`,
      )
    const next = all[pageSize]
    return `{"data":[${data.join(',')}],"meta":{"next_id":${next ? `"${next.id}"` : 'null'}}}`
  }

  const connection = () => {
    const success = new Date(firstDayMs + today * dayMs + dayMs / 4).toISOString()
    const last = { id: '85', success_at: success, fail_at: null, finished: true, ...attempt }
    return JSON.stringify({
      data: { id: '80', customer_id: '70', provider_code: 'bank_xf', last_attempt: last },
    })
  }

  const answer = (url: URL): string => {
    if (url.pathname === '/transactions') return transactions(url)
    if (url.pathname.startsWith('/connections/')) return connection()
    return JSON.stringify({
      data: { code: 'bank_xf', name: 'Bank', custom_pendings_period: pendingsPeriod },
    })
  }

  const client: SaltEdgeClient = {
    call: ({ path }, schema) => {
      asked.push(path)
      const text = answer(new URL(path, 'http://bank.example'))
      return Promise.resolve(schema.parse(parseExact(text)) as never)
    },
    remove: () => Promise.resolve(),
  }

  return {
    rows,
    asked,
    put,
    client,
    today: () => today,
    pass: (days: number) => {
      today += days
    },
    /** How the last refresh stands instead of a success today. */
    stand: (standing: Partial<Attempt>) => {
      attempt = standing
    },
  }
}

/** A session that reads lines of this bank, and can do nothing else. */
export const openMemorySession = ({
  client,
}: ReturnType<typeof openMemoryBank>): ProviderSession => {
  const config = readSaltEdgeConfig({ SALTEDGE_APP_ID: 'a', SALTEDGE_SECRET: 's' })
  const reading = { config, client, options: callOptions(), connectionId: '80' }
  return {
    pullLines: (request) => pullLines(reading, request),
  } as Partial<ProviderSession> as ProviderSession
}
