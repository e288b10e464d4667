import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pullLines } from '../../../activities/providers/plaid/pull-lines.ts'
import type { Page } from '../../../activities/providers/provider.ts'
import { ProviderError } from '../../../activities/providers/provider.ts'
import { openPlaidBank } from '../support/plaid-bank.ts'
import { amountsOf, pick } from '../support/stories.ts'

const amount = amountsOf({ min: -1_000_000_000n, max: 1_000_000_000n })

const kind = <Kind extends string>(name: Kind, more: object = {}) =>
  fc.record({ kind: fc.constant(name), amount, pick, pages: fc.nat({ max: 4 }), ...more })

/** What happens at the bank between two reads, and what happens to a read. */
const happening = fc.oneof(
  { weight: 5, arbitrary: kind('book') },
  { weight: 3, arbitrary: kind('reserve') },
  { weight: 3, arbitrary: kind('post') },
  { weight: 2, arbitrary: kind('settle') },
  { weight: 2, arbitrary: kind('correct') },
  { weight: 2, arbitrary: kind('remove') },
  { weight: 2, arbitrary: kind('repeat') },
  { weight: 4, arbitrary: kind('read') },
  { weight: 2, arbitrary: kind('readWhileItMoves') },
  { weight: 2, arbitrary: kind('crash') },
)
type Happening = typeof happening extends fc.Arbitrary<infer One> ? One : never

/** A caller that keeps nothing of a run before its last page. */
const openCaller = (bank: ReturnType<typeof openPlaidBank>) => {
  const lines = new Map<string, string>()
  let cursor: string | null = null
  let pendingCount = 0

  const pull = (position: string | null): Promise<Page> =>
    pullLines(bank.reading, { providerAccountId: 'a1', cursor: position, known: new Map() })

  /** The pages of one run, or null where the run broke off; `between` happens after each page. */
  const pagesOf = async (between: (pages: number) => boolean): Promise<Page[] | null> => {
    const pages: Page[] = []
    do {
      try {
        pages.push(await pull(pages.at(-1)?.nextCursor ?? cursor))
      } catch (error) {
        if (error instanceof ProviderError && error.failure.reason === 'pages_invalidated')
          return null
        throw error
      }
      if (!between(pages.length)) return null
    } while (pages.at(-1)?.hasMore)
    return pages
  }

  const read = async (between: (pages: number) => boolean = () => true): Promise<void> => {
    const pages = await pagesOf(between)
    if (pages === null) return
    for (const page of pages) {
      for (const line of page.lines) lines.set(line.lineKey, `${line.amount} ${line.text}`)
      for (const key of page.removedLineKeys) lines.delete(key)
    }
    cursor = pages.at(-1)!.nextCursor
    pendingCount = pages.at(-1)!.pendingCount
  }
  return { lines, read, pendingCount: () => pendingCount }
}

const negated = (text: string): string => {
  if (text.startsWith('-')) return text.slice(1)
  return /^[0.]+$/.test(text) ? text : `-${text}`
}

const play = async (
  bank: ReturnType<typeof openPlaidBank>,
  caller: ReturnType<typeof openCaller>,
  { kind: what, amount: much, pick: at, pages }: Happening,
): Promise<void> => {
  const chosen = <T>(some: T[]): T[] => (some.length === 0 ? [] : [some[at % some.length]!])
  const booked = chosen(bank.alive().filter(({ isPending }) => !isPending))
  const pending = chosen(bank.alive().filter(({ isPending }) => isPending))
  const acts: Record<typeof what, () => void | Promise<void>> = {
    book: () => bank.add(much, false),
    reserve: () => bank.add(much, true),
    post: () =>
      pending.forEach((row) => {
        bank.tell(row, { isGone: true })
        bank.add(much, false, row.id)
      }),
    settle: () => pending.forEach((row) => bank.tell(row, { isPending: false })),
    correct: () => booked.forEach((row) => bank.tell(row, { amount: much })),
    remove: () => [...booked, ...pending].forEach((row) => bank.tell(row, { isGone: true })),
    repeat: () => booked.forEach((row) => bank.tell(row)),
    read: () => caller.read(),
    readWhileItMoves: () =>
      caller.read((seen) => {
        if (seen === pages) bank.add(much, false)
        return true
      }),
    crash: () => caller.read((seen) => seen <= pages),
  }
  await acts[what]()
}

test('whatever happens, after a quiet read the store equals the bank, line by line', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(happening, { maxLength: 60 }),
      fc.integer({ min: 1, max: 5 }),
      async (story, pageSize) => {
        const bank = openPlaidBank(pageSize)
        const caller = openCaller(bank)
        for (const one of story) await play(bank, caller, one)
        await caller.read()
        const rows = bank.alive()
        const truth = rows
          .filter(({ isPending }) => !isPending)
          .map(({ id, amount: much, text }) => [`plaid:${id}`, `${negated(much)} ${text}`] as const)
        expect(caller.lines).toEqual(new Map(truth))
        expect(caller.pendingCount()).toBe(rows.filter(({ isPending }) => isPending).length)
      },
    ),
    { numRuns: 300 },
  )
})
