import { cancellationSignal } from '@temporalio/activity'
import * as institutions from '../db/queries/institutions.ts'
import type { Deps } from './deps.ts'
import { settledFailure } from './failure.ts'
import { withHeartbeat } from './heartbeat.ts'
import { providerNamed } from './open-session.ts'

/** Pages of institutions read from one provider; far above any catalogue, so that a paging loop ends. */
const pagesMax = 2_000

/** Brings the catalogue of one provider up to date, page by page. Retry-safe: institutions are upserts by the provider's id. */
export const createRefreshInstitutions = (deps: Deps) =>
  async function refreshInstitutions({
    provider: name,
  }: {
    provider: string
  }): Promise<{ institutions: number }> {
    let stored = 0
    try {
      await withHeartbeat(async (progress) => {
        const provider = providerNamed(deps, name)
        let page: string | null = null
        for (let pages = 1; pages <= pagesMax; pages += 1) {
          const options = { signal: cancellationSignal() }
          const answer = await provider.listInstitutions(page, options)
          await institutions.upsertMany(deps.pool, name, answer.institutions)
          stored += answer.institutions.length
          progress(pages)
          if (answer.nextPage === null) return
          page = answer.nextPage
        }
      })
    } catch (error) {
      settledFailure(error)
    }
    return { institutions: stored }
  }
