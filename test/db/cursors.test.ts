import { afterAll, beforeAll, expect, test } from 'vitest'
import * as accounts from '../../db/queries/accounts.ts'
import { moveCursor } from '../../db/queries/cursors.ts'
import * as runPositions from '../../db/queries/run-positions.ts'
import type { Arranged, Linked } from './arrange.ts'
import { aLinkedAccount, arrange } from './arrange.ts'

let arranged: Arranged
beforeAll(async () => {
  arranged = await arrange()
})
afterAll(() => arranged.end())

const move = (account: Linked, from: string | null, to: string) => {
  const { connectionId, providerAccountId } = account
  return account.within((tx) =>
    moveCursor(tx, { connectionId, generation: 0, providerAccountId, from, to }),
  )
}

const chosen = (account: Linked) =>
  account.within((tx) => accounts.listChosen(tx, account.connectionId, account.syncRunId))

test('an attempt that wakes up late does not put the cursor back', async () => {
  const account = await aLinkedAccount(arranged.pool)
  expect(await move(account, null, 'c1')).toBe(true)
  expect(await move(account, 'c1', 'c5')).toBe(true)
  expect(await move(account, 'c1', 'c2')).toBe(false)
  expect(await move(account, null, 'c1')).toBe(false)
  expect(await chosen(account)).toMatchObject([{ cursor: 'c5', done: false, position: null }])
})

test('of two attempts that move the cursor at once one wins', async () => {
  const account = await aLinkedAccount(arranged.pool)
  const moved = await Promise.all([move(account, null, 'a'), move(account, null, 'b')])
  expect(moved.toSorted()).toEqual([false, true])
})

test('moving the cursor says when the account was read', async () => {
  const account = await aLinkedAccount(arranged.pool)
  expect(await chosen(account)).toMatchObject([{ lastPulledAt: null }])
  await move(account, null, 'c1')
  const [after] = await chosen(account)
  expect(after?.lastPulledAt).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/)
})

test('a run goes on where it stood, counts its lines, and an account it has read stays read', async () => {
  const account = await aLinkedAccount(arranged.pool)
  const { syncRunId: runId, providerAccountId } = account
  const store = (position: string | null, done: boolean) =>
    account.within((tx) =>
      runPositions.store(tx, {
        runId,
        providerAccountId,
        position,
        done,
        counts: { pages: 1, added: 1, changed: 0, removed: 1, filled: 0 },
      }),
    )
  await store('p1', false)
  expect(await store('p2', false)).toBe(4)
  expect(await chosen(account)).toMatchObject([{ position: 'p2', done: false }])
  await store(null, true)
  await store('p1', false)
  expect(await chosen(account)).toMatchObject([{ position: null, done: true }])
})
