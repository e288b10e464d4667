/** The person of Plaid's own sandbox whose lines move with every refresh. */
import type { BankAccount } from '../bank.ts'
import { lineOf, publish } from '../bank.ts'
import type { World } from '../world.ts'
import { nextId } from '../world.ts'
import { accountsOf } from './items.ts'
import { dynamicUser } from './login.ts'
import type { Item } from './state.ts'

const text = 'A payment that moves'

/** What is pending is posted, and another payment becomes pending. */
const move = (world: World, account: BankAccount): void => {
  const atMs = world.clock.now()
  const bookedOn = new Date(atMs).toISOString().slice(0, 10)
  for (const { id, sequence: _sequence, ...content } of account.pending.all()) {
    if (content.text !== text) continue
    const status = 'booked' as const
    const line = lineOf(account, { ...content, bookedOn, status, postedFromId: id })
    publish(account, { op: 'remove', id }, atMs)
    publish(account, { op: 'put', line }, atMs)
  }
  const id = nextId(world, 'plaid-moving')
  const line = lineOf(account, { id, bookedOn, amount: '-4.999', text, status: 'pending' })
  publish(account, { op: 'put', line }, atMs)
}

/** Moves the lines of an Item whose person is the one; nothing for all others. */
export const moveLines = (world: World, item: Item): void => {
  if (item.username !== dynamicUser) return
  for (const { account } of accountsOf(world, item))
    if (account.subtype === 'checking') move(world, account)
}
