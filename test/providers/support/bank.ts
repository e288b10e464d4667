/** A bank in memory behind Ponto's paging: newest first, with rows a day out of place, pages of any size. */
import type { Access } from '../../../activities/providers/ponto/access.ts'
import type { Ponto } from '../../../activities/providers/ponto/client.ts'
import { parseExact } from '../../../activities/providers/exact-json.ts'
import { pullLines } from '../../../activities/providers/ponto/pull-lines.ts'
import type { ProviderSession } from '../../../activities/providers/provider.ts'

const dayMs = 86_400_000

export interface Row {
  id: string
  /** Days since the beginning of the story. */
  day: number
  amount: string
  text: string
  /** Shown below the rows of the day before. */
  isDisplaced: boolean
  /** At the bank, and left out of the answers. */
  isHidden: boolean
}

const firstDayMs = Date.parse('2020-01-01T00:00:00Z')

export const dateOf = (day: number): string =>
  new Date(firstDayMs + day * dayMs).toISOString().slice(0, 10)

const placeOf = ({ day, isDisplaced }: Row): number => day - (isDisplaced ? 1.5 : 0)

export const openBank = (pageSize: number) => {
  const rows = new Map<string, Row>()
  let today = 100
  let added = 0

  const put = (row: Omit<Row, 'id' | 'isHidden'>): void => {
    added += 1
    const id = `row-${String(added).padStart(5, '0')}`
    rows.set(id, { ...row, id, isHidden: false })
  }

  const shown = (): Row[] =>
    [...rows.values()]
      .filter(({ isHidden }) => !isHidden)
      .toSorted((a, b) => placeOf(b) - placeOf(a) || (a.id < b.id ? 1 : -1))

  const transactions = (url: URL): string => {
    const all = shown()
    const after = url.searchParams.get('page[after]')
    const from = after === null ? 0 : all.findIndex(({ id }) => id === after) + 1
    const page = all.slice(from, from + pageSize)
    const next =
      from + pageSize < all.length ? `${url.pathname}?page[after]=${page.at(-1)!.id}` : ''
    const data = page.map(
      ({ id, day, amount, text }) =>
        `{"id":"${id}","attributes":{"amount":${amount},"currency":"EUR",` +
        `"executionDate":"${dateOf(day)}T00:00:00Z","valueDate":null,"remittanceInformation":"${text}"}}`,
    )
    const links = next === '' ? '{}' : `{"next":"${next}"}`
    return `{"data":[${data.join(',')}],"links":${links},"meta":{"synchronizedAt":"${dateOf(today)}T05:00:00Z"}}`
  }

  const account = '{"data":{"id":"a","attributes":{"currency":"EUR"}}}'

  const access: Access = {
    secrets: () => {
      throw new Error('no secrets in memory')
    },
    call: ({ path }, schema) => {
      const url = new URL(path, 'http://bank.example')
      const text = url.pathname.endsWith('/transactions') ? transactions(url) : account
      return Promise.resolve(schema.parse(parseExact(text)) as never)
    },
  }
  const client = { pathOf: (link: string) => link } as Ponto['client']

  return {
    rows,
    put,
    reading: { access, client, config: {} as Ponto['config'] },
    today: () => today,
    pass: (days: number) => {
      today += days
    },
  }
}

/** A session that reads lines of this bank, and can do nothing else. */
export const openMemory = ({ reading }: ReturnType<typeof openBank>): ProviderSession =>
  ({
    pullLines: (request) => pullLines(reading, request),
  }) as Partial<ProviderSession> as ProviderSession
