/** What became of Plaid's page, by the sessions that were opened on its token; pure. */
import type { LinkResult } from '../provider.ts'
import { failureIn } from './errors.ts'
import { instantOf } from './dates.ts'
import type { LinkSession, LinkSessions, Problem } from './schema.ts'

export type Outcome =
  /** The institution is null where Plaid does not name it. */
  | {
      state: 'added'
      publicToken: string
      institution: { providerInstitutionId: string; name: string } | null
    }
  /** A session ended well without adding anything, as the repair of a connection does. */
  | { state: 'finished' }
  | Exclude<LinkResult, { state: 'linked' }>

const addedIn = ({ results }: LinkSession): Outcome[] =>
  (results?.item_add_results ?? []).map(({ public_token: publicToken, institution }) => {
    const { institution_id: id, name } = institution ?? {}
    return {
      state: 'added',
      publicToken,
      institution: id ? { providerInstitutionId: id, name: name ?? id } : null,
    }
  })

const exitOf = ({ exit, on_exit: before }: LinkSession) => exit ?? before ?? null

/** Codes that say no more than that the page has to be opened anew. */
const endedTokens = ['INVALID_PUBLIC_TOKEN', 'INVALID_LINK_TOKEN']

const leftWith = (error: Problem | null | undefined): Outcome => {
  const failure = failureIn(error)
  if (failure === null || failure.reason === 'page_left') return { state: 'exited' }
  return endedTokens.includes(failure.providerCode ?? '')
    ? { state: 'expired' }
    : { state: 'exited', failure }
}

const startOf = ({ started_at: at }: LinkSession): string => instantOf(at) ?? ''

/** One that added or finished counts whenever it was; else the newest session speaks. */
export const outcomeOf = (
  { expiration, link_sessions: sessions }: LinkSessions,
  nowMs: number,
): Outcome => {
  const ordered = (sessions ?? []).toSorted((a, b) => (startOf(a) < startOf(b) ? -1 : 1))
  const [added] = ordered.flatMap(addedIn)
  if (added) return added
  if (ordered.some((session) => session.finished_at && exitOf(session) === null))
    return { state: 'finished' }
  const newest = ordered.at(-1)
  const exit = newest === undefined ? null : exitOf(newest)
  if (exit !== null) return leftWith(exit.error)
  const end = instantOf(expiration)
  return { state: end !== null && Date.parse(end) <= nowMs ? 'expired' : 'pending' }
}
