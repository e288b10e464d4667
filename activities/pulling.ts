import type { DatabaseTransactionConnection } from 'slonik'
import type { ChosenAccount } from '../db/queries/accounts.ts'
import type { ProviderSession } from './providers/provider.ts'

/** One account that a run reads to its end. */
export interface Pulling {
  tenantId: string
  connectionId: string
  runId: string
  account: ChosenAccount
  session: ProviderSession
  /** Days read again before the last read. */
  rereadDays: number
  /** The provider may take the pages of a run back until its last one. */
  pagesProvisional: boolean
  pagesMax: number
  progress: (pages: number) => void
  /** Runs in the SQL transaction of the account's last page. */
  onLastPage: (tx: DatabaseTransactionConnection) => Promise<void>
}
