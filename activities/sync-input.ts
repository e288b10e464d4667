/** What a sync run is asked for and what it answers; shared by the files that carry it out. */
import type { RunCause, Snapshot } from '../domain/connection.ts'
import type { ConnectionAt } from './deps.ts'
import type { Exchange } from './providers/provider.ts'

export interface SyncInput extends ConnectionAt {
  runId: string
  cause: RunCause
}

/** `more` = the page limit of one step was reached and the same run goes on. */
export interface SyncOutcome {
  kind: 'ok' | 'failed' | 'more'
  snapshot: Snapshot | null
}

export interface Reading extends SyncInput {
  provider: string
  onExchange: (exchange: Exchange) => void
  progress: (pages: number) => void
}
