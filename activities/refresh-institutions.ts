import { ApplicationFailure, cancellationSignal, log } from '@temporalio/activity'
import * as listings from '../db/queries/institution-listings.ts'
import * as pages from '../db/queries/institution-pages.ts'
import { forgivesTypingErrors } from '../db/queries/institution-words.ts'
import * as institutions from '../db/queries/institutions.ts'
import type { Deps } from './deps.ts'
import { settledFailure } from './failure.ts'
import { withHeartbeat } from './heartbeat.ts'
import { providerNamed } from './open-session.ts'
import type { Provider } from './providers/provider.ts'

/** Pages of institutions read from one provider; far above any catalogue, so that a paging loop ends. */
const pagesMax = 2_000
/** What was read longer ago does not count as part of the same refresh. */
const hoursMax = 6
/** A provider that shows less than half of what it had is not believed. */
const lostShareMax = 0.5

export interface RefreshedInstitutions {
  /** How many the provider shows. */
  institutions: number
  /** How many of them are new or say something else than before. */
  changed: number
  withdrawn: number
  /** Whether it was read to its end and believed. */
  complete: boolean
}

interface Reading {
  provider: Provider
  signal: AbortSignal
  progress: (pages: number) => void
}

/** Reads from the last remembered page to the end; tells whether anything may be new, or null when there was no end. */
const readPages = async (
  deps: Deps,
  { provider, signal, progress }: Reading,
): Promise<{ changed: number; resumed: boolean } | null> => {
  const { pool } = deps
  const last = await pages.maybeLast(pool, provider.id, hoursMax)
  if (last === null) await pages.forget(pool, provider.id)
  let { number, nextPage } = last ?? { number: 0, nextPage: null }
  let changed = 0
  while (number === 0 || nextPage !== null) {
    if (deps.stopping?.aborted)
      // every page is remembered: another worker goes on with the next one
      throw ApplicationFailure.retryable('this worker stops', 'transient')
    if (number >= pagesMax) return null
    const answer = await provider.listInstitutions(nextPage, { signal })
    nextPage = answer.nextPage
    number += 1
    const providerInstitutionIds = answer.institutions.map((each) => each.providerInstitutionId)
    const read = { number, nextPage, providerInstitutionIds }
    changed += await pool.transaction(async (tx) => {
      await pages.put(tx, provider.id, read)
      return institutions.upsertMany(tx, provider.id, answer.institutions)
    })
    progress(number)
  }
  return { changed, resumed: last !== null }
}

/** Withdraws what was not shown, unless that is more than a provider can lose in a day. */
const withdraw = async ({ pool }: Deps, provider: string): Promise<number | null> => {
  const missing = await pages.countUnseen(pool, provider)
  const offered = await institutions.countOffered(pool, provider)
  if (missing <= offered * lostShareMax) return pages.withdrawUnseen(pool, provider)
  log.error('a catalogue lost more than half of its institutions and was not believed', {
    provider,
    missing,
    offered,
  })
  return null
}

const nothing: RefreshedInstitutions = {
  institutions: 0,
  changed: 0,
  withdrawn: 0,
  complete: false,
}

const refresh = async (deps: Deps, reading: Reading): Promise<RefreshedInstitutions> => {
  const { pool } = deps
  const { id } = reading.provider
  const read = await readPages(deps, reading)
  if (read === null) {
    log.error('a catalogue has no end', { provider: id, pages: pagesMax })
    await pages.forget(pool, id)
    return nothing
  }
  const withdrawn = await withdraw(deps, id)
  // an attempt before this one may have changed what it could not list any more
  if (read.resumed || read.changed > 0 || withdrawn !== 0) await listings.regroup(pool)
  const institutionsSeen = await pages.countSeen(pool, id)
  // last, so that whoever is killed on the way does the rest again
  await pages.forget(pool, id)
  return {
    institutions: institutionsSeen,
    changed: read.changed,
    withdrawn: withdrawn ?? 0,
    complete: withdrawn !== null,
  }
}

/** A search without its extension works worse, and somebody should know. */
const tellOfExtension = async ({ pool }: Deps): Promise<void> => {
  if (await forgivesTypingErrors(pool)) return
  log.warn('the database lacks the extension pg_trgm: typing errors in a search are not forgiven')
}

/**
 * Brings the catalogue of one provider up to date, page by page, and withdraws what a complete reading has not shown.
 * Retry-safe: institutions are upserts by the provider's id, and each page is remembered together with them.
 */
export const createRefreshInstitutions = (deps: Deps) =>
  async function refreshInstitutions({
    provider: name,
  }: {
    provider: string
  }): Promise<RefreshedInstitutions> {
    try {
      return await withHeartbeat(async (progress) => {
        const provider = providerNamed(deps, name)
        await tellOfExtension(deps)
        return refresh(deps, { provider, signal: cancellationSignal(), progress })
      })
    } catch (error) {
      settledFailure(error)
      // a position the provider refuses would be refused again
      await pages.forget(deps.pool, name)
      return nothing
    }
  }
