import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rereadDays } from '../../../activities/providers/yodlee/pull-lines.ts'
import { openStore } from '../support/caller.ts'
import { dateOf, openMemory } from './support/memory.ts'
import { amountsOf, pick, sorted } from '../support/stories.ts'

const amount = amountsOf({ min: 0n, max: 10n ** 18n })
const container = fc.constantFrom('bank', 'creditCard')

/** What happens at the bank between two reads; `pick` chooses among the lines that the next read looks at again. */
const happening = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('book' as const),
      amount,
      container,
      isCredit: fc.boolean(),
      daysLate: fc.integer({ min: 0, max: rereadDays }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('reserve' as const), amount }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('post' as const), pick }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('correct' as const), pick, amount }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), pick }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('readHalf' as const), pick }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('pass' as const),
      days: fc.integer({ min: 1, max: 60 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('read' as const) }) },
)
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never

interface Story {
  pageSize: number
  history: number
  happenings: Happening[]
}

const story: fc.Arbitrary<Story> = fc.record({
  pageSize: fc.integer({ min: 1, max: 25 }),
  history: fc.nat({ max: 80 }),
  happenings: fc.array(happening, { maxLength: 40 }),
})

const halves = [
  { status: 'PARTIAL_SUCCESS' },
  { status: 'FAILED', dataset: [{ name: 'BASIC_AGG_DATA', additionalStatus: 'TECH_ERROR' }] },
  { status: 'IN_PROGRESS' },
]

const live = async ({ pageSize, history, happenings }: Story) => {
  const bank = openMemory(pageSize)
  const store = openStore()
  let added = 0
  let lastRead = bank.state.today

  const put = (row: Omit<Parameters<typeof bank.put>[0], 'id'>): void => {
    added += 1
    bank.put({ id: String(10n ** 17n + BigInt(added)), ...row })
  }
  for (let index = 0; index < history; index += 1)
    put({ day: bank.state.today - (index % 100), amount: String(index), text: 'old' })

  const read = async (): Promise<void> => {
    bank.state.connection = {}
    bank.refresh()
    await store.read(bank.session, '11')
    lastRead = bank.state.today
  }
  /** One of the lines that the next read looks at again; older ones are promised by nobody. */
  const chosen = (at: number, isPending = false) => {
    const rows = [...bank.rows.values()].filter(
      ({ day, status }) => day >= lastRead - rereadDays && (status === 'PENDING') === isPending,
    )
    return rows[at % Math.max(rows.length, 1)]
  }
  const drop = (at: number): (() => void) => {
    const row = chosen(at)
    return () => {
      if (row) bank.rows.delete(`${row.container}:${row.id}`)
    }
  }
  const happen = async (what: Happening): Promise<void> => {
    const { today } = bank.state
    switch (what.kind) {
      case 'book': {
        const day = Math.max(today - what.daysLate, lastRead - rereadDays)
        return put({ ...what, day, text: 'new' })
      }
      case 'reserve':
        return put({ day: today, amount: what.amount, status: 'PENDING' })
      case 'post': {
        const row = chosen(what.pick, true)
        if (!row) return
        bank.rows.delete(`${row.container}:${row.id}`)
        return put({ day: row.day, amount: row.amount, text: 'posted' })
      }
      case 'correct': {
        const row = chosen(what.pick)
        if (row) bank.put({ ...row, amount: what.amount, text: 'corrected' })
        return
      }
      case 'remove':
        return drop(what.pick)()
      case 'readHalf': {
        // a refresh that hides lines, and a line that leaves in the middle of the pages
        const row = chosen(what.pick)
        if (row) bank.rows.delete(`${row.container}:${row.id}`)
        bank.state.connection = halves[what.pick % halves.length] ?? {}
        bank.state.afterPage = [() => undefined, drop(what.pick + 1)]
        await store.read(bank.session, '11')
        bank.state.afterPage = []
        if (row) bank.put(row)
        return
      }
      case 'pass':
        await read()
        bank.state.today += what.days
        return
      case 'read':
        return read()
    }
  }
  await read()
  for (const what of happenings) await happen(what)
  await read()
  return { bank, store }
}

test('after quiet the store equals the bank, line by line, whatever happened and however it is paged', async () => {
  await fc.assert(
    fc.asyncProperty(story, async (told) => {
      const { bank, store } = await live(told)
      const kept = [...store.lines.values()].map((line) => [
        line.lineKey,
        line.bookedOn,
        line.amount,
        line.text,
      ])
      const real = [...bank.rows.values()]
        .filter(({ status }) => status === 'POSTED')
        .map(({ container: kind, id, day, amount: digits, isCredit, text }) => [
          `yodlee:${kind}:${id}`,
          dateOf(day),
          isCredit || /^[0.]+$/.test(digits) ? digits : `-${digits}`,
          text,
        ])
      expect(sorted(kept)).toEqual(sorted(real))
    }),
    { numRuns: 400 },
  )
})
