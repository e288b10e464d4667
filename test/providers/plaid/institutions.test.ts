import { expect, test } from 'vitest'
import { listInstitutions } from '../../../activities/providers/plaid/institutions.ts'
import { openFake } from '../support/fake-plaid.ts'

const arrange = (total: number) => {
  const fake = openFake({
    '/institutions/get': ({ offset, count }) => ({
      institutions: Array.from(
        { length: Math.max(0, Math.min(count as number, total - (offset as number))) },
        (_, at) => ({
          institution_id: `ins_${(offset as number) + at}`,
          name: 'A',
          country_codes: ['US'],
        }),
      ),
      total,
      request_id: 'r',
    }),
  })
  return { ...fake, list: (page: string | null) => listInstitutions(fake.reading, page) }
}

test('the catalogue is read page by page to its end, for the countries of the operator', async () => {
  const { list, asked } = arrange(450)
  const ids: string[] = []
  let page: string | null = null
  do {
    const { institutions, nextPage } = await list(page)
    ids.push(...institutions.map(({ providerInstitutionId }) => providerInstitutionId))
    page = nextPage
  } while (page !== null && asked.length < 10)
  expect(new Set(ids).size).toBe(450)
  expect(asked.map(({ body }) => body['offset'])).toEqual([0, 200, 400])
  expect(asked[0]?.body).toMatchObject({
    country_codes: ['US', 'CA'],
    options: { products: ['transactions'] },
  })
})

test('an empty page ends the catalogue, whatever its total says', async () => {
  const { list, replies } = arrange(450)
  replies['/institutions/get'] = { institutions: [], total: 450 }
  expect(await list('200')).toEqual({ institutions: [], nextPage: null })
})

test.each(['-1', 'x', '1e9', '0.5'])('"%s" is no page', async (page) => {
  await expect(arrange(1).list(page)).rejects.toMatchObject({
    failure: { code: 'invalid_response' },
  })
})
