import { listOverdue as list } from '../db/queries/housekeeping.ts'
import type { ConnectionRef, Deps } from './deps.ts'

const lateSeconds = 3_600
const limit = 100

/** Finds connections whose slot passed an hour ago, a hundred behind the given id. Retry-safe: it only reads. */
export const createListOverdue = ({ pool }: Deps) =>
  async function listOverdue({ after }: { after: string }): Promise<readonly ConnectionRef[]> {
    return list(pool, { lateSeconds, after, limit })
  }
