import { z } from 'zod'
import type { SyncRun } from '../../db/queries/sync-runs.ts'

const instant = z.iso.datetime()

/** One attempt to bring a connection up to date. */
export const runSchema = z
  .object({
    id: z.uuid(),
    connectionId: z.uuid(),
    cause: z.enum(['first', 'scheduled', 'person', 'event', 'retry', 'renewal']),
    phase: z.enum(['accepted', 'refreshing', 'mfa', 'reading', 'done']),
    outcome: z
      .enum(['ok', 'failed', 'stopped'])
      .nullable()
      .meta({ description: 'stopped = the connection was closed meanwhile' }),
    failureCode: z.string().nullable(),
    reference: z.string().meta({ description: 'Quote it to support' }),
    pages: z.int(),
    linesAdded: z.int(),
    linesChanged: z.int(),
    linesRemoved: z.int(),
    refresh: z
      .string()
      .nullable()
      .meta({ description: 'What came of asking the bank for fresh data' }),
    refreshUntil: instant.nullable().meta({ description: 'Next refresh possible at the bank' }),
    until: instant.nullable().meta({ description: 'Trying again before is pointless' }),
    startedAt: instant,
    finishedAt: instant.nullable(),
  })
  .meta({ id: 'SyncRun' })

/** The public form of a run. */
export const toRun = (run: SyncRun): z.infer<typeof runSchema> => ({
  id: run.id,
  connectionId: run.connectionId,
  cause: run.cause,
  phase: run.phase,
  outcome: run.outcome,
  failureCode: run.failureCode,
  reference: run.reference,
  pages: run.pages,
  linesAdded: run.linesAdded,
  linesChanged: run.linesChanged,
  linesRemoved: run.linesRemoved,
  refresh: run.refresh,
  refreshUntil: run.refreshUntil,
  until: run.until,
  startedAt: run.startedAt,
  finishedAt: run.finishedAt,
})
