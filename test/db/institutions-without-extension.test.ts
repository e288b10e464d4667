import { sql } from 'slonik'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as listings from '../../db/queries/institution-listings.ts'
import { search } from '../../db/queries/institution-search.ts'
import { forgivesTypingErrors } from '../../db/queries/institution-words.ts'
import { asAdministrator } from '../support/template-database.ts'
import type { Arranged } from './arrange.ts'
import { arrange } from './arrange.ts'

let arranged: Arranged
beforeAll(async () => {
  arranged = await arrange()
  await asAdministrator(arranged.adminUrl, (client) =>
    client.query('DROP EXTENSION pg_trgm CASCADE'),
  )
  await arranged.pool.query(sql.unsafe`
    INSERT INTO institution
      (provider, provider_institution_id, name, countries, beta, mfa, unattended, status)
    VALUES ('ponto', 'bnp', 'BNP Paribas Fortis', '{BE}', false, 'page', true, 'available')`)
  await listings.regroup(arranged.pool)
})
afterAll(() => arranged.end())

const find = async (q: string): Promise<string[]> =>
  (await search(arranged.pool, { q, limit: 10 })).map(({ name }) => name)

test('without the extension institutions are found by their words, and typing errors find nothing', async () => {
  expect(await forgivesTypingErrors(arranged.pool)).toBe(false)
  expect(await find('fortis bnp')).toEqual(['BNP Paribas Fortis'])
  expect(await find('parib belgique')).toEqual(['BNP Paribas Fortis'])
  expect(await find('bnp parisbas')).toEqual([])
})

test('the extension that is added later is used as soon as it is there', async () => {
  await asAdministrator(arranged.adminUrl, (client) => client.query('CREATE EXTENSION pg_trgm'))
  expect(await forgivesTypingErrors(arranged.pool)).toBe(true)
  expect(await find('bnp parisbas')).toEqual(['BNP Paribas Fortis'])
})
