/** One institution as it is searched, made of what the providers say of it. */
import type { Institution } from './institution.ts'
import type { Recognisable } from './same-institution.ts'
import { hostOf, searchText, wholeBic } from './search-text.ts'

export interface Offered extends Recognisable {
  logoUrl: string | null
  status: Institution['status']
}

export interface InstitutionListing {
  name: string
  searchName: string
  /** What it is found by, see `termMarks`; nothing when none of its offers can be linked any more. */
  searchTerms: string[]
  countries: string[]
  providers: string[]
  /** In eleven characters each. */
  bics: string[]
  hosts: string[]
  bic: string | null
  website: string | null
  logoUrl: string | null
  /** 0 some provider offers it now, 1 all that do are in maintenance, 2 none does any more. */
  availability: 0 | 1 | 2
}

/** A word of the name shown stands as it is; these go before whatever else it is found by. */
export const termMarks = { otherWord: '~', country: '@', provider: '#' }

/** Letters of a word that count. */
const wordLengthMax = 64
const termsMax = 200

const present = <Value>(values: readonly (Value | null)[]): Value[] => [
  ...new Set(values.filter((value) => value !== null)),
]

const isShouted = (name: string): boolean => name === name.toUpperCase()

/** The name that reads best: not in capitals only, then the shortest. */
const bestName = (names: readonly string[]): string =>
  names.toSorted(
    (one, other) =>
      Number(isShouted(one)) - Number(isShouted(other)) ||
      one.length - other.length ||
      (one < other ? -1 : 1),
  )[0] ?? ''

const availabilityOf = (offers: readonly Offered[]): InstitutionListing['availability'] => {
  if (offers.some(({ status }) => status === 'available')) return 0
  return offers.some(({ status }) => status === 'maintenance') ? 1 : 2
}

/** Words without what lies beyond their limit. */
export const wordsOf = (text: string): string[] =>
  text
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => word.slice(0, wordLengthMax))

const termsOf = (listing: Omit<InstitutionListing, 'searchTerms'>, names: string[]): string[] => {
  if (listing.availability === 2) return []
  const inName = wordsOf(listing.searchName)
  const others = wordsOf(searchText([...names, ...listing.bics].join(' '))).filter(
    (word) => !inName.includes(word),
  )
  const terms = [
    ...listing.countries.map((country) => termMarks.country + country.toLowerCase()),
    ...listing.providers.map((provider) => termMarks.provider + provider),
    ...inName,
    ...others.map((word) => termMarks.otherWord + word),
  ]
  return [...new Set(terms)].slice(0, termsMax)
}

/** The listing of one institution out of all its offers. */
export const listingOf = (offers: readonly Offered[]): InstitutionListing => {
  const names = present(offers.map(({ name }) => name))
  const countries = present(offers.flatMap((offer) => [...offer.countries])).toSorted()
  const bics = present(offers.map(({ bic }) => (bic === null ? null : wholeBic(bic)))).toSorted()
  const hosts = present(
    offers.map(({ website }) => (website === null ? null : hostOf(website))),
  ).toSorted()
  const name = bestName(names)
  const listing = {
    name,
    searchName: searchText(name),
    countries,
    providers: present(offers.map(({ provider }) => provider)).toSorted(),
    bics,
    hosts,
    bic: present(offers.map(({ bic }) => bic))[0] ?? null,
    website: present(offers.map(({ website }) => website))[0] ?? null,
    logoUrl: present(offers.map(({ logoUrl }) => logoUrl))[0] ?? null,
    availability: availabilityOf(offers),
  }
  return { ...listing, searchTerms: termsOf(listing, names) }
}
