import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as events from '../../db/queries/events.ts'
import type { Arranged, Linked } from './arrange.ts'
import { aLine, aLinkedAccount, arrange } from './arrange.ts'
import { eventually } from '../support/eventually.ts'

let arranged: Arranged
beforeAll(async () => {
  arranged = await arrange()
})
afterAll(() => arranged.end())

const asAdmin = async <T>(work: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client(arranged.adminUrl)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

const waitsForLock = (client: pg.Client) => async (): Promise<boolean> => {
  const { rows } = await client.query(
    "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()",
  )
  return rows.length > 0
}

/** What two readers together see who follow two writers: the slow one begins first and commits last. */
const followTwoWriters = async (
  account: Linked,
  write: {
    slow: (open: Promise<void>, begun: () => void) => Promise<void>
    fast: () => Promise<void>
  },
): Promise<number> =>
  asAdmin(async (client) => {
    const gate = Promise.withResolvers<void>()
    const begun = Promise.withResolvers<void>()
    const slow = write.slow(gate.promise, begun.resolve)
    await begun.promise
    let isFastDone = false
    const fast = write.fast().then(() => {
      isFastDone = true
    })
    await eventually(
      'the second writer waiting',
      async () => isFastDone || (await waitsForLock(client)()),
    )
    const first = await account.feed()
    gate.resolve()
    await Promise.all([slow, fast])
    const rest = await account.feed(first.at(-1)?.seq ?? 0)
    return first.length + rest.length
  })

test('a reader of the feed misses no line when two writers interleave', async () => {
  const account = await aLinkedAccount(arranged.pool)
  const { within, accountId, connectionId, syncRunId } = account
  const { storePage } = await import('../../db/queries/statement-lines.ts')
  const page = { accountId, connectionId, generation: 0, syncRunId, removedLineKeys: [] }
  const seen = await followTwoWriters(account, {
    slow: (open, begun) =>
      within(async (tx) => {
        await storePage(tx, { ...page, lines: [aLine(), aLine()] })
        begun()
        await open
      }),
    fast: () => within(async (tx) => void (await storePage(tx, { ...page, lines: [aLine()] }))),
  })
  expect(seen).toBe(3)
})

test('without the lock of the account the same reader would miss lines', async () => {
  const account = await aLinkedAccount(arranged.pool)
  await asAdmin((client) => client.query('CREATE SEQUENCE unlocked'))
  // numbers from a sequence are taken before commit and in no order of commits
  const insert = (client: pg.Client) =>
    client.query(
      `INSERT INTO statement_line (tenant_id, account_id, line_key, seq, added_seq, booked_on, amount,
         currency, text, content_hash, fingerprint, fingerprint_version, raw)
       SELECT $1, $2, $3, n, n, '2026-03-02', 1, 'EUR', '', '', '', 1, '{}'
       FROM nextval('unlocked') AS n`,
      [account.tenantId, account.accountId, randomUUID()],
    )
  const seen = await followTwoWriters(account, {
    slow: (open, begun) =>
      asAdmin(async (client) => {
        await client.query('BEGIN')
        await insert(client)
        begun()
        await open
        await client.query('COMMIT')
      }),
    fast: () => asAdmin(async (client) => void (await insert(client))),
  })
  expect(seen).toBe(1)
})

test('a reader of events misses none when two writers interleave', async () => {
  const account = await aLinkedAccount(arranged.pool)
  const event = () => ({
    dedupeKey: randomUUID(),
    type: 'lines.added' as const,
    content: { lines: 1 },
  })
  const listAfter = (seq: number) => account.within((tx) => events.list(tx, seq, 100))
  const seen = await followTwoWriters(
    { ...account, feed: async (after = 0) => (await listAfter(after)) as never },
    {
      slow: (open, begun) =>
        account.within(async (tx) => {
          await events.append(tx, [event(), event()])
          begun()
          await open
        }),
      fast: () => account.within((tx) => events.append(tx, [event()])),
    },
  )
  expect(seen).toBe(3)
})

test('an event appended again is passed over', async () => {
  const account = await aLinkedAccount(arranged.pool)
  const event = { dedupeKey: 'run:1', type: 'lines.added' as const, content: { lines: 1 } }
  await account.within((tx) => events.append(tx, [event, event]))
  await account.within((tx) => events.append(tx, [event, { ...event, dedupeKey: 'run:2' }]))
  const listed = await account.within((tx) => events.list(tx, 0, 100))
  expect(listed).toHaveLength(2)
  expect(listed[0]).toMatchObject({ type: 'lines.added', content: { lines: 1 }, accountId: null })
})

test('two writers of one page at the same time store it once', async () => {
  const account = await aLinkedAccount(arranged.pool)
  const page = Array.from({ length: 50 }, () => aLine())
  const stored = await Promise.all([account.store(page), account.store(page), account.store(page)])
  expect(stored.map(({ added }) => added).toSorted((a, b) => a - b)).toEqual([0, 0, 50])
  expect(await account.feed()).toHaveLength(50)
})
