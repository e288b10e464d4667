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

/** Keys that tell institutions apart: one that a provider gives to two of its own does not. */
const tellingKeys = (offers: readonly Recognisable[]): Set<string> => {
  const first = new Map<string, Recognisable>()
  // most keys have one carrier, and need no list of them
  const shared = new Map<string, Recognisable[]>()
  for (const offer of offers)
    for (const key of new Set(keysOf(offer, ['bic', 'name', 'host']))) {
      const known = first.get(key)
      const carriers = shared.get(key)
      if (known === undefined) first.set(key, offer)
      else if (carriers === undefined) shared.set(key, [known, offer])
      else carriers.push(offer)
    }
  return new Set([...shared].filter(([, carriers]) => isSound(carriers)).map(([key]) => key))
}

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
  const carrierOf = new Map<string, Offer>()
  for (const offer of offers)
    for (const key of keysOf(offer, traits).filter((each) => telling.has(each))) {
      const carrier = carrierOf.get(key)
      if (carrier === undefined) carrierOf.set(key, offer)
      const [one = [], other = []] = [groups.get(carrier ?? offer), groups.get(offer)]
      if (one === other) continue
      const joined = [...one, ...other]
      for (const each of joined) groups.set(each, joined)
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
