import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { DatabaseTransactionConnection } from 'slonik'
import * as accounts from '../../db/queries/accounts.ts'
import * as connections from '../../db/queries/connections.ts'
import { withTenant } from '../../db/tenant.ts'
import type { ProviderAccount } from '../../domain/account.ts'
import type { Arranged } from './arrange.ts'
import { aConnection, aProviderAccount, arrange, aTenant } from './arrange.ts'

let arranged: Arranged
beforeAll(async () => {
  arranged = await arrange()
})
afterAll(() => arranged.end())

const within = async <T>(work: (tx: DatabaseTransactionConnection) => Promise<T>): Promise<T> =>
  withTenant(arranged.pool, await aTenant(arranged.pool), work)

/** Discovers in a generation as completing a link flow does, the connection's own generation first. */
const discover = async (
  tx: DatabaseTransactionConnection,
  { connectionId, generation }: { connectionId: string; generation: number },
  shown: readonly ProviderAccount[],
) => {
  await connections.update(tx, connectionId, { generation })
  return accounts.discover(tx, { connectionId, generation }, shown)
}

const iban = 'BE68539007547034'

test('accounts shown for the first time wait for a decision', () =>
  within(async (tx) => {
    const connectionId = await aConnection(tx)
    const shown = [
      aProviderAccount({
        number: 'be68 5390 0754 7034',
        name: 'Business',
        balances: [{ kind: 'booked', amount: '10.10', currency: 'EUR', asOf: '2026-03-02' }],
      }),
      aProviderAccount({ name: 'Savings', type: 'savings' }),
    ]
    const found = await discover(tx, { connectionId, generation: 1 }, shown)
    expect(found).toEqual({ added: 2, gone: 0, unclear: 0, toDecide: 2 })
    const listed = await accounts.listByConnection(tx, connectionId)
    expect(listed).toMatchObject([
      {
        number: iban,
        name: 'Business',
        chosen: false,
        decidedAt: null,
        goneAt: null,
        balances: [{ kind: 'booked', amount: '10.10', currency: 'EUR', asOf: '2026-03-02' }],
      },
      { number: null, name: 'Savings', balances: [] },
    ])
    const again = await discover(tx, { connectionId, generation: 1 }, shown)
    expect(again).toEqual({ added: 0, gone: 0, unclear: 0, toDecide: 2 })
    expect(await accounts.listByConnection(tx, connectionId)).toEqual(listed)
  }))

test('a choice and its journal survive a new consent with new provider ids', () =>
  within(async (tx) => {
    const connectionId = await aConnection(tx)
    const shown = [
      aProviderAccount({ number: iban }),
      aProviderAccount({ providerAccountId: 'kept-id', name: 'Renamed later' }),
      aProviderAccount({ name: 'Savings', type: 'savings' }),
    ]
    await discover(tx, { connectionId, generation: 1 }, shown)
    const listed = await accounts.listByConnection(tx, connectionId)
    const choices = listed.map(({ id }, i) => ({
      accountId: id,
      chosen: i !== 1,
      journalRef: `J${i}`,
    }))
    expect(await accounts.choose(tx, connectionId, choices)).toEqual({ chosen: 2, undecided: 0 })
    const before = await accounts.listByConnection(tx, connectionId)

    const renewed = [
      aProviderAccount({ number: iban, name: 'Another name' }),
      aProviderAccount({ providerAccountId: 'kept-id', name: 'New name' }),
      aProviderAccount({ name: 'Savings', type: 'savings' }),
    ]
    const found = await discover(tx, { connectionId, generation: 2 }, renewed)
    expect(found).toEqual({ added: 0, gone: 0, unclear: 0, toDecide: 0 })
    const after = await accounts.listByConnection(tx, connectionId)
    const settled = (list: typeof after) =>
      list.map(({ id, chosen, journalRef }) => ({ id, chosen, journalRef }))
    expect(settled(after)).toEqual(settled(before))
    expect(after.map(({ providerAccountId }) => providerAccountId).toSorted()).toEqual(
      renewed.map(({ providerAccountId }) => providerAccountId).toSorted(),
    )
  }))

