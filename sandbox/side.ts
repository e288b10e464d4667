/** One provider's side of the sandbox, as the rest of the sandbox sees it. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { BankAccount } from './bank.ts'
import type { ControlRoute } from './control/control-route.ts'
import type { World } from './world.ts'

interface SideState {
  /** Where the side's events go. */
  webhookUrl: string | null
}

interface SideScript {
  /** The bank can be chosen at this provider. */
  offered: boolean
}

export interface Side<
  Name extends string = string,
  State extends SideState = SideState,
  Script extends SideScript = SideScript,
> {
  name: Name
  /** As people write it. */
  title: string
  /** What it knows before anybody has linked anything: plain JSON, so that it survives a restart. */
  freshState: () => State
  /** How it shows the bank of this name, as long as nothing else is scripted. */
  scriptFor: (bankName: string) => Script
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
