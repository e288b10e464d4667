import type { DatabasePool } from 'slonik'
import type { Vault } from '../db/vault.ts'
import type { ProviderId } from '../domain/ids.ts'
import type { Provider } from './providers/provider.ts'

/** What activities are made of; built once by the composition root. */
export interface Deps {
  pool: DatabasePool
  vault: Vault
  providers: ReadonlyMap<ProviderId, Provider>
  /** Address under which people reach the API; providers send them back to `{publicUrl}/callbacks/{provider}`. */
  publicUrl: string
  /** Aborted when this worker is asked to stop: long work that nobody waits for leaves the rest to the next attempt. */
  stopping?: AbortSignal
  /** Called between the steps whose order matters; a no-op unless the composition root injects faults. */
  reach: (point: FaultPoint) => Promise<void>
}

export type FaultPoint =
  | 'read.before-store'
  | 'read.after-store'
  | 'read.after-finish'
  | 'flow.after-exchange'
  | 'rotation.before-store'
  | 'mfa.after-consume'
  | 'import.after-slice'
  | 'import.after-statement'

/** The connection an activity works for. */
export interface ConnectionRef {
  tenantId: string
  connectionId: string
}

/** A connection and the workflow's time, which tests move faster than the clock on the wall. */
export interface ConnectionAt extends ConnectionRef {
  atMs: number
}
