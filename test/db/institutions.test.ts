import { randomUUID } from 'node:crypto'
import { sql } from 'slonik'
import { z } from 'zod'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import * as listings from '../../db/queries/institution-listings.ts'
import { tolerantFrom } from '../../db/queries/institution-kinds.ts'
import type { InstitutionSearch } from '../../db/queries/institution-search.ts'
import { maybeOne, search } from '../../db/queries/institution-search.ts'
import { forgivesTypingErrors } from '../../db/queries/institution-words.ts'
import * as institutions from '../../db/queries/institutions.ts'
import type { Institution } from '../../domain/institution.ts'
import { generateCatalogue } from '../../sandbox/catalogue/generate.ts'
import type { Arranged } from './arrange.ts'
import { arrange } from './arrange.ts'

let arranged: Arranged
beforeAll(async () => {
  arranged = await arrange()
})
afterAll(() => arranged.end())
beforeEach(async () => {
  await arranged.pool.query(sql.unsafe`DELETE FROM institution`)
  await arranged.pool.query(sql.unsafe`DELETE FROM institution_listing`)
})

const anInstitution = (institution: Partial<Institution>): Institution => ({
  providerInstitutionId: randomUUID(),
  name: 'Bank',
  countries: ['BE'],
  beta: false,
  mfa: 'page',
  unattended: true,
  historyDays: null,
  consentDays: 180,
  status: 'available',
  ...institution,
})

const offer = async (provider: string, ...offered: Partial<Institution>[]) => {
  await institutions.upsertMany(arranged.pool, provider, offered.map(anInstitution))
  await listings.regroup(arranged.pool)
}

const find = async (q: string, rest: Partial<InstitutionSearch> = {}): Promise<string[]> =>
  (await search(arranged.pool, { q, limit: 10, ...rest })).map(({ name }) => name)

const someBanks: Partial<Institution>[] = [
  { name: 'BNP Paribas Fortis', bic: 'GEBABEBB', website: 'https://www.bnpparibasfortis.be/nl' },
  { name: 'Crédit Agricole', countries: ['FR'], bic: 'AGRIFRPPXXX' },
  { name: 'Banque du Crédit Mutuel', countries: ['FR'], bic: 'CMCIFRPP' },
  { name: 'Kreditbank Süd', countries: ['DE'], bic: 'KRSUDEFF' },
  { name: 'KBC', bic: 'KREDBEBB', website: 'https://kbc.be' },
  { name: 'KBC Brussels', bic: 'KREDBE22', status: 'maintenance' },
  { name: '100% Direct_Bank', countries: ['NL'], beta: true },
  { name: 'Sparkasse Weißenfels', countries: ['DE'] },
  { name: 'Old Credit', status: 'withdrawn' },
]

test.each([
  ['crédit agricole', ['Crédit Agricole']],
  ['CREDIT AGRICOLE', ['Crédit Agricole']],
  ['agricole credit', ['Crédit Agricole']],
  ['credit', ['Crédit Agricole', 'Banque du Crédit Mutuel']],
  ['bnp parisbas', ['BNP Paribas Fortis']],
  ['bnp parribas fortiss', ['BNP Paribas Fortis']],
  ['kredit bank', ['Kreditbank Süd']],
  ['sparkase weissenfels', ['Sparkasse Weißenfels']],
  ['weissen', ['Sparkasse Weißenfels']],
  ['sued', []],
  ['sud', ['Kreditbank Süd']],
  ['k', ['KBC', 'Kreditbank Süd', 'KBC Brussels']],
  ['kbc', ['KBC', 'KBC Brussels']],
  ['KREDBEBB', ['KBC']],
  ['kredbe', ['KBC', 'KBC Brussels']],
  ['GEBABEBB36A', ['BNP Paribas Fortis']],
  ['www.kbc.be', ['KBC', 'KBC Brussels']],
  ['https://www.bnpparibasfortis.be/private?x=1', ['BNP Paribas Fortis']],
  ['duitsland', ['Kreditbank Süd', 'Sparkasse Weißenfels']],
  ['germany kredit', ['Kreditbank Süd']],
  ['nl', ['100% Direct_Bank']],
  ['belg', ['BNP Paribas Fortis', 'KBC', 'KBC Brussels']],
  ['st.george', []],
  ['zzz', []],
  ['direct bnak', ['100% Direct_Bank']],
  ['kre ditbank', ['Kreditbank Süd']],
  ['kreditbenk', ['Kreditbank Süd']],
  ['gredit agricole', ['Crédit Agricole']],
  ['creditagricole', ['Crédit Agricole']],
  ['agricol credti', ['Crédit Agricole']],
  ['bnp paribas bank', ['BNP Paribas Fortis']],
  ['bnp parisbas qqqqq', ['BNP Paribas Fortis']],
  ['mutuel qqqqqqqqqqqq', []],
  ["kbc'\\ & | ! :*", ['KBC', 'KBC Brussels']],
  ['%', []],
  ['_', []],
  ["';--", []],
  ['🏦', []],
])('%s finds %j', async (q, names) => {
  await offer('ponto', ...someBanks)
  expect(await find(q)).toEqual(names)
})

