import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { rereadDays } from '../../../activities/providers/ponto/pull-lines.ts'
import { daysAgo } from '../../support/calendar.ts'
import { dateOf, openBank, openMemory } from '../support/bank.ts'
import { openStore } from '../support/caller.ts'
import type { Linked } from '../support/linked-ponto.ts'
import { openLinked } from '../support/linked-ponto.ts'
import { amountsOf, pick, sorted } from '../support/stories.ts'

const amount = amountsOf({ min: -(10n ** 18n), max: 10n ** 18n })

/** What happens at the bank between two reads; `pick` chooses among the rows that the next read looks at again. */
const happening = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('book' as const), amount, displaced: fc.boolean() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('bookLate' as const),
      amount,
      days: fc.integer({ min: 1, max: rereadDays }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('correct' as const), pick, amount }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), pick }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('hideOnce' as const), pick }) },
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

interface Story {
  pageSize: number
  history: number
  happenings: Happening[]
}

const story: fc.Arbitrary<Story> = fc.record({
  pageSize: fc.integer({ min: 1, max: 25 }),
  history: fc.nat({ max: 120 }),
  happenings: fc.array(happening, { maxLength: 40 }),
})

const live = async ({ pageSize, history, happenings }: Story) => {
  const bank = openBank(pageSize)
  const store = openStore()
  const session = openMemory(bank)
  let lastRead = bank.today()

  for (let index = 0; index < history; index += 1)
    bank.put({
      day: index % 100,
      amount: String(index),
      text: 'old',
      isDisplaced: index % 11 === 0,
    })

  const read = async () => {
    await store.read(session, 'a')
    lastRead = bank.today()
    for (const row of bank.rows.values()) row.isHidden = false
  }
  /** One of the rows that the next read looks at again; older ones are promised by nobody. */
  const chosen = (at: number) => {
    const rows = [...bank.rows.values()].filter(({ day }) => day >= lastRead - rereadDays)
    return rows.length === 0 ? null : rows[at % rows.length]!
  }
  const happen = async (what: Happening): Promise<void> => {
    const today = bank.today()
    switch (what.kind) {
      case 'book':
        return bank.put({
          day: today,
          amount: what.amount,
          text: 'new',
          isDisplaced: what.displaced,
        })
      case 'bookLate': {
        const day = Math.max(today - what.days, lastRead - rereadDays)
        return bank.put({ day, amount: what.amount, text: 'late', isDisplaced: false })
      }
      case 'correct': {
        const row = chosen(what.pick)
        if (row) bank.rows.set(row.id, { ...row, amount: what.amount, text: 'corrected' })
        return
      }
      case 'remove': {
        const row = chosen(what.pick)
        if (row) bank.rows.delete(row.id)
        return
      }
      case 'hideOnce': {
        const row = chosen(what.pick)
        if (row) row.isHidden = true
        return
      }
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
      const real = [...bank.rows.values()].map(({ id, day, amount: digits, text }) => [
        `ponto:${id}`,
        dateOf(day),
        digits.replace(/^-(0(\.0+)?)$/, '$1'),
        text,
      ])
      expect(sorted(kept)).toEqual(sorted(real))
    }),
    { numRuns: 400 },
  )
})

let linked: Linked
beforeAll(async () => {
  linked = await openLinked()
})
afterAll(() => linked.stop())

test('after quiet the store equals the bank over HTTP as well', async () => {
  const change = fc.record({
    kind: fc.constantFrom('add', 'change', 'remove', 'read'),
    days: fc.integer({ min: 0, max: 13 }),
    amount,
    pick,
  })
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 12 }), async (changes) => {
      await linked.sim('POST', '/__sim/reset')
      const { kept, accounts } = await linked.link('Flaky Bank')
      await linked.sim('PATCH', '/__sim/banks/Flaky%20Bank', { transactionsFailEvery: null })
      const account = accounts[0]!.providerAccountId
      const store = openStore()
      const read = () => store.read(linked.open(kept), account)
      const truth = async (): Promise<
        { id: string; bookedOn: string; amount: string; text: string }[]
      > => (await linked.sim('GET', `/__sim/truth?account=${account}`)).lines
      await read()
      for (const { kind, days, amount: digits, pick: at } of changes) {
        const recent = (await truth()).filter(({ bookedOn }) => bookedOn >= daysAgo(13))
        const id = recent[at % Math.max(recent.length, 1)]?.id
        const added = { amount: digits, bookedOn: daysAgo(days), text: 'new' }
        if (kind === 'read') await read()
        else if (kind === 'add' || id === undefined)
          await linked.sim('POST', '/__sim/lines', { account, lines: [added] })
        else if (kind === 'change')
          await linked.sim('PATCH', '/__sim/lines', { account, id, change: { amount: digits } })
        else await linked.sim('DELETE', '/__sim/lines', { account, ids: [id] })
      }
      await read()
      await read()
      const real = (await truth()).map((line) => [`ponto:${line.id}`, line.bookedOn, line.amount])
      const held = [...store.lines.values()].map((line) => [
        line.lineKey,
        line.bookedOn,
        line.amount,
      ])
      expect(sorted(held)).toEqual(sorted(real))
    }),
    { numRuns: 12 },
  )
})
