import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rereadDays } from '../../../activities/providers/saltedge/pull-lines.ts'
import { openStore } from '../support/caller.ts'
import { dateOf, openMemoryBank, openMemorySession } from '../support/saltedge-memory.ts'
import { amountsOf, pick, sorted } from '../support/stories.ts'

const amount = amountsOf({ min: -(10n ** 18n), max: 10n ** 18n })

const days = fc.nat({ max: rereadDays })

/** What happens at the bank between two reads; `pick` chooses among the rows that the next read looks at again. */
const happening = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('book' as const), amount }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('bookLate' as const), amount, days, pick }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('bookOld' as const), amount }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('reserve' as const), amount, days }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('post' as const), pick }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('correct' as const), pick, amount }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), pick }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('markTwin' as const), pick }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('unmarkTwin' as const), pick }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('hideOnce' as const), pick }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('readDuringRefresh' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('pass' as const),
      days: fc.integer({ min: 1, max: 6 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('read' as const) }) },
)
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never

const story = fc.record({
  pageSize: fc.integer({ min: 1, max: 25 }),
  history: fc.nat({ max: 120 }),
  happenings: fc.array(happening, { maxLength: 40 }),
})
type Story = typeof story extends fc.Arbitrary<infer T> ? T : never

const live = async ({ pageSize, history, happenings }: Story) => {
  const bank = openMemoryBank(pageSize)
  const store = openStore()
  const session = openMemorySession(bank)
  let lastRead = bank.today()

  for (let index = 0; index < history; index += 1)
    bank.put({ day: Math.floor((index * 100) / 120), amount: String(index), text: 'old' })

  const read = async () => {
    await store.read(session, 'a')
    lastRead = bank.today()
    for (const row of bank.rows.values()) row.isHidden = false
  }
  const isYoung = ({ day }: { day: number }) => day >= lastRead - rereadDays
  /** One of the rows that the next read looks at again; older ones are promised by nobody. */
  const chosen = (at: number, state: 'posted' | 'pending' | 'duplicated') => {
    const rows = [...bank.rows.values()].filter((row) => isYoung(row) && row.state === state)
    return rows.length === 0 ? null : rows[at % rows.length]!
  }
  const change = (row: ReturnType<typeof chosen>, to: object) => {
    if (row) bank.rows.set(row.id, { ...row, ...to })
  }
  /** An answer leaves out a line that was delivered; of one that nobody ever saw nothing is promised. */
  const hide = (row: ReturnType<typeof chosen>) =>
    change(row && store.lines.has(`saltedge:${row.id}`) ? row : null, { isHidden: true })
  /** An id right below one that was read already, as a row has that was kept back. */
  const freeIdBelow = (at: number): string | undefined => {
    const row = chosen(at, 'posted')
    const id = row && String(BigInt(row.id) - 1n)
    return id && !bank.rows.has(id) ? id : undefined
  }
  const happen = async (what: Happening): Promise<void> => {
    const today = bank.today()
    switch (what.kind) {
      case 'book':
        bank.put({ day: today, amount: what.amount, text: 'new' })
        return
      case 'bookOld':
        // a new id with a day before every window, as a slow institution books
        bank.put({ day: today - 60, amount: what.amount, text: 'old news' })
        return
      case 'bookLate': {
        const day = Math.max(today - what.days, lastRead - rereadDays)
        const id = freeIdBelow(what.pick)
        bank.put({ day, amount: what.amount, text: 'late', ...(id ? { id } : {}) })
        return
      }
      case 'reserve': {
        const day = Math.max(today - what.days, lastRead - rereadDays)
        bank.put({ day, amount: what.amount, text: 'reserved', state: 'pending' })
        return
      }
      case 'post':
        return change(chosen(what.pick, 'pending'), { state: 'posted' })
      case 'correct':
        return change(chosen(what.pick, 'posted'), { amount: what.amount, text: 'corrected' })
      case 'remove': {
        const row = chosen(what.pick, 'posted')
        if (row) bank.rows.delete(row.id)
        return
      }
      case 'markTwin':
        return change(chosen(what.pick, 'posted'), { state: 'duplicated' })
      case 'unmarkTwin':
        return change(chosen(what.pick, 'duplicated'), { state: 'posted' })
      case 'hideOnce':
        return hide(chosen(what.pick, 'posted'))
      case 'readDuringRefresh':
        // some rows have not come back yet: nothing may be concluded from that
        for (const row of bank.rows.values()) if (row.state === 'posted' && isYoung(row)) hide(row)
        bank.stand({ success_at: null, finished: false })
        await read()
        return bank.stand({})
      case 'pass':
        // a read at least every twelve hours: nothing waits longer than a day for one
        await read()
        return bank.pass(what.days)
      case 'read':
        return read()
    }
  }
  await read()
  for (const what of happenings) await happen(what)
  // quiet: what was missing for the first time is looked for once more
  await read()
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
        .filter(({ state }) => state === 'posted')
        .map(({ id, day, amount: digits, text }) => [
          `saltedge:${id}`,
          dateOf(day),
          digits.replace(/^-(0(\.0+)?)$/, '$1'),
          text,
        ])
      expect(sorted(kept)).toEqual(sorted(real))
    }),
    { numRuns: 400 },
  )
})
