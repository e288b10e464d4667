import { activityInfo } from '@temporalio/activity'
import * as exchanges from '../db/queries/exchanges.ts'
import { withTenant } from '../db/tenant.ts'
import type { Deps } from './deps.ts'
import type { Exchange } from './providers/provider.ts'

const exchangesMax = 2_000

/** Collects the redacted provider calls of one attempt and stores them under the run, also when the attempt fails. */
export const withExchangeLog = async <T>(
  { pool }: Pick<Deps, 'pool'>,
  { tenantId, runId }: { tenantId: string; runId: string },
  work: (onExchange: (exchange: Exchange) => void) => Promise<T>,
): Promise<T> => {
  const collected: Exchange[] = []
  try {
    return await work((exchange) => {
      if (collected.length < exchangesMax) collected.push(exchange)
    })
  } finally {
    if (collected.length > 0)
      await withTenant(pool, tenantId, (tx) =>
        exchanges.store(tx, { runId, attempt: activityInfo().attempt }, collected),
      )
  }
}
