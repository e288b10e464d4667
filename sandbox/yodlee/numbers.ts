/** Yodlee's ids: whole numbers, given out one after the other or derived from other ids. */
import { seededUuid } from '../seeded.ts'
import type { World } from '../world.ts'

/** The next id; the steps are uneven so that nobody counts on neighbours. */
export const nextNumber = (world: World): number => {
  world.yodlee.numbered += 7 + (world.yodlee.numbered % 5)
  return world.yodlee.numbered
}

/** A number of 48 bits that depends on nothing but the parts. */
export const derivedNumber = (...parts: (string | number)[]): number =>
  Number.parseInt(
    seededUuid(...parts)
      .replaceAll('-', '')
      .slice(0, 12),
    16,
  )