test('an account no longer shown is gone, and back when it is shown again', () =>
  within(async (tx) => {
    const connectionId = await aConnection(tx)
    const [stays, goes] = [aProviderAccount({ name: 'A' }), aProviderAccount({ name: 'B' })]
    await discover(tx, { connectionId, generation: 1 }, [stays, goes])
    const listed = await accounts.listByConnection(tx, connectionId)
    await accounts.choose(
      tx,
      connectionId,
      listed.map(({ id }) => ({ accountId: id, chosen: true })),
    )
    const found = await discover(tx, { connectionId, generation: 1 }, [stays])
    expect(found).toMatchObject({ added: 0, gone: 1 })
    expect((await connections.lockById(tx, connectionId))?.chosenAccounts).toBe(1)
    await discover(tx, { connectionId, generation: 1 }, [stays, goes])
    expect((await connections.lockById(tx, connectionId))?.chosenAccounts).toBe(2)
    expect(await discover(tx, { connectionId, generation: 2 }, [stays])).toMatchObject({ gone: 1 })
  }))

test('an account gone with a new consent is still listed, as gone, and only once', () =>
  within(async (tx) => {
    const connectionId = await aConnection(tx)
    const [stays, goes] = [aProviderAccount({ name: 'A' }), aProviderAccount({ name: 'B' })]
    await discover(tx, { connectionId, generation: 1 }, [stays, goes])
    const [, gone] = await accounts.listByConnection(tx, connectionId)
    await discover(tx, { connectionId, generation: 2 }, [stays])
    await discover(tx, { connectionId, generation: 3 }, [stays])
    const listed = await accounts.listByConnection(tx, connectionId)
    expect(listed.map(({ name, goneAt }) => [name, goneAt !== null])).toEqual([
      ['A', false],
      ['B', true],
    ])
    expect(listed[1]?.id).toBe(gone?.id)
    await discover(tx, { connectionId, generation: 4 }, [stays, goes])
    const back = await accounts.listByConnection(tx, connectionId)
    expect(back.map(({ goneAt }) => goneAt)).toEqual([null, null])
  }))

test('an account that gets another id begins a new generation, so that it is read once and known again', () =>
  within(async (tx) => {
    const connectionId = await aConnection(tx)
    const [renamed, other] = [aProviderAccount({ number: iban }), aProviderAccount({ name: 'B' })]
    await discover(tx, { connectionId, generation: 1 }, [renamed, other])
    const before = await accounts.listByConnection(tx, connectionId)
    await accounts.choose(
      tx,
      connectionId,
      before.map(({ id }) => ({ accountId: id, chosen: true })),
    )
    const shown = [aProviderAccount({ number: iban }), other]
    const found = await accounts.discover(tx, { connectionId, generation: 1 }, shown)
    expect(found).toEqual({ added: 0, gone: 0, unclear: 0, toDecide: 0 })
    expect((await connections.lockById(tx, connectionId))?.generation).toBe(2)
    const read = await accounts.listChosen(tx, connectionId, randomUUID())
    expect(read.map(({ accountId }) => accountId).toSorted()).toEqual(
      before.map(({ id }) => id).toSorted(),
    )
    expect(read.map(({ providerAccountId }) => providerAccountId).toSorted()).toEqual(
      shown.map(({ providerAccountId }) => providerAccountId).toSorted(),
    )
  }))

test('the same number through a second connection is the same account, not yet chosen there', () =>
  within(async (tx) => {
    const [one, two] = [await aConnection(tx), await aConnection(tx, 'plaid')]
    await discover(tx, { connectionId: one, generation: 1 }, [aProviderAccount({ number: iban })])
    const [first] = await accounts.listByConnection(tx, one)
    await accounts.choose(tx, one, [{ accountId: first?.id ?? '', chosen: true }])
    await discover(tx, { connectionId: two, generation: 1 }, [
      aProviderAccount({ number: iban }),
      aProviderAccount({ number: iban, currency: 'USD' }),
    ])
    const second = await accounts.listByConnection(tx, two)
    expect(second.map(({ id, currency, chosen }) => [id === first?.id, currency, chosen])).toEqual([
      [true, 'EUR', false],
      [false, 'USD', false],
    ])
  }))

