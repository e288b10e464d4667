import { sweepExpired as sweep } from '../db/queries/housekeeping.ts'
import type { Deps } from './deps.ts'

const rowsMax = 1_000
const roundsMax = 100

/** Deletes values, keys and receipts whose time is over. Retry-safe: what is gone is not found again. */
export const createSweepExpired = ({ pool }: Deps) =>
  async function sweepExpired(): Promise<{ swept: number }> {
    let swept = 0
    for (let round = 1; round <= roundsMax; round += 1) {
      const gone = await sweep(pool, rowsMax)
      swept += gone
      if (gone === 0) break
    }
    return { swept }
  }
