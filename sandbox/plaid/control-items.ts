/** Which Items a control call means. */
import { z } from 'zod'
import { ControlRefusal } from '../control/control-route.ts'
import type { World } from '../world.ts'
import { accountsOf } from './items.ts'
import type { Item } from './state.ts'

/** Members of a call that name an Item, one of its accounts, or both. */
export const named = { connection: z.string().optional(), account: z.string().optional() }

interface Named {
  connection?: string | undefined
  account?: string | undefined
}

export interface Struck {
  item: Item
  /** The bank's own ids of the accounts that are meant. */
  accounts: string[]
}

/** The Items that are meant by their id, or by an account's id at Plaid, at the bank, or its number. */
export const struckBy = (world: World, { connection, account }: Named): Struck[] => {
  if (connection === undefined && account === undefined)
    throw new ControlRefusal(400, 'name a connection or an account')
  const items = Object.values(world.plaid.items).filter(
    ({ id, gone }) => !gone && (connection === undefined || id === connection),
  )
  const struck = items.map((item) => ({
    item,
    accounts: accountsOf(world, item)
      .filter(({ id, account: { id: own, reference } }) =>
        [undefined, id, own, reference].includes(account),
      )
      .map((held) => held.account.id),
  }))
  const meant = struck.filter(({ accounts }) => account === undefined || accounts.length > 0)
  if (meant.length === 0) throw new ControlRefusal(404, 'nobody has linked this')
  return meant
}
