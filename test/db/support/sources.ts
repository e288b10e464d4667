/** Sources of one account beside the first: a new generation of its connection, and other connections. */
import { randomUUID } from 'node:crypto'
import { sql } from 'slonik'
import * as accounts from '../../../db/queries/accounts.ts'
import * as connections from '../../../db/queries/connections.ts'
import * as lines from '../../../db/queries/statement-lines.ts'
import * as syncRuns from '../../../db/queries/sync-runs.ts'
import type { Line } from '../../../domain/statement-line.ts'
import type { Linked } from '../arrange.ts'
import { aConnection, aProviderAccount } from '../arrange.ts'

type Tx = Parameters<Parameters<Linked['within']>[0]>[0]

export interface Source {
  connectionId: string
  generation: number
  syncRunId: string
}

export const storeFrom = (
  account: Linked,
  source: Source & { gone?: readonly string[] },
  page: readonly Line[],
): Promise<lines.Stored> =>
  account.within((tx) =>
    lines.storePage(tx, {
      accountId: account.accountId,
      ...source,
      lines: page,
      removedLineKeys: source.gone ?? [],
    }),
  )

/** The same connection linked anew: another generation, other ids of the account and of its lines. */
export const relink = async (
  account: Linked,
  generation = 1,
  { connectionId, syncRunId }: Pick<Source, 'connectionId' | 'syncRunId'> = account,
): Promise<Source> => {
  await account.within(async (tx) => {
    await connections.update(tx, connectionId, { generation })
    await accounts.discover(tx, { connectionId, generation }, [aProviderAccount()])
  })
  return { connectionId, generation, syncRunId }
}

/** A second connection that reaches the same account while the first one lives. */
export const secondConnection = (account: Linked, provider = 'plaid'): Promise<Source> =>
  account.within((tx) => connectAgain(tx, account, provider))

export const connectAgain = async (
  tx: Tx,
  account: Linked,
  provider = 'plaid',
): Promise<Source> => {
  const connectionId = await aConnection(tx, provider)
  const syncRunId = randomUUID()
  await connections.update(tx, connectionId, { state: 'connected' })
  const reference = 'BS-0000-0001'
  await syncRuns.begin(tx, { id: syncRunId, connectionId, cause: 'first', reference })
  await accounts.discover(tx, { connectionId, generation: 0 }, [aProviderAccount()])
  const [made] = await accounts.listByConnection(tx, connectionId)
  if (!made) throw new Error('no account')
  await tx.query(sql.unsafe`
    UPDATE connection_account SET account_id = ${account.accountId}
    WHERE connection_id = ${connectionId} AND account_id = ${made.id}`)
  return { connectionId, generation: 0, syncRunId }
}

export const disconnect = (
  account: Linked,
  { connectionId }: Pick<Source, 'connectionId'> = account,
): Promise<void> =>
  account.within(async (tx) => {
    await connections.update(tx, connectionId, { state: 'disconnected', disconnectReason: 'user' })
  })
