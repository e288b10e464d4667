/** What Salt Edge does by itself: refreshes of connections that ask for it, and news of an account. */
import type { BankAccount } from '../bank.ts'
import type { World } from '../world.ts'
import { beginAttempt, isFinished, newestAttempt, nextOutcome } from './attempts.ts'
import { bankBehind, behaviourOf } from './behaviour.ts'
import type { Attempt, Connection } from './state.ts'

const ownRunEveryMs = 24 * 60 * 60 * 1000

const isIdle = (world: World, connection: Connection): boolean => {
  const newest = newestAttempt(world, connection)
  return newest !== undefined && isFinished(newest)
}

/** Refreshes a connection on Salt Edge's own initiative; null while another attempt is under way. */
export const refreshByItself = (
  world: World,
  connection: Connection,
  failWith: string | null,
): Attempt | null => {
  const newest = newestAttempt(world, connection)
  if (newest === undefined || !isIdle(world, connection)) return null
  return beginAttempt(world, connection, {
    origin: 'automatic',
    wish: newest.wish,
    userPresent: false,
    asksCode: false,
    failWith,
  })
}

const runNow = (world: World): void => {
  for (const connection of Object.values(world.saltedge.connections))
    if (connection.automaticRefresh && behaviourOf(bankBehind(world, connection)).automaticFetch)
      refreshByItself(world, connection, nextOutcome(world, connection))
}

/** Salt Edge's own schedule: once a day, connections with `automatic_refresh`. */
export const keepOwnSchedule = (world: World): void => {
  const { saltedge: state, clock } = world
  const dueMs = state.nextOwnRunMs ?? clock.now() + ownRunEveryMs
  state.nextOwnRunMs = dueMs
  clock.at(dueMs, () => {
    // a clock that is moved by weeks needs the last of many runs only
    const missed = Math.floor((clock.targetMs() - dueMs) / ownRunEveryMs)
    world.saltedge.nextOwnRunMs = dueMs + Math.max(missed, 1) * ownRunEveryMs
    if (missed < 1) runNow(world)
    keepOwnSchedule(world)
  })
}

/** The bank has new lines of an account: whoever linked it is refreshed and told. */
export const announceLines = (world: World, account: BankAccount): void => {
  for (const connection of Object.values(world.saltedge.connections)) {
    const holds = connection.accounts.some(({ bankAccountId }) => bankAccountId === account.id)
    // an attempt that is under way sees the new lines itself
    if (holds) refreshByItself(world, connection, null)
  }
}
