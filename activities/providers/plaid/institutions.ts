/** The catalogue of institutions, by pages of the configured countries. */
import { invalidResponse } from '../call-failures.ts'
import type { Provider } from '../provider.ts'
import type { Asking } from './client.ts'
import { toInstitution } from './map.ts'
import { institutionsAnswer } from './schema.ts'

/** Plaid allows 500; each brings its logo along, and an answer must stay far below 10 MB. */
const pageSize = 200
const offsetMax = 200_000

/** One page of the catalogue; `page` counts the institutions before it. */
export const listInstitutions = async (
  { client, config, options }: Asking,
  page: string | null,
): ReturnType<Provider['listInstitutions']> => {
  const offset = Number(page ?? '0')
  if (!Number.isSafeInteger(offset) || offset < 0 || offset > offsetMax)
    throw invalidResponse('catalogue_without_end')
  const { institutions, total } = await client.post(
    {
      path: '/institutions/get',
      body: {
        count: pageSize,
        offset,
        country_codes: config.countryCodes,
        options: { products: ['transactions'], include_optional_metadata: true },
      },
    },
    institutionsAnswer,
    options,
  )
  const next = offset + institutions.length
  const isLast = institutions.length === 0 || next >= Number(total)
  return { institutions: institutions.map(toInstitution), nextPage: isLast ? null : String(next) }
}
