/** Pages that a provider may take back, on a real database; the provider is a script of answers. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Page, ProviderSession } from '../../activities/providers/provider.ts'
import { ProviderError } from '../../activities/providers/provider.ts'
import type { Pulling } from '../../activities/pulling.ts'
import { pullAccount } from '../../activities/pull-account.ts'
import type { Deps } from '../../activities/deps.ts'
import * as accounts from '../../db/queries/accounts.ts'
import { runPositions } from './support/run-positions.ts'
import type { Arranged, Linked } from '../db/arrange.ts'
import { aLine, aLinkedAccount, arrange } from '../db/arrange.ts'

let arranged: Arranged
beforeAll(async () => {
  arranged = await arrange()
})
afterAll(() => arranged.end())

type Scripted = Partial<Page> | ProviderError

const takenBack = () =>
  new ProviderError({ code: 'transient', scope: 'connection', reason: 'pages_invalidated' })
const away = () => new ProviderError({ code: 'provider_unavailable', scope: 'provider' })

/** A session that gives these answers one after the other and remembers from where it was asked. */
const scripted = (answers: Scripted[]) => {
  const askedFrom: (string | null)[] = []
  const pullLines: ProviderSession['pullLines'] = ({ cursor }) => {
    askedFrom.push(cursor)
    const answer = answers.shift()
    if (answer === undefined) return Promise.reject(new Error('nothing is scripted any more'))
    if (answer instanceof ProviderError) return Promise.reject(answer)
    return Promise.resolve({
      lines: [],
      removedLineKeys: [],
      nextCursor: `after ${askedFrom.length}`,
      hasMore: true,
      readiness: 'full',
      pendingCount: 0,
      ...answer,
    })
  }
  return { askedFrom, session: { pullLines } as Partial<ProviderSession> as ProviderSession }
}

const pull = async (account: Linked, session: ProviderSession, pagesMax = 200) => {
  const chosen = await account.within((tx) =>
    accounts.listChosen(tx, account.connectionId, account.syncRunId),
  )
  const deps = { ...arranged, providers: new Map(), publicUrl: '', reach: () => Promise.resolve() }
  const pulling: Pulling = {
    tenantId: account.tenantId,
    connectionId: account.connectionId,
    runId: account.syncRunId,
    account: chosen[0]!,
    session,
    rereadDays: 0,
    pagesProvisional: true,
    pagesMax,
    progress: () => undefined,
    onLastPage: () => Promise.resolve(),
  }
  return pullAccount(deps satisfies Deps, pulling)
}

const keysOf = async (account: Linked) => (await account.feed()).map(({ lineKey }) => lineKey)

test('nothing of a run is stored before its last page, then all of it', async () => {
  const account = await aLinkedAccount(arranged.pool)
  const { session } = scripted([
    { lines: [aLine({ lineKey: 'a' })] },
    { lines: [aLine({ lineKey: 'b' })] },
    { lines: [aLine({ lineKey: 'c' })], hasMore: false },
  ])
  expect(await pull(account, session, 2)).toEqual({ finished: false, pages: 2 })
  expect(await keysOf(account)).toEqual([])
  expect(await pull(account, session)).toEqual({ finished: true, pages: 1 })
  expect(await keysOf(account)).toEqual(['a', 'b', 'c'])
})

test('what was removed on one page and shown on a later one is there, and the other way round is not', async () => {
  const account = await aLinkedAccount(arranged.pool)
  const [stays, goes] = [aLine({ lineKey: 'stays' }), aLine({ lineKey: 'goes' })]
  const { session } = scripted([
    { lines: [goes], removedLineKeys: ['stays'] },
    { lines: [stays], removedLineKeys: ['goes'], hasMore: false },
  ])
  await pull(account, session)
  const feed = await account.feed()
  expect(feed.filter(({ op }) => op !== 'removed').map(({ lineKey }) => lineKey)).toEqual(['stays'])
})

test('a sequence that is taken back begins anew at the first cursor, and leaves nothing of the first try', async () => {
  const account = await aLinkedAccount(arranged.pool)
  const { session, askedFrom } = scripted([
    { lines: [aLine({ lineKey: 'never mentioned again' })] },
    takenBack(),
    { lines: [aLine({ lineKey: 'a' })] },
    { lines: [aLine({ lineKey: 'b' })], hasMore: false },
  ])
  expect(await pull(account, session)).toMatchObject({ finished: true })
  expect(askedFrom).toEqual([null, 'after 1', null, 'after 3'])
  expect(await keysOf(account)).toEqual(['a', 'b'])
})

test('a provider that takes back again and again is left to a later attempt', async () => {
  const account = await aLinkedAccount(arranged.pool)
  const { session, askedFrom } = scripted(Array.from({ length: 20 }, takenBack))
  await expect(pull(account, session)).rejects.toThrow(ProviderError)
  expect(askedFrom).toHaveLength(6)
})

test('any failure half-way begins anew at the first cursor; a worker that died goes on where it was', async () => {
  const account = await aLinkedAccount(arranged.pool)
  const failing = scripted([{ lines: [aLine({ lineKey: 'x' })] }, away()])
  await expect(pull(account, failing.session)).rejects.toThrow('provider_unavailable')
  const again = scripted([{ lines: [aLine({ lineKey: 'a' })] }])
  // the process dies: the script is at its end
  await expect(pull(account, again.session)).rejects.toThrow('nothing is scripted')
  const other = scripted([{ lines: [aLine({ lineKey: 'b' })], hasMore: false }])
  await pull(account, other.session)
  expect(again.askedFrom[0]).toBeNull()
  expect(other.askedFrom).toEqual(['after 1'])
  expect(await keysOf(account)).toEqual(['a', 'b'])
  expect(await runPositions(account)).toEqual([{ done: true, staged: 0 }])
})
