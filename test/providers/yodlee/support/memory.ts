/** Yodlee in memory behind the adapter's own way of calling: one connection, one account, pages of any size. */
import type { Access } from '../../../../activities/providers/yodlee/access.ts'
import type { Call } from '../../../../activities/providers/yodlee/client.ts'
import type { Opened } from '../../../../activities/providers/yodlee/own.ts'
import { pullLines } from '../../../../activities/providers/yodlee/pull-lines.ts'
import type { ProviderSession } from '../../../../activities/providers/provider.ts'
import { ProviderError } from '../../../../activities/providers/provider.ts'

const dayMs = 86_400_000
const firstDayMs = Date.parse('2020-01-01T00:00:00Z')

export interface Row {
  container: string
  id: string
  /** Days since the beginning of the story. */
  day: number
  /** Without a sign. */
  amount: string
  isCredit: boolean
  text: string
  status: string
}

export const dateOf = (day: number): string =>
  new Date(firstDayMs + day * dayMs).toISOString().slice(0, 10)

type Entry = Record<string, unknown>

/** A connection that was read whole, and whatever else a test says of it. */
export const openMemory = (pageSize = 500) => {
  const rows = new Map<string, Row>()
  const calls: string[] = []
  const state = {
    today: 1_000,
    /** Hour of the last refresh; every refresh has its own. */
    refreshes: 0,
    connection: {} as Entry,
    account: {} as Entry,
    hasConnection: true,
    hasAccount: true,
    /** What happens at the bank right after the next page. */
    afterPage: [] as (() => void)[],
  }

  const put = (row: Partial<Row> & Pick<Row, 'id' | 'day'>): void => {
    const whole = { container: 'bank', amount: '1', isCredit: true, text: 'x', status: 'POSTED' }
    const made = { ...whole, ...row }
    rows.set(`${made.container}:${made.id}`, made)
  }

  const refreshedAt = (): string => {
    const minutes = String(state.refreshes % 60).padStart(2, '0')
    const hours = String(Math.floor(state.refreshes / 60) % 24).padStart(2, '0')
    return `${dateOf(state.today)}T${hours}:${minutes}:00Z`
  }
  let lastRefreshAt = refreshedAt()
  const refresh = (): void => {
    state.refreshes += 1
    lastRefreshAt = refreshedAt()
  }

  const connection = (): Entry => ({
    id: 7,
    providerId: 16_441,
    requestId: `request-${state.refreshes}`,
    status: 'SUCCESS',
    authType: 'MFA_CREDENTIALS',
    dataset: [
      {
        name: 'BASIC_AGG_DATA',
        additionalStatus: 'AVAILABLE_DATA_RETRIEVED',
        updateEligibility: 'ALLOW_UPDATE',
        lastUpdated: lastRefreshAt,
        lastUpdateAttempt: lastRefreshAt,
      },
    ],
    ...state.connection,
  })

  const inWindow = (query: Record<string, string>): Row[] =>
    [...rows.values()]
      .filter(({ day }) => {
        const on = dateOf(day)
        return on >= (query['fromDate'] ?? '') && on <= (query['toDate'] ?? '')
      })
      .toSorted((a, b) => b.day - a.day || (a.id < b.id ? 1 : -1))

  const lineJson = ({ container, id, day, amount, isCredit, text, status }: Row): string =>
    `{"CONTAINER":"${container}","id":${id},"accountId":11,"amount":{"amount":${amount},"currency":"USD"},` +
    `"baseType":"${isCredit ? 'CREDIT' : 'DEBIT'}","status":"${status}","date":"${dateOf(day)}",` +
    `"postDate":"${dateOf(day)}","description":{"original":"${text}"}}`

  const lines = (query: Record<string, string>): { text: string; link: string } => {
    const all = inWindow(query)
    const skip = Number(query['skip'])
    const page = all.slice(skip, skip + pageSize)
    const hasNext = skip + pageSize < all.length
    for (const happen of state.afterPage.splice(0, 1)) happen()
    const text = page.length === 0 ? '{}' : `{"transaction":[${page.map(lineJson).join(',')}]}`
    return { text, link: hasNext ? '</transactions?skip=0>;rel=next' : '' }
  }

  const accounts = (): Entry[] =>
    state.hasAccount
      ? [{ id: 11, CONTAINER: 'bank', accountStatus: 'ACTIVE', ...state.account }]
      : []

  const answer = (call: Call): { text: string; link?: string } => {
    const { path, query = {} } = call
    if (path === '/transactions') return lines(query)
    if (path === '/transactions/count')
      return { text: `{"transaction":{"TOTAL":{"count":${inWindow(query).length}}}}` }
    if (path === '/accounts') return { text: JSON.stringify({ account: accounts() }) }
    if (path === '/providers/16441')
      return { text: JSON.stringify({ provider: [{ id: 16_441, isAutoRefreshEnabled: true }] }) }
    const shown = state.hasConnection ? [connection()] : []
    return { text: JSON.stringify({ providerAccount: shown }) }
  }

  const access: Access = {
    token: () => Promise.reject(new Error('no tokens in memory')),
    call(call, read) {
      calls.push(`${call.method} ${call.path}`)
      const { text, link = '' } = answer(call)
      const now = new Date(firstDayMs + state.today * dayMs + dayMs / 2).toUTCString()
      const headers = new Headers({ date: now, link })
      return Promise.resolve(read({ status: 200, text, headers, requestId: null }))
    },
  }
  const opened: Opened = { access, providerAccountId: '7' }

  return {
    rows,
    calls,
    state,
    opened,
    put,
    refresh,
    session: {
      pullLines: (request) => pullLines(opened, request),
    } as Partial<ProviderSession> as ProviderSession,
  }
}

export type Memory = ReturnType<typeof openMemory>

/** The failure of a promise that must fail as a provider fails. */
export const failureFrom = async (promise: Promise<unknown>): Promise<ProviderError['failure']> => {
  try {
    await promise
  } catch (error) {
    if (error instanceof ProviderError) return error.failure
    throw error
  }
  throw new Error('nothing failed')
}