test('what cannot be told apart is made new instead of guessed', () =>
  within(async (tx) => {
    const connectionId = await aConnection(tx)
    const twins = () => [aProviderAccount(), aProviderAccount()]
    await discover(tx, { connectionId, generation: 1 }, twins())
    const found = await discover(tx, { connectionId, generation: 2 }, twins())
    expect(found).toEqual({ added: 2, gone: 2, unclear: 2, toDecide: 2 })
  }))

test('equal masked numbers of two connections are two accounts', () =>
  within(async (tx) => {
    const masked = () => aProviderAccount({ number: '****1234' })
    for (const connectionId of [await aConnection(tx), await aConnection(tx)])
      expect(await discover(tx, { connectionId, generation: 1 }, [masked()])).toMatchObject({
        added: 1,
        unclear: 0,
      })
  }))

test('a number shown twice does not stop the discovery', () =>
  within(async (tx) => {
    const connectionId = await aConnection(tx)
    const twice = [aProviderAccount({ number: iban }), aProviderAccount({ number: iban })]
    const found = await discover(tx, { connectionId, generation: 1 }, [...twice, ...twice])
    expect(found).toMatchObject({ added: 2, toDecide: 2 })
    const listed = await accounts.listByConnection(tx, connectionId)
    expect(new Set(listed.map(({ number }) => number))).toEqual(new Set([iban, null]))
  }))

test('two connections that discover the same account at once end with one', async () => {
  const tenantId = await aTenant(arranged.pool)
  const inTenant = <T>(work: (tx: DatabaseTransactionConnection) => Promise<T>) =>
    withTenant(arranged.pool, tenantId, work)
  const ids = await Promise.all([inTenant(aConnection), inTenant(aConnection)])
  await Promise.all(
    ids.map((connectionId) =>
      inTenant((tx) =>
        discover(tx, { connectionId, generation: 1 }, [aProviderAccount({ number: iban })]),
      ),
    ),
  )
  const listed = await inTenant((tx) =>
    Promise.all(ids.map((id) => accounts.listByConnection(tx, id))),
  )
  expect(new Set(listed.flat().map(({ id }) => id)).size).toBe(1)
})

test('what a provider tells about accounts is kept for those the connection reaches', () =>
  within(async (tx) => {
    const connectionId = await aConnection(tx)
    const shown = aProviderAccount()
    await discover(tx, { connectionId, generation: 1 }, [shown])
    const balance = { kind: 'interim', currency: 'EUR', asOf: '2026-03-02T10:00:00Z' } as const
    await accounts.storeSeen(tx, connectionId, [
      {
        ...shown,
        consentExpiresAt: '2026-06-01T00:00:00.000Z',
        balances: [{ ...balance, amount: '1.00' }],
        failure: { code: 'account_gone' },
      },
      aProviderAccount({ balances: [{ ...balance, amount: '7.00' }] }),
    ])
    const [seen] = await accounts.listByConnection(tx, connectionId)
    expect(seen).toMatchObject({
      balances: [{ ...balance, amount: '1.00' }],
      consentExpiresAt: '2026-06-01T00:00:00.000Z',
      failureCode: 'account_gone',
    })
    const accountId = seen?.id ?? ''
    await accounts.storeBalances(tx, accountId, [{ ...balance, amount: '2.50' }])
    const { providerAccountId } = shown
    await accounts.setFailure(tx, connectionId, { providerAccountId, failureCode: null })
    const [later] = await accounts.listByConnection(tx, connectionId)
    expect(later).toMatchObject({ balances: [{ amount: '2.50' }], failureCode: null })
    expect(await accounts.oneById(tx, accountId)).toMatchObject({ id: accountId, version: 1 })
  }))