test('nothing typed, or blanks, lists what there is', async () => {
  await offer('ponto', ...someBanks)
  expect(await find('')).toHaveLength(8)
  expect(await find('  ')).toHaveLength(8)
})

test('the search is narrowed to a country, a BIC, a site and a provider', async () => {
  await offer('ponto', ...someBanks)
  await offer('plaid', { name: 'KBC', bic: 'KREDBEBB' })
  expect(await find('credit', { country: 'be' })).toEqual([])
  expect(await find('credit', { country: 'fr' })).toHaveLength(2)
  expect(await find('', { bic: 'kredbebb' })).toEqual(['KBC'])
  expect(await find('', { bic: 'KREDBEBB100' })).toEqual(['KBC'])
  expect(await find('', { bic: 'KREDBE' })).toEqual(['KBC', 'KBC Brussels'])
  expect(await find('', { website: 'http://www.kbc.be/start' })).toEqual(['KBC'])
  expect(await find('', { website: 'bc.be' })).toEqual([])
  expect(await find('', { providers: ['plaid'] })).toEqual(['KBC'])
  expect(await find('', { providers: ['yodlee'] })).toEqual([])
})

test('every page is disjoint from the others and together they are everything, however it was searched', async () => {
  const many = generateCatalogue('pages', 400).flatMap(({ bankId, offers }) =>
    Object.values(offers).map(({ name, country }) => ({
      providerInstitutionId: bankId,
      name,
      countries: [country],
    })),
  )
  await offer('yodlee', ...many)
  for (const q of ['', 'b', 'bank', 'bakn of', 'us']) {
    const whole = await search(arranged.pool, { q, limit: 1000 })
    const ids: string[] = []
    let after: InstitutionSearch['after']
    for (let pages = 0; pages < 100; pages += 1) {
      const page = await search(arranged.pool, { q, limit: 7, ...(after ? { after } : {}) })
      ids.push(...page.map(({ id }) => id))
      after = page.at(-1)?.position
      if (page.length < 7) break
    }
    expect(ids.length).toBeGreaterThan(7)
    expect(ids).toEqual(whole.slice(0, ids.length).map(({ id }) => id))
    expect(ids).toHaveLength(Math.min(whole.length, 700))
  }
})

/** So many that not all matches of their word are sorted for each page. */
const offerVeryMany = async (): Promise<string[]> => {
  await arranged.pool.query(sql.unsafe`
    INSERT INTO institution_listing
      (id, name, search_name, search_terms, countries, providers, bics, hosts, availability)
    SELECT gen_random_uuid(), name, name, array_to_tsvector(ARRAY[name, 'bank', '@be', '#ponto']), '{BE}', '{ponto}',
      '{}', '{}', CASE WHEN number % 10 = 0 THEN 1 ELSE 0 END
    FROM generate_series(1, 2600) AS number, lpad(number::text, 4, '0') AS name`)
  await arranged.pool.query(
    sql.unsafe`INSERT INTO institution_word VALUES ('bank') ON CONFLICT DO NOTHING`,
  )
  const names = Array.from({ length: 2600 }, (_none, index) => `${index + 1}`.padStart(4, '0'))
  const isLater = (name: string) => name.endsWith('0')
  return [...names.filter((name) => !isLater(name)), ...names.filter(isLater)]
}

