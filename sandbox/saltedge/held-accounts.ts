/** Accounts that a connection holds. */
import type { BankAccount } from '../bank.ts'
import type { World } from '../world.ts'
import { bankBehind } from './behaviour.ts'
import type { Connection, HeldAccount } from './state.ts'
import { nextWireId } from './state.ts'

/** Accounts that the person ticked are held from now on, and no others. */
export const holdAccounts = (world: World, connection: Connection): void => {
  const { saltedge: state, clock } = world
  const bank = bankBehind(world, connection)
  connection.accounts = connection.accounts.filter(({ bankAccountId }) =>
    connection.ticked.includes(bankAccountId),
  )
  const known = new Set(connection.accounts.map(({ bankAccountId }) => bankAccountId))
  for (const account of bank.accounts.values()) {
    if (!connection.ticked.includes(account.id) || known.has(account.id)) continue
    const id = nextWireId(state, 'account')
    connection.accounts.push({
      id,
      number: state.issued,
      bankAccountId: account.id,
      createdAt: clock.instant(),
      refreshed: true,
      duplicates: [],
    })
  }
}

/** The account of the bank behind one that a connection holds; undefined when the bank has closed it. */
export const accountAtBank = (
  world: World,
  connection: Connection,
  { bankAccountId }: HeldAccount,
): BankAccount | undefined => bankBehind(world, connection).accounts.get(bankAccountId)
