import { proxyActivities } from '@temporalio/workflow'
import type { Activities } from '../activities/index.ts'
import { catalogueRead, databaseCommand } from './activity-options.ts'

/** Brings the catalogue of one provider up to date; run by a Temporal Schedule. Where the provider does not answer, the catalogue stays as it was until the next run. */
export async function refreshCatalogue({ provider }: { provider: string }): Promise<void> {
  const { refreshInstitutions } = proxyActivities<Activities>({
    ...catalogueRead,
    taskQueue: `fetch-${provider}`,
  })
  await refreshInstitutions({ provider })
}

/** Deletes what is over: answers, keys, receipts; run by a Temporal Schedule. */
export async function sweepExpired(): Promise<void> {
  await proxyActivities<Activities>(databaseCommand).sweepExpired()
}