test.each<[string, Partial<InstitutionSearch>]>([
  ['bank', {}],
  ['bank', { country: 'be', providers: ['ponto'] }],
  ['bank ba', {}],
  ['bnak', {}],
  ['', { providers: ['ponto'] }],
])(
  'a word of very many is paged through in order, however few are left: %s %j',
  async (q, rest) => {
    const names = await offerVeryMany()
    const found: string[] = []
    let after: InstitutionSearch['after']
    for (let pages = 0; pages < 7; pages += 1) {
      const page = await search(arranged.pool, { q, limit: 400, ...rest, ...(after && { after }) })
      found.push(...page.map(({ name }) => name))
      after = page.at(-1)?.position
    }
    expect(found).toEqual(names)
  },
)

test('what very many have as it was typed is not taken for a typing error', async () => {
  await offerVeryMany()
  const [first] = await search(arranged.pool, { q: 'bank ba', limit: 1 })
  expect(first?.position[0]).toBeLessThan(tolerantFrom)
})

test('an institution that two providers offer is one row with both offers, found by either name', async () => {
  await offer('ponto', { name: 'Crédit du Nord', countries: ['FR'], bic: 'NORDFRPP' })
  await offer('plaid', {
    name: 'CREDIT DU NORD S.A.',
    countries: ['FR'],
    website: 'https://cdn.example',
  })
  await offer('yodlee', {
    name: 'CDN France',
    countries: ['FR'],
    website: 'http://www.cdn.example/',
  })
  const [found, ...others] = await search(arranged.pool, { q: 'cdn', limit: 10 })
  expect(others).toEqual([])
  expect(found).toMatchObject({ bic: 'NORDFRPP', website: 'https://cdn.example' })
  const offers = await institutions.listByListing(arranged.pool, [found!.id])
  expect(offers.map(({ provider }) => provider)).toEqual(['plaid', 'ponto', 'yodlee'])
})

test('an id that was given out leads to the institution whatever is joined later', async () => {
  await offer('ponto', { name: 'Bank Zilver', bic: 'ZILVBEBB' })
  const [before] = await search(arranged.pool, { q: 'zilver', limit: 1 })
  await offer('plaid', { name: 'Bank Zilver' })
  const [after] = await search(arranged.pool, { q: 'zilver', limit: 1 })
  expect(await maybeOne(arranged.pool, before!.id)).toMatchObject({ id: after!.id })
  expect(await maybeOne(arranged.pool, randomUUID())).toBeNull()
})

test('what says the same as before is not written', async () => {
  const { pool } = arranged
  const banks = someBanks.map((bank, index) =>
    anInstitution({ ...bank, providerInstitutionId: `${index}` }),
  )
  const versions = () =>
    pool.any(sql.type(z.object({ version: z.string() }))`
      SELECT xmin::text || ' ' || name AS version FROM institution
      UNION ALL SELECT xmin::text || ' ' || name FROM institution_listing ORDER BY version`)
  expect(await institutions.upsertMany(pool, 'ponto', [...banks, ...banks])).toBe(banks.length)
  expect(await listings.regroup(pool)).toBe(banks.length)
  const before = await versions()
  expect(await institutions.upsertMany(pool, 'ponto', banks)).toBe(0)
  expect(await listings.regroup(pool)).toBe(0)
  expect(await versions()).toEqual(before)
  const renamed = anInstitution({ ...banks[0], name: 'BNP Fortis' })
  expect(await institutions.upsertMany(pool, 'ponto', [renamed, ...banks.slice(1)])).toBe(1)
  expect(await listings.regroup(pool)).toBe(1)
})

test('this database forgives typing errors', async () => {
  expect(await forgivesTypingErrors(arranged.pool)).toBe(true)
})
