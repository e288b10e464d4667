/** After any script of bookings, corrections, removals, faults and restarts the store is the bank, line by line. */
import fc from 'fast-check'
import { expect } from 'vitest'
import type { ProviderSession } from '../../../activities/providers/provider.ts'
import type { Arrangement } from './arrangement.ts'
import { openCase } from './bank.ts'

const amount = fc
  .tuple(fc.integer({ min: -9_999_999, max: 9_999_999 }), fc.integer({ min: 0, max: 4 }))
  .map(([digits, decimals]) => (digits / 10 ** decimals).toFixed(decimals))

const pick = fc.nat({ max: 9_999 })
const modes = ['error', 'reset', 'truncate', 'html', 'garbage', 'lost'] as const

const happening = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('book' as const), amount }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('bookLate' as const),
      amount,
      days: fc.integer({ min: 1, max: 5 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('correct' as const), pick, amount }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), pick }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('pass' as const), days: fc.constant(1) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('fault' as const),
      mode: fc.constantFrom(...modes),
      skip: fc.nat({ max: 2 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('die' as const), afterPages: fc.nat({ max: 3 }) }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('read' as const) }) },
)
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never

export interface Story {
  history: number
  happenings: Happening[]
}

export const story: fc.Arbitrary<Story> = fc.record({
  history: fc.constantFrom(0, 7, 130, 620),
  happenings: fc.array(happening, { maxLength: 14 }),
})

const dayMs = 86_400_000

/** A session whose process dies after so many pages. */
const mortal = (session: ProviderSession, pages: number): ProviderSession => {
  let left = pages
  return {
    ...session,
    pullLines: async (request) => {
      left -= 1
      if (left < 0) throw new Error('the process died')
      return session.pullLines(request)
    },
  }
}

/** Lives through a story and compares store and bank at its end. */
export const live = async (at: Arrangement, { history, happenings }: Story): Promise<void> => {
  const nowMs = async () => Date.parse((await at.sim('GET', '/__sim/clock')).now)
  const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10)
  let lastReadMs = await nowMs()
  const { bank, held, store, session, settle, stored } = await openCase(at, { count: history })

  const attempt = async (reader: ProviderSession): Promise<void> => {
    try {
      await store.read(reader, held.providerAccountId)
      lastReadMs = await nowMs()
    } catch {
      // the next attempt goes on; what it was does not matter here
    }
  }
  /** One of the lines that the next read looks at again. */
  const chosen = async (index: number): Promise<string | null> => {
    const fromOn = dayOf(lastReadMs - 5 * dayMs)
    const lines = (await bank.ids()).filter(({ bookedOn }) => bookedOn >= fromOn)
    return lines[index % Math.max(lines.length, 1)]?.id ?? null
  }
  const happen = async (what: Happening): Promise<unknown> => {
    switch (what.kind) {
      case 'book':
        return bank.add({ amount: what.amount, text: 'new', bookedOn: dayOf(await nowMs()) })
      case 'bookLate': {
        const day = dayOf(Math.max(await nowMs(), lastReadMs) - what.days * dayMs)
        return bank.add({ amount: what.amount, text: 'late', bookedOn: day })
      }
      case 'correct': {
        const id = await chosen(what.pick)
        return id === null ? null : bank.change(id, { amount: what.amount, text: 'corrected' })
      }
      case 'remove': {
        const id = await chosen(what.pick)
        return id === null ? null : bank.remove(id)
      }
      case 'pass':
        // a read at least every twelve hours: nothing waits longer than a day for one
        await settle()
        await attempt(session())
        return at.sim('POST', '/__sim/advance', { ms: what.days * dayMs })
      case 'fault': {
        const { mode, skip } = what
        return at.sim('POST', '/__sim/fail-next', { endpoint: at.endpoints.lines, mode, skip })
      }
      case 'die':
        return attempt(mortal(session(), what.afterPages))
      case 'read':
        await settle()
        return attempt(session())
    }
  }
  for (const what of happenings) await happen(what)
  await at.sim('DELETE', '/__sim/fail-next')
  for (let reads = 0; reads < 3; reads += 1) {
    await settle()
    await store.read(session(), held.providerAccountId)
  }
  expect(stored()).toEqual(await bank.truth())
}
