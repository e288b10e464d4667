import type { Client } from '@temporalio/client'
import type { Logger } from 'pino'
import type { DatabasePool } from 'slonik'
import type { Provider } from '../activities/providers/provider.ts'
import type { Vault } from '../db/vault.ts'
import type { ProviderId } from '../domain/ids.ts'
import type { OpenStreams } from './event-stream.ts'

/** What endpoints are made of; built once by `startApi`. */
export interface Deps {
  pool: DatabasePool
  vault: Vault
  temporal: Client
  providers: ReadonlyMap<ProviderId, Provider>
  /** Address under which people reach the API, without a slash at its end. */
  publicUrl: string
  log: Logger
  /** Tests check every answer against its documented schema; production does not pay for it. */
  validateResponses: boolean
  limits: Limits
  streams: OpenStreams
  /** True once the process was asked to stop: it finishes what runs and takes nothing new. */
  isStopping: () => boolean
}

export interface Limits {
  /** How long a command waits for the workflow. */
  commandDeadlineMs: number
  /** How long the start of a link flow waits for the provider's page, as a courtesy. */
  linkWaitMs: number
  /** How long a webhook may take to wake its connections. */
  hookDeadlineMs: number
}

export const defaultLimits: Limits = {
  commandDeadlineMs: 8_000,
  linkWaitMs: 5_000,
  hookDeadlineMs: 900,
}
