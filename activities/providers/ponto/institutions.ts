/** The catalogue of institutions, and the calendar of one. */
import type { CallOptions, Provider } from '../provider.ts'
import { ProviderError } from '../provider.ts'
import type { AuthorizedCall } from './accounts.ts'
import type { Ponto } from './client.ts'
import { isTimeZone, usualTimeZone } from './dates.ts'
import { toInstitution } from './map.ts'
import { institutionList, oneAccount, oneInstitution } from './schema.ts'

/** One page of the public catalogue; what the provider no longer offers is left out. */
export const listInstitutions = async (
  { client }: Ponto,
  page: string | null,
  options: CallOptions,
): ReturnType<Provider['listInstitutions']> => {
  const path = page ?? '/financial-institutions?page%5Blimit%5D=100'
  const { data, links } = await client.call(
    { method: 'GET', path, authorization: 'none' },
    institutionList,
    options,
  )
  const institutions = data
    .map((resource) => toInstitution(resource, Date.now()))
    .filter(({ status }) => status !== 'withdrawn')
  return { institutions, nextPage: links?.next ? client.pathOf(links.next) : null }
}

/** The time zone in which an account's institution counts its days; the usual one where none is named. */
export const timeZoneOf = async (call: AuthorizedCall, accountId: string): Promise<string> => {
  const path = `/accounts/${encodeURIComponent(accountId)}`
  const { data } = await call({ method: 'GET', path }, oneAccount)
  const institution = data.relationships?.financialInstitution?.data?.id
  if (institution === undefined) return usualTimeZone
  try {
    const at = `/financial-institutions/${encodeURIComponent(institution)}`
    const found = await call({ method: 'GET', path: at }, oneInstitution)
    const { timeZone } = found.data.attributes
    return timeZone && isTimeZone(timeZone) ? timeZone : usualTimeZone
  } catch (error) {
    // an institution taken out of the catalogue keeps its accounts readable
    if (error instanceof ProviderError && error.failure.reason === 'not_found') return usualTimeZone
    throw error
  }
}
