import type { DatabasePool } from 'slonik'
import * as linkFlows from '../../../db/queries/link-flows.ts'
import * as oneTimeSecrets from '../../../db/queries/one-time-secrets.ts'
import { withTenant } from '../../../db/tenant.ts'
import type { Vault } from '../../../db/vault.ts'

export type Activities = ReturnType<typeof createActivities>

/** What the stand-in workflow does: the bank's page opens at once. */
export const createActivities = ({ pool, vault }: { pool: DatabasePool; vault: Vault }) => ({
  openPage: ({ tenantId, flowId }: { tenantId: string; flowId: string }): Promise<void> =>
    withTenant(pool, tenantId, async (tx) => {
      const value = `https://bank.test/consent?flow=${flowId}`
      await oneTimeSecrets.store(
        { tx, vault },
        { purpose: 'link_url', id: flowId, value, ttlSeconds: 600 },
      )
      await linkFlows.update(tx, flowId, { state: 'waiting' })
    }),
})
