import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Recognisable } from '../../domain/same-institution.ts'
import { sameInstitutions } from '../../domain/same-institution.ts'

let issued = 0

const anOffer = (offer: Partial<Recognisable> & { provider: string }): Recognisable => {
  issued += 1
  return {
    providerInstitutionId: String(issued).padStart(6, '0'),
    name: `Bank ${issued}`,
    countries: ['BE'],
    bic: null,
    website: null,
    ...offer,
  }
}

/** The groups as lists of providers and ids, whatever their order. */
const grouped = (offers: readonly Recognisable[]): string[] =>
  sameInstitutions(offers)
    .map((group) =>
      group
        .map(({ provider, providerInstitutionId }) => `${provider}/${providerInstitutionId}`)
        .join(' '),
    )
    .toSorted()

const counted = (...offers: (Partial<Recognisable> & { provider: string })[]): number =>
  sameInstitutions(offers.map(anOffer)).length

describe('offers are one institution', () => {
  test('by the same BIC in the same country, whatever their names', () => {
    const one = { provider: 'ponto', bic: 'KREDBEBB' }
    expect(counted(one, { provider: 'plaid', bic: 'kredbebbxxx' })).toBe(1)
    expect(counted(one, { provider: 'plaid', bic: 'KREDBE22' })).toBe(2)
  })

  test('by the same name in the same country, without regard to case, accents and legal form', () => {
    const one = { provider: 'ponto', name: 'Crédit Agricole SA', countries: ['FR'] }
    const named = (name: string, countries = ['FR']) =>
      counted(one, { provider: 'plaid', name, countries })
    expect(named('CREDIT AGRICOLE')).toBe(1)
    expect(named('Credit-Agricole S.A.')).toBe(1)
    expect(named('Credit Agricole', ['FR', 'MC'])).toBe(1)
    expect(named('Crédit Agricole', ['PL'])).toBe(2)
    expect(named('Crédit Agricole Brie')).toBe(2)
  })

  test('by the same site in the same country', () => {
    const one = { provider: 'ponto', website: 'https://www.kbc.be/nl' }
    expect(counted(one, { provider: 'plaid', website: 'http://KBC.be' })).toBe(1)
    expect(counted(one, { provider: 'plaid', website: 'https://cbc.be' })).toBe(2)
    expect(counted(one, { provider: 'plaid', website: 'https://kbc.be', countries: ['CZ'] })).toBe(
      2,
    )
  })

  test('across three providers when each pair shares something else', () => {
    expect(
      counted(
        { provider: 'ponto', bic: 'NORDFRPP', name: 'Nord' },
        { provider: 'plaid', name: 'Nord', website: 'https://nord.example' },
        { provider: 'yodlee', website: 'https://www.nord.example' },
      ),
    ).toBe(1)
  })
})

describe('offers are two institutions when it is not sure', () => {
  test('because one provider has two of that name, that BIC or that site', () => {
    for (const shared of [
      { name: 'Sparkasse' },
      { bic: 'AGRIFRPP' },
      { website: 'https://vr.example' },
    ])
      expect(
        counted(
          { provider: 'ponto', ...shared },
          { provider: 'ponto', ...shared },
          { provider: 'plaid', ...shared },
        ),
      ).toBe(3)
  })

  test('because their BICs contradict the name or the site they share', () => {
    const bics = [
      { provider: 'ponto', bic: 'ABCDBEBB' },
      { provider: 'plaid', bic: 'ZZZZBEBB' },
    ]
    expect(counted(...bics.map((each) => ({ ...each, name: 'Twin' })))).toBe(2)
    expect(counted(...bics.map((each) => ({ ...each, website: 'https://twin.example' })))).toBe(2)
  })

  test('because a third one would join two that contradict each other', () => {
    expect(
      counted(
        { provider: 'ponto', bic: 'ABCDBEBB', name: 'Left' },
        { provider: 'plaid', name: 'Left', website: 'https://right.example' },
        { provider: 'yodlee', bic: 'ZZZZBEBB', website: 'https://right.example' },
      ),
    ).toBe(2)
  })
})

test('whatever the offers and their order: every one is in one group, and no group has a provider twice or two BICs', () => {
  const offer = fc.record({
    provider: fc.constantFrom('plaid', 'ponto', 'saltedge', 'yodlee'),
    name: fc.constantFrom('Nord', 'NORD SA', 'Süd', 'Sud', ''),
    countries: fc.subarray(['BE', 'FR', 'DE']),
    bic: fc.constantFrom(null, 'NORDBEBB', 'NORDBEBBXXX', 'SUEDDEFF', 'nonsense'),
    website: fc.constantFrom(null, 'https://nord.example', 'http://www.sud.example/x', '%'),
  })
  fc.assert(
    fc.property(
      fc.array(offer, { maxLength: 12 }).chain((drawn) => {
        const offers = drawn.map(anOffer)
        return fc.tuple(
          fc.constant(offers),
          fc.shuffledSubarray(offers, { minLength: offers.length }),
        )
      }),
      ([offers, shuffled]) => {
        const groups = sameInstitutions(offers)
        expect(groups.flat()).toHaveLength(offers.length)
        expect(new Set(groups.flat()).size).toBe(offers.length)
        for (const group of groups) {
          expect(new Set(group.map(({ provider }) => provider)).size).toBe(group.length)
          const bics = group.flatMap(({ bic }) =>
            bic === null || bic === 'nonsense' ? [] : [bic.slice(0, 8)],
          )
          expect(new Set(bics).size).toBeLessThan(2)
        }
        expect(grouped(shuffled)).toEqual(grouped(offers))
      },
    ),
    { numRuns: 500 },
  )
})
