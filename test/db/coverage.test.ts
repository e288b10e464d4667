import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as coverage from '../../db/queries/coverage.ts'
import type { Arranged } from './arrange.ts'
import { aLinkedAccount, arrange } from './arrange.ts'

let arranged: Arranged
beforeAll(async () => {
  arranged = await arrange()
})
afterAll(() => arranged.end())

const dayOn = (day: number): string =>
  new Date(Date.UTC(2026, 0, 1) + day * 86_400_000).toISOString().slice(0, 10)

/** The maximal runs of covered days, from a plain set of days. */
const expected = (intervals: readonly (readonly [number, number])[]) => {
  const days = new Set(
    intervals.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, i) => from + i)),
  )
  const starts = [...days].filter((day) => !days.has(day - 1)).toSorted((a, b) => a - b)
  return starts.map((from) => {
    let to = from
    while (days.has(to + 1)) to += 1
    return { fromOn: dayOn(from), toOn: dayOn(to) }
  })
}

const anInterval = fc
  .tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 12 }))
  .map(([from, length]) => [from, from + length] as const)

test('covered days are kept as intervals that neither overlap nor touch, whatever the order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anInterval, { minLength: 1, maxLength: 12 }), async (intervals) => {
      const { within, accountId } = await aLinkedAccount(arranged.pool)
      for (const [from, to] of intervals)
        await within((tx) =>
          coverage.extend(tx, accountId, { fromOn: dayOn(from), toOn: dayOn(to) }),
        )
      expect(await within((tx) => coverage.list(tx, accountId))).toEqual(expected(intervals))
    }),
    { numRuns: 60 },
  )
})

test('extensions at the same time are joined too', async () => {
  const { within, accountId } = await aLinkedAccount(arranged.pool)
  await Promise.all(
    [0, 1, 2, 3, 4].map((day) =>
      within((tx) => coverage.extend(tx, accountId, { fromOn: dayOn(day), toOn: dayOn(day) })),
    ),
  )
  const listed = await within((tx) => coverage.list(tx, accountId))
  expect(listed).toEqual([{ fromOn: dayOn(0), toOn: dayOn(4) }])
})
