/** The kinds of match a search looks for, from the best to the worst. */
import { sql } from 'slonik'
import { countryIn } from '../../domain/country-words.ts'
import { hostOf, searchText } from '../../domain/search-text.ts'
import type { WordTerms } from './institution-terms.ts'
import {
  all,
  allButOne,
  any,
  begins,
  hasWord,
  isInCountry,
  typedWords,
  wordTerms,
} from './institution-terms.ts'
import type { LikeWord } from './institution-words.ts'

export type Fragment = ReturnType<typeof sql.fragment> | ReturnType<typeof sql.and>

export interface Kind {
  number: number
  /** What must hold beside `where`, for an index; none where that is narrow. */
  terms: string[]
  where: Fragment
  /** `where` alone leaves few. */
  isNarrow: boolean
}

/** Kinds that are looked for one after the other, or all at once. */
export interface KindGroup {
  kinds: Kind[]
  /** Find whatever is of one of the kinds; null where that would be too much. */
  terms: string | null
}

const anything = sql.fragment`true`

const byTerms = (number: number, ...terms: string[]): Kind => ({
  number,
  terms,
  where: anything,
  isNarrow: false,
})

/** Apart from the other terms, as the index is slow to leave out what many have. */
const lacks = (terms: string): Fragment => sql.fragment`NOT search_terms @@ ${terms}::tsquery`

export const hasHost = (host: string): Fragment =>
  sql.fragment`hosts @> ${sql.array([host], 'text')}`

/** Names of the country are no words of the institution, so they are looked for apart. */
const byCountry = (text: string, { anywhere }: WordTerms): Kind[] => {
  const meant = countryIn(text)
  if (meant === null) return []
  const inside = any(meant.codes.map(isInCountry))
  const rest = meant.rest === '' ? [] : [wordTerms(meant.rest).anywhere]
  return [{ ...byTerms(5, inside, ...rest), where: lacks(anywhere) }]
}

const byText = (text: string): KindGroup[] => {
  const words = wordTerms(text)
  const begun = sql.fragment`search_name LIKE ${`${text}%`}`
  const byName = [
    { number: 1, terms: [], where: sql.fragment`search_name = ${text}`, isNarrow: true },
    {
      number: 2,
      terms: [],
      where: sql.fragment`${begun} AND search_name <> ${text}`,
      isNarrow: true,
    },
  ]
  const byWords = [
    { ...byTerms(3, words.inName), where: sql.fragment`NOT ${begun}` },
    { ...byTerms(4, words.elsewhere), where: lacks(words.inName) },
  ]
  const inCountry = { kinds: byCountry(text, words), terms: null }
  // what many have is mostly one word, and they begin with it
  return text.includes(' ')
    ? [{ kinds: [...byName, ...byWords], terms: words.anywhere }, inCountry]
    : [{ kinds: byName, terms: null }, { kinds: byWords, terms: words.anywhere }, inCountry]
}

/** What needs no tolerance; a row is of one kind only. */
export const asTyped = (q: string): KindGroup[] => {
  // what was typed and has no letter or digit is the name of nothing
  const text = searchText(q)
  if (text === '') return q.trim() === '' ? [{ kinds: [byTerms(0)], terms: null }] : []
  const host = hostOf(q)
  if (host === null) return byText(text)
  const itself = { number: 0, terms: [], where: hasHost(host), isNarrow: true }
  const others = byText(searchText(host)).map(({ kinds, terms }) => ({
    terms,
    kinds: kinds.map((kind) => ({
      ...kind,
      where: sql.fragment`${kind.where} AND NOT ${hasHost(host)}`,
    })),
  }))
  return [{ kinds: [itself], terms: null }, ...others]
}

/** The first kind that forgives typing errors. */
export const tolerantFrom = 6
/** How much of what was typed must be found again. */
const shareMin = 0.45
/** To let any of more words fall costs more than it finds. */
const lackingOfMax = 6

export interface TypedText {
  words: string[]
  /** The text with two neighbours written as one word; `joined` is that word. */
  joins: { joined: string; others: string[] }[]
}

/** The words of a text, also as they would be without one of its spaces. */
export const typedText = (text: string): TypedText => {
  const words = typedWords(text)
  const joins = words.slice(1).map((word, place) => ({
    joined: `${words[place] ?? ''}${word}`,
    others: words.filter((_other, index) => index !== place && index !== place + 1),
  }))
  return { words, joins }
}

interface Meaning {
  word: string
  /** The word that it is likest to. */
  best: string
  /** Any word that it is like. */
  every: string
}

const termOf = ({ typed, word }: LikeWord): string =>
  word === typed ? begins(word) : hasWord(word)

const meaningsOf = (words: readonly string[], like: readonly LikeWord[]): Meaning[] =>
  words.flatMap((word) => {
    const found = like.filter(({ typed }) => typed === word)
    const likest = Math.max(...found.map(({ likeness }) => likeness))
    const best = found.filter(({ likeness }) => likeness === likest)
    return found.length === 0
      ? []
      : [{ word, best: any(best.map(termOf)), every: any(found.map(termOf)) }]
  })

/** A short word tells less than a long one, and of each the beginning counts. */
const weightOf = (words: readonly string[]): number =>
  words.reduce((sum, word) => sum + word.length + 1, 0)

/** Whichever word is missing, the others are enough. */
const lacking = (words: readonly string[], meanings: readonly Meaning[]): Kind[] => {
  const enough = weightOf(words) * shareMin
  const known = weightOf(meanings.map(({ word }) => word))
  const mayLack = ({ word }: Meaning) => known - weightOf([word]) >= enough
  const some = meanings.filter(mayLack)
  if (some.length === 0 || meanings.length > lackingOfMax) return []
  const must = meanings.filter((meaning) => !mayLack(meaning)).map(({ best }) => best)
  const others = allButOne(some.map(({ best }) => best))
  return [byTerms(8, ...must, ...(others === undefined ? [] : [others]))]
}

/**
 * What may have been meant, each kind for when the one before finds nothing: the likest words, all that are like them,
 * the likest without one. A word that is like none is passed over when the others are enough.
 */
export const asMeant = (typed: TypedText, like: readonly LikeWord[]): KindGroup[] => {
  const kinds = meantKinds(typed, like)
  // the first is mostly enough, and may find many
  const others = kinds.slice(1)
  return [
    { kinds: kinds.slice(0, 1), terms: null },
    { kinds: others, terms: others.length < 2 ? null : any(others.map(({ terms }) => all(terms))) },
  ]
}

const meantKinds = ({ words, joins }: TypedText, like: readonly LikeWord[]): Kind[] => {
  const meanings = meaningsOf(words, like)
  const isEnough = weightOf(meanings.map(({ word }) => word)) >= weightOf(words) * shareMin
  const readings = joins.flatMap(({ joined, others }) => {
    const rest = meaningsOf(others, like)
    const isKnown = like.some(({ typed }) => typed === joined) && rest.length === others.length
    return isKnown ? [all([begins(joined), ...rest.map(({ best }) => best)])] : []
  })
  if (isEnough) readings.unshift(all(meanings.map(({ best }) => best)))
  if (readings.length === 0) return []
  const likest = byTerms(tolerantFrom, any(readings))
  if (!isEnough) return [likest]
  const every = all(meanings.map((meaning) => meaning.every))
  return [likest, byTerms(7, every), ...lacking(words, meanings)]
}
