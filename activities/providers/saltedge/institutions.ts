/** The catalogue of institutions, and the rules of one. */
import type { CallOptions, Provider } from '../provider.ts'
import { ProviderError } from '../provider.ts'
import type { Asking, SaltEdge } from './client.ts'
import { withQuery } from './client.ts'
import { toInstitution, wholeOf } from './map.ts'
import { institutionList, oneInstitution } from './schema.ts'

const historyUsualDays = 90
const delayUsualMs = 300_000

/** One page of the catalogue; what is disabled is left out. */
export const listInstitutions = async (
  { client, config }: SaltEdge,
  page: string | null,
  options: CallOptions,
): ReturnType<Provider['listInstitutions']> => {
  const path = withQuery('/providers', {
    from_id: page ?? undefined,
    include_sandboxes: config.sandbox ? 'true' : undefined,
  })
  const { data, meta } = await client.call({ method: 'GET', path }, institutionList, options)
  const institutions = data.map(toInstitution).filter(({ status }) => status !== 'withdrawn')
  return { institutions, nextPage: meta?.next_id ?? null }
}

/** What one institution allows. */
export interface Rules {
  /** Days of history that may be asked for. */
  historyDays: number
  /** Longest consent; null where it names none. */
  consentDays: number | null
  /** Days that a line may stay pending because it looks like another. */
  pendingDays: number
  /** How long it waits for a person's answer. */
  answerMs: number
}

const unknownRules: Rules = {
  historyDays: historyUsualDays,
  consentDays: null,
  pendingDays: 0,
  answerMs: delayUsualMs,
}

const withoutRules = ['institution_unsupported', 'defect']

/** Reads the rules of an institution; the usual ones where it is no longer in the catalogue. */
export const rulesOf = async ({ client, options }: Asking, code: string | null): Promise<Rules> => {
  if (code === null) return unknownRules
  const path = `/providers/${encodeURIComponent(code)}`
  try {
    const { data } = await client.call({ method: 'GET', path }, oneInstitution, options)
    const delaySeconds = wholeOf(data.max_interactive_delay)
    return {
      historyDays: wholeOf(data.max_fetch_interval) ?? historyUsualDays,
      consentDays: wholeOf(data.max_consent_days),
      pendingDays: wholeOf(data.custom_pendings_period) ?? 0,
      answerMs: delaySeconds ? delaySeconds * 1_000 : delayUsualMs,
    }
  } catch (error) {
    // a disabled institution disappears from the catalogue, and its connections stay
    if (error instanceof ProviderError && withoutRules.includes(error.failure.code))
      return unknownRules
    throw error
  }
}
