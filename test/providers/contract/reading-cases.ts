/** Contract: lines, page by page. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isDecimal } from '../../../domain/money.ts'
import type { ProviderSession } from '../../../activities/providers/provider.ts'
import { openCase, plain } from './bank.ts'
import type { Cases } from './cases.ts'
import { live, story } from './property.ts'

const hour = 3_600_000
const storiesPerProvider = 12

/** Registers them. */
export const describeReading = (cases: Cases): void => {
  describe('reading', () => {
    test('a full read over many pages is the bank, line by line, each with unique key, decimal amount, currency and day', async () => {
      const { bank, read, stored, store } = await openCase(cases.at, { count: 1_150 })
      const pages = await read()
      expect(pages.length).toBeGreaterThan(1)
      expect(stored()).toEqual(await bank.truth())
      for (const { amount, currency, bookedOn, lineKey } of store.lines.values()) {
        expect(isDecimal(amount), amount).toBe(true)
        expect(currency).toMatch(/^[A-Z]{3}$/)
        expect(bookedOn).toMatch(/^\d{4}-\d{2}-\d{2}$/)
        expect(lineKey.startsWith(`${cases.at.provider.id}:`)).toBe(true)
        expect(lineKey.length).toBeLessThan(300)
      }
    })

    test('a page read twice gives the same lines', async () => {
      const { held, session } = await openCase(cases.at, { count: 30 })
      const request = {
        providerAccountId: held.providerAccountId,
        cursor: null,
        known: new Map(),
      }
      const [one, two] = [await session().pullLines(request), await session().pullLines(request)]
      expect(two.lines).toEqual(one.lines)
    })

    test('a second run right after the first changes and removes nothing', async () => {
      const { read, store } = await openCase(cases.at, { count: 40 })
      await read()
      const before = new Map(store.lines)
      const pages = await read()
      expect(pages.flatMap((page) => page.removedLineKeys)).toEqual([])
      expect(store.lines).toEqual(before)
    })

    test('an account without lines is read without an error, and its first line is found', async () => {
      const { bank, read, stored, settle } = await openCase(cases.at, {})
      const pages = await read()
      expect(pages.at(-1)).toMatchObject({ lines: [], hasMore: false })
      await bank.add({ amount: '-3.20', text: 'the first' })
      await settle()
      await read()
      expect(stored()).toEqual(await bank.truth())
    })

    cases.caseOf(
      'readiness',
      'a history that is still being fetched is told apart from none',
      async () => {
        const { url, flow } = await cases.at.begin('Slow History Bank')
        const linked = await cases.at.complete(flow, await cases.at.decide(url, 'approve'))
        if (linked.state !== 'linked') throw new Error(linked.state)
        const [account] = linked.accounts
        const request = {
          providerAccountId: account!.providerAccountId,
          cursor: null,
          known: new Map(),
        }
        const session = cases.at.open({ secrets: linked.secrets! })
        const early = await session.pullLines(request)
        expect(early.readiness).not.toBe('full')
        await cases.at.sim('POST', '/__sim/advance', { ms: 2 * hour })
        expect((await session.pullLines(request)).readiness).toBe('full')
      },
    )

    cases.caseOf(
      'pending',
      'a pending line is counted and not delivered, and delivered once when it is booked',
      async () => {
        const { bank, read, stored, store, settle } = await openCase(cases.at, { count: 4 })
        const line = await bank.add({ amount: '-27.90', text: 'Reserved', status: 'pending' })
        const pendingAfter = async (): Promise<number | undefined> => {
          await settle()
          return (await read()).at(-1)?.pendingCount
        }
        expect(await pendingAfter()).toBe(cases.at.countsPending ? 1 : 0)
        expect(stored()).toEqual(await bank.truth())
        expect([...store.lines.values()].map(({ text }) => text)).not.toContain('Reserved')
        await bank.post(line.id)
        expect(await pendingAfter()).toBe(0)
        expect(stored()).toEqual(await bank.truth())
        expect(stored().some((each) => each.endsWith('-27.9'))).toBe(true)
      },
    )

    cases.caseOf(
      'removal',
      'a line that the bank takes back is named as removed, after two reads at the latest',
      async () => {
        const { bank, read, stored, settle } = await openCase(cases.at, {
          lines: [
            { amount: '-5.00', text: 'stays' },
            { amount: '-6.00', text: 'goes' },
          ],
        })
        await read()
        const [, goes] = await bank.ids()
        await bank.remove(goes!.id)
        for (let reads = 0; reads < 2; reads += 1) {
          await settle()
          await read()
        }
        expect(stored()).toEqual(await bank.truth())
        expect(stored()).toHaveLength(1)
      },
    )

    cases.caseOf(
      'removal',
      'a line that was on a page already and that the bank takes back before the last page does not stay',
      async () => {
        const { bank, held, read, session, settle, store, stored } = await openCase(cases.at, {
          count: 1_150,
          days: 2,
        })
        let pages = 0
        const moving: ProviderSession = {
          ...session(),
          async pullLines(request) {
            const page = await session().pullLines(request)
            pages += 1
            if (pages > 1) return page
            expect(page.hasMore).toBe(true)
            const shown = page.lines.map(({ bookedOn, amount }) => `${bookedOn} ${plain(amount)}`)
            const taken = (await bank.ids()).find(({ bookedOn, amount }) =>
              shown.includes(`${bookedOn} ${plain(amount)}`),
            )
            await bank.remove(taken!.id)
            await settle()
            return page
          },
        }
        await store.read(moving, held.providerAccountId)
        for (let reads = 0; reads < 2; reads += 1) {
          await settle()
          await read()
        }
        expect(stored()).toEqual(await bank.truth())
        expect(stored()).toHaveLength(1_149)
      },
    )

    cases.caseOf('correction', 'a line that the bank corrects is shown as it is now', async () => {
      const { bank, read, stored, settle } = await openCase(cases.at, {
        lines: [{ amount: '-5.00', text: 'Coffe' }],
      })
      await read()
      const [line] = await bank.ids()
      await bank.change(line!.id, { text: 'Coffee', amount: '-5.50' })
      for (let reads = 0; reads < 2; reads += 1) {
        await settle()
        await read()
      }
      expect(stored()).toEqual(await bank.truth())
    })

    test('amounts keep every digit: five decimals, large ones and cents', async () => {
      const day = await cases.today()
      const { bank, read, stored } = await openCase(cases.at, {
        lines: ['12.34567', '-999999999999.99', '0.01', '-1234.50'].map((amount) => ({
          amount,
          bookedOn: day,
          text: `about ${amount}`,
        })),
      })
      await read()
      expect(stored()).toEqual(await bank.truth())
    })

    cases.caseOf(
      'exponents',
      'an amount written with an exponent is the number it means',
      async () => {
        const { bank, read, stored } = await openCase(cases.at, {
          lines: [{ amount: '1e-2', text: 'a cent' }],
        })
        await read()
        expect(stored()).toEqual(await bank.truth())
      },
    )

    cases.caseOf('long ids', 'ids above 2^53 stay what they are', async () => {
      const { read, store } = await openCase(cases.at, { count: 20 })
      await read()
      const numbers = [...store.lines.keys()].map((key) => BigInt(key.split(':').at(-1)!))
      expect(numbers.every((number) => number > 2n ** 53n)).toBe(true)
      expect(new Set(numbers).size).toBe(20)
    })

    cases.caseOf('words', 'a word that nobody has heard yet stops nothing', async () => {
      const { bank, read, stored } = await openCase(cases.at, { count: 6 })
      await cases.failNext({ mode: 'words', body: cases.at.openWords })
      await read()
      expect(stored()).toEqual(await bank.truth())
    })

    test('a cursor that nobody can read leads to a full read, not to an error', async () => {
      const { held, session } = await openCase(cases.at, { count: 7 })
      const { providerAccountId } = held
      const known = new Map()
      const full = await session().pullLines({ providerAccountId, cursor: null, known })
      const cursor = 'a cursor of another edition'
      const strange = await session().pullLines({ providerAccountId, cursor, known })
      expect(strange.lines).toEqual(full.lines)
    })
  })

  test('after any script of bookings, faults and restarts the store is the bank, line by line', async () => {
    // where there is no clock to look at, no story can be told either
    await cases.today()
    const property = fc.asyncProperty(story, (one) => live(cases.at, one))
    await fc.assert(property, { numRuns: storiesPerProvider })
  }, 120_000)
}
