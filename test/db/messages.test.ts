import type { DatabaseTransactionConnection } from 'slonik'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as messages from '../../db/queries/messages.ts'
import { withTenant } from '../../db/tenant.ts'
import type { NewMessage } from '../../domain/chatter.ts'
import type { Arranged } from './arrange.ts'
import { aConnection, arrange, aTenant } from './arrange.ts'

let arranged: Arranged
beforeAll(async () => {
  arranged = await arrange()
})
afterAll(() => arranged.end())

const within = async <T>(
  work: (tx: DatabaseTransactionConnection, connectionId: string) => Promise<T>,
): Promise<T> =>
  withTenant(arranged.pool, await aTenant(arranged.pool), async (tx) =>
    work(tx, await aConnection(tx)),
  )

const aMessage = (message: Partial<NewMessage> & { dedupeKey: string }): NewMessage => ({
  kind: 'message',
  code: 'sync.delayed',
  params: {},
  author: { kind: 'robot' },
  ...message,
})

const list = (tx: DatabaseTransactionConnection, connectionId: string) =>
  messages.list(tx, connectionId, { limit: 100 })

test('messages keep their order and a repeated one is passed over', () =>
  within(async (tx, connectionId) => {
    const [a, b, c] = ['a', 'b', 'c'].map((dedupeKey) =>
      aMessage({ dedupeKey, params: { dedupeKey } }),
    )
    if (!a || !b || !c) throw new Error('three messages')
    await messages.post(tx, connectionId, [a, b])
    await messages.post(tx, connectionId, [b, c, a])
    const listed = await list(tx, connectionId)
    expect(listed.map(({ params }) => params['dedupeKey'])).toEqual(['a', 'b', 'c'])
    const seqs = listed.map(({ seq }) => seq)
    expect(seqs).toEqual(seqs.toSorted((x, y) => x - y))
    const rest = await messages.list(tx, connectionId, { after: seqs[1] ?? 0, limit: 100 })
    expect(rest.map(({ params }) => params['dedupeKey'])).toEqual(['c'])
    const page = await messages.list(tx, connectionId, { limit: 1 })
    expect(page).toHaveLength(1)
  }))

test('a cause that is still open counts its one notice up instead of standing beside it', () =>
  within(async (tx, connectionId) => {
    const failure = (run: number) =>
      aMessage({
        dedupeKey: `run:${run}`,
        cause: 'failure:transient',
        params: { next: `slot ${run}` },
        reference: `BS-000${run}`,
      })
    await messages.post(tx, connectionId, [failure(1)])
    await messages.post(tx, connectionId, [failure(1)])
    await messages.post(tx, connectionId, [failure(2), aMessage({ dedupeKey: 'other' })])
    await messages.post(tx, connectionId, [failure(2)])
    expect(await list(tx, connectionId)).toMatchObject([
      { times: 2, params: { next: 'slot 2' }, reference: 'BS-0002', closedAt: null },
      { times: 1, repeatedAt: null },
    ])
  }))

test('a cause that was closed opens a new notice the next time, but not by a late repetition', () =>
  within(async (tx, connectionId) => {
    const failure = (run: number) =>
      aMessage({ dedupeKey: `run:${run}`, cause: 'failure:transient' })
    await messages.post(tx, connectionId, [failure(1)])
    await messages.closeCauses(tx, connectionId, ['consent', 'failure:transient'])
    await messages.post(tx, connectionId, [failure(1)])
    expect(await list(tx, connectionId)).toHaveLength(1)
    await messages.post(tx, connectionId, [failure(2)])
    const listed = await list(tx, connectionId)
    expect(listed.map(({ closedAt }) => closedAt === null)).toEqual([false, true])
  }))

test('what a person writes is posted once, word for word', () =>
  within(async (tx, connectionId) => {
    const text = {
      dedupeKey: 'request:1',
      kind: 'note' as const,
      body: 'Called the bank: <b>"wait"</b>',
      author: { kind: 'user' as const, name: 'An Peeters' },
    }
    const posted = await messages.postText(tx, connectionId, text)
    expect(posted).toMatchObject({ kind: 'note', code: null, body: text.body, author: text.author })
    expect(await messages.postText(tx, connectionId, text)).toEqual(posted)
    expect(await list(tx, connectionId)).toEqual([posted])
  }))
