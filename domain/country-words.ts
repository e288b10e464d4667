/** Countries in what a person typed. */
import { searchText } from './search-text.ts'

const languages = ['en', 'fr', 'nl', 'de']
/** From here on the beginning of a name is enough. */
const beginningMin = 4
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'.split('')
/** Whatever can be a code; most of them are no country. */
const pairs = letters.flatMap((first) => letters.map((second) => first + second))

const nameIn = (names: Intl.DisplayNames, code: string): string[] => {
  const name = names.of(code)
  return name === undefined || name === code ? [] : [searchText(name)]
}

/** Every name of every country in the languages that people search in, made at the first search. */
const readNames = (): Map<string, Set<string>> => {
  const codesOf = new Map<string, Set<string>>()
  const add = (name: string, code: string) =>
    codesOf.set(name, (codesOf.get(name) ?? new Set()).add(code))
  for (const language of languages) {
    const names = new Intl.DisplayNames([language], { type: 'region', fallback: 'none' })
    for (const code of pairs)
      for (const name of nameIn(names, code)) {
        add(name, code)
        add(code.toLowerCase(), code)
      }
  }
  return codesOf
}

let known: Map<string, Set<string>> | null = null

const codesOf = (words: string): string[] => {
  known ??= readNames()
  const exact = known.get(words)
  if (exact !== undefined) return [...exact]
  if (words.length < beginningMin) return []
  const begun = [...known].filter(([name]) => name.startsWith(words))
  return [...new Set(begun.flatMap(([, codes]) => [...codes]))]
}

export interface CountryMeant {
  /** ISO 3166 alpha-2. */
  codes: string[]
  /** The words that are not the country's. */
  rest: string
}

/** The country that a search text begins or ends with, by name or code; null where there is none. */
export const countryIn = (text: string): CountryMeant | null => {
  const words = text.split(' ')
  const cuts = words.flatMap((_word, place) => [
    { country: words.slice(0, words.length - place), rest: words.slice(words.length - place) },
    { country: words.slice(place), rest: words.slice(0, place) },
  ])
  for (const { country, rest } of cuts) {
    const codes = codesOf(country.join(' '))
    if (codes.length > 0) return { codes, rest: rest.join(' ') }
  }
  return null
}
