/** The rules under which a connection may be refreshed. */
import type { World } from '../world.ts'
import { beginAttempt, isFinished, newestAttempt, nextOutcome } from './attempts.ts'
import { bankBehind, behaviourOf } from './behaviour.ts'
import { refreshableAtMs } from './connections.ts'
import { requireConsent } from './consents.ts'
import { Refusal } from './exchange.ts'
import type { Attempt, AttemptWish, Connection } from './state.ts'

const dayMs = 86_400_000

/** Throws a refusal while an attempt is under way that waits for nobody. */
export const requireIdle = (world: World, connection: Connection): void => {
  const attempt = newestAttempt(world, connection)
  if (attempt !== undefined && !isFinished(attempt) && !attempt.waitsForCode)
    throw new Refusal('ConnectionAlreadyProcessing', 'An attempt is under way.')
}

/** Throws a refusal where the client has as many connections processing as it may. */
const requireRoom = (world: World): void => {
  const { attempts, processingMax } = world.saltedge
  const running = Object.values(attempts).filter((attempt) => !isFinished(attempt)).length
  if (running >= processingMax)
    throw new Refusal('RateLimitExceeded', 'Too many connections are processing.')
}

/** Throws a refusal unless a connection may be refreshed now, with or without the person. */
export const requireRefreshable = (world: World, connection: Connection): void => {
  if (connection.disabled) throw new Refusal('ConnectionDisabled', 'The connection is disabled.')
  requireIdle(world, connection)
  requireConsent(world, connection)
  if (newestAttempt(world, connection)?.waitsForCode === true) return
  const dueMs = refreshableAtMs(world, connection)
  if (dueMs !== null && dueMs > world.clock.now())
    throw new Refusal('ConnectionCannotBeRefreshed', 'Connection cannot be refreshed right now.')
}

const requireBudget = (world: World, connection: Connection): void => {
  const { backgroundMax } = behaviourOf(bankBehind(world, connection))
  const since = world.clock.now() - dayMs
  connection.backgroundStartsMs = connection.backgroundStartsMs.filter((ms) => ms > since)
  if (connection.backgroundStartsMs.length >= backgroundMax)
    throw new Refusal('BackgroundFetchLimitExceeded', 'Enough refreshes without the person today.')
}

/** Refreshes without the hosted page, with the person or without; throws a refusal where that is not allowed now. */
export const refreshQuietly = (
  world: World,
  connection: Connection,
  { wish, userPresent }: { wish: AttemptWish; userPresent: boolean },
): Attempt => {
  const newest = newestAttempt(world, connection)
  if (newest?.waitsForCode === true)
    throw new Refusal('ConnectionAlreadyProcessing', 'An attempt waits for the person.')
  requireRefreshable(world, connection)
  const { automaticFetch, interactiveOnRefresh } = behaviourOf(bankBehind(world, connection))
  if (!automaticFetch)
    throw new Refusal('ConnectionCannotBeRefreshed', 'Connection needs its user to be refreshed.')
  // the institutions' limit is on accesses behind the person's back only
  if (!userPresent) requireBudget(world, connection)
  requireRoom(world)
  if (!userPresent) connection.backgroundStartsMs.push(world.clock.now())
  return beginAttempt(world, connection, {
    origin: userPresent ? 'refresh' : 'background',
    wish,
    userPresent,
    asksCode: interactiveOnRefresh,
    failWith: nextOutcome(world, connection),
  })
}
