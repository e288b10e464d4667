/** Redacted calls to a provider, read by support under the reference of their run. */
import type { DatabaseTransactionConnection } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'

type Tx = DatabaseTransactionConnection

/** One call: what was asked, what came back, never a body or a header. */
export interface Exchange {
  method: string
  path: string
  status: number | null
  durationMs: number
  responseBytes: number
  providerRequestId?: string
  failureCode?: string
}

const pathMax = 500

const types = ['int4', 'text', 'text', 'int4', 'int4', 'int4', 'text', 'text']

/** Adds the calls of one attempt to the record of a run; nothing happens for a run that is gone. */
export const store = async (
  tx: Tx,
  { runId, attempt }: { runId: string; attempt: number },
  exchanges: readonly Exchange[],
): Promise<void> => {
  const rows = exchanges.map((exchange, position) => [
    position,
    exchange.method,
    exchange.path.slice(0, pathMax),
    exchange.status,
    Math.round(exchange.durationMs),
    exchange.responseBytes,
    exchange.providerRequestId ?? null,
    exchange.failureCode ?? null,
  ])
  await tx.query(sql.unsafe`
    INSERT INTO exchange (tenant_id, sync_run_id, attempt, position, method, path, status,
      duration_ms, response_bytes, provider_request_id, failure_code)
    SELECT sync_run.tenant_id, sync_run.id, ${attempt},
      -- refresh and read are activities of their own that share the run, and both begin with attempt 1
      called.position + (
        SELECT coalesce(max(exchange.position) + 1, 0) FROM exchange
        WHERE exchange.sync_run_id = sync_run.id AND exchange.attempt = ${attempt}
      ),
      called.method, called.path, called.status, called.duration_ms, called.response_bytes,
      called.provider_request_id, called.failure_code
    FROM sync_run, ${sql.unnest(rows, types)} AS called (position, method, path, status,
      duration_ms, response_bytes, provider_request_id, failure_code)
    WHERE sync_run.id = ${runId}`)
}

const exchangeRow = z.object({
  syncRunId: z.string(),
  attempt: z.int(),
  method: z.string(),
  path: z.string(),
  status: z.int().nullable(),
  durationMs: z.int(),
  responseBytes: z.int(),
  providerRequestId: z.string().nullable(),
  failureCode: z.string().nullable(),
  at: z.string(),
})

/** The calls of the runs with this reference, in their order; at most 2,000. */
export const listByReference = (
  tx: Tx,
  reference: string,
): Promise<readonly z.infer<typeof exchangeRow>[]> =>
  tx.any(sql.type(exchangeRow)`
    SELECT sync_run_id AS "syncRunId", attempt, exchange.method, path, status,
      duration_ms AS "durationMs", response_bytes AS "responseBytes",
      provider_request_id AS "providerRequestId", exchange.failure_code AS "failureCode", at
    FROM exchange JOIN sync_run ON sync_run.id = sync_run_id
      AND sync_run.tenant_id = exchange.tenant_id
    WHERE sync_run.reference = ${reference}
    ORDER BY started_at, sync_run_id, attempt, position LIMIT 2000`)
