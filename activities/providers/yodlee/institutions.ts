/** The catalogue of institutions. */
import type { CallOptions, Provider } from '../provider.ts'
import { ProviderError } from '../provider.ts'
import { openAccess } from './access.ts'
import type { Yodlee } from './client.ts'
import { bodyAs } from './client.ts'
import { toInstitution } from './map.ts'
import { providers } from './schema.ts'

/** As many as Yodlee gives at once. */
const pageSize = 500

const skipOf = (page: string | null): number => {
  if (page === null) return 0
  if (/^\d{1,7}$/.test(page)) return Number(page)
  throw new ProviderError({ code: 'defect', scope: 'provider', reason: 'catalogue_page' })
}

/** One page of the catalogue, read in the operator's own name; what is not supported is left out. */
export const listInstitutions = async (
  yodlee: Yodlee,
  page: string | null,
  options: CallOptions,
): ReturnType<Provider['listInstitutions']> => {
  const skip = skipOf(page)
  const query = { skip: String(skip), top: String(pageSize) }
  const access = openAccess(yodlee, yodlee.config.adminLogin, options)
  const { provider } = await access.call(
    { method: 'GET', path: '/providers', query },
    bodyAs(providers),
  )
  const institutions = provider.map(toInstitution).filter(({ status }) => status !== 'withdrawn')
  return { institutions, nextPage: provider.length < pageSize ? null : String(skip + pageSize) }
}
