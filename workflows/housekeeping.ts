import { proxyActivities } from '@temporalio/workflow'
import type { Activities } from '../activities/index.ts'
import { catalogueRead, databaseCommand } from './activity-options.ts'

/** Brings the catalogue of institutions up to date, provider by provider; run by a Temporal Schedule. */
export async function refreshCatalogue({ providers }: { providers: string[] }): Promise<void> {
  for (const provider of providers) {
    const { refreshInstitutions } = proxyActivities<Activities>({
      ...catalogueRead,
      taskQueue: `fetch-${provider}`,
    })
    try {
      await refreshInstitutions({ provider })
    } catch {
      // the catalogue of one provider that does not answer is kept as it was; the next round tries again
      continue
    }
  }
}

/** Deletes what is over: answers, keys, receipts; run by a Temporal Schedule. */
export async function sweepExpired(): Promise<void> {
  await proxyActivities<Activities>(databaseCommand).sweepExpired()
}
