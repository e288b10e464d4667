/** Which offers of several providers are one institution; when unsure they are two. */
import { hostOf, searchText, wholeBic } from './search-text.ts'

export interface Recognisable {
  provider: string
  providerInstitutionId: string
  name: string
  countries: readonly string[]
  bic: string | null
  website: string | null
}

type Trait = 'bic' | 'name' | 'host'

const legalForms =
  /( (nv|n v|sa|s a|ag|eg|gmbh|spa|s p a|ab|as|a s|asa|plc|inc|ltd|llc|na|n a|cv|scrl|zrt|corp|se|sarl|bv|b v))+$/

const nameOf = (name: string): string => {
  const plain = searchText(name)
  return plain.replace(legalForms, '') || plain
}

/** What an offer is recognised by, in each of its countries apart. */
const keysOf = (offer: Recognisable, traits: readonly Trait[]): string[] => {
  const bic = offer.bic === null ? null : wholeBic(offer.bic)
  const host = offer.website === null ? null : hostOf(offer.website)
  return traits.flatMap((trait) => {
    const value = { bic, name: nameOf(offer.name), host }[trait]
    return value === null || value === ''
      ? []
      : offer.countries.map((country) => `${trait} ${country} ${value}`)
  })
}

/** Branches of one institution share the first eight characters. */
const headOf = ({ bic }: Recognisable): string[] => {
  const whole = bic === null ? null : wholeBic(bic)
  return whole === null ? [] : [whole.slice(0, 8)]
}

/** No provider offers the same institution twice, and one institution has one BIC. */
const isSound = (offers: readonly Recognisable[]): boolean =>
  new Set(offers.map(({ provider }) => provider)).size === offers.length &&
  new Set(offers.flatMap(headOf)).size <= 1

const byKey = <Offer extends Recognisable>(
  offers: readonly Offer[],
  traits: readonly Trait[],
): Map<string, Offer[]> => {
  const carriers = new Map<string, Offer[]>()
  for (const offer of offers)
    for (const key of new Set(keysOf(offer, traits))) {
      const known = carriers.get(key)
      if (known === undefined) carriers.set(key, [offer])
      else known.push(offer)
    }
  return carriers
}

/** Keys that tell institutions apart: one that a provider gives to two of its own does not. */
const tellingKeys = (offers: readonly Recognisable[]): Set<string> =>
  new Set(
    [...byKey(offers, ['bic', 'name', 'host'])]
      .filter(([, carriers]) => carriers.length > 1 && isSound(carriers))
      .map(([key]) => key),
  )

interface Settling {
  telling: Set<string>
  /** Which of the ways is tried. */
  way: number
}

const ways: readonly (readonly Trait[])[] = [['bic', 'name', 'host'], ['bic', 'name'], ['bic']]

/** Joins all offers that share a telling key. */
const joinBy = <Offer extends Recognisable>(
  offers: readonly Offer[],
  traits: readonly Trait[],
  telling: Set<string>,
): Offer[][] => {
  const groups = new Map(offers.map((offer) => [offer, [offer]]))
  for (const [key, carriers] of byKey(offers, traits)) {
    if (!telling.has(key)) continue
    const joined = [...new Set(carriers.flatMap((offer) => groups.get(offer) ?? []))]
    for (const offer of joined) groups.set(offer, joined)
  }
  return [...new Set(groups.values())]
}

/** Takes apart what was joined by too little, trusting the site least and the BIC most. */
const settle = <Offer extends Recognisable>(
  offers: readonly Offer[],
  { telling, way }: Settling,
): Offer[][] => {
  const traits = ways[way]
  if (traits === undefined) return offers.map((offer) => [offer])
  return joinBy(offers, traits, telling).flatMap((group) =>
    isSound(group) ? [group] : settle(group, { telling, way: way + 1 }),
  )
}

const rank = ({ provider, providerInstitutionId }: Recognisable): string =>
  `${provider}/${providerInstitutionId}`

const order = (one: Recognisable, other: Recognisable): number => (rank(one) < rank(other) ? -1 : 1)

/** The offers in groups of one institution each, whatever order they come in; the first of a group names it. */
export const sameInstitutions = <Offer extends Recognisable>(
  offers: readonly Offer[],
): Offer[][] => {
  const sorted = offers.toSorted(order)
  const groups = settle(sorted, { telling: tellingKeys(sorted), way: 0 })
  return groups.map((group) => group.toSorted(order))
}
