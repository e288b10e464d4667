/** One provider's side of the sandbox, as the rest of the sandbox sees it. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { BankAccount } from './bank.ts'
import type { ControlRoute } from './control/control-route.ts'
import type { World } from './world.ts'

export const sideNames = ['plaid', 'yodlee', 'saltedge'] as const
export type SideName = (typeof sideNames)[number]

export interface Side {
  name: SideName
  /** Short names of its endpoints, by which faults strike: `plaid/transactions/sync`. */
  endpoints: readonly string[]
  listener: (world: World) => (request: IncomingMessage, response: ServerResponse) => Promise<void>
  /** Its own control routes, below `/__sim/{name}/`. */
  control: readonly ControlRoute[]
  /** Lets what was under way go on by the clock; after the start, a restart or a reset. */
  resume: (world: World) => void
  /** The institution has new lines of an account and the provider says so by its events. */
  announceLines: (world: World, account: BankAccount) => void
}
