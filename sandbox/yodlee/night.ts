/** Yodlee's own schedule: every night all connections that may be refreshed without a person. */
import type { World } from '../world.ts'
import { refreshByItself } from './aggregation.ts'

const dayMs = 86_400_000
/** By the sandbox's age and not by the hour, so that a story is the same whenever it is told. */
const firstNightMs = 20 * 3_600_000

/** Refreshes everything at the next night, and at those after it. */
export const keepNights = (world: World): void => {
  const { yodlee, clock } = world
  yodlee.nextNightMs ??= clock.now() + firstNightMs
  const dueMs = yodlee.nextNightMs
  clock.at(dueMs, () => {
    if (world.yodlee !== yodlee) return
    // a clock that is moved by weeks needs the last of many nights only
    const missed = Math.floor((clock.targetMs() - dueMs) / dayMs)
    yodlee.nextNightMs = dueMs + Math.max(missed, 1) * dayMs
    if (missed < 1)
      for (const connection of Object.values(yodlee.connections)) refreshByItself(world, connection)
    world.changed()
    keepNights(world)
  })
}
