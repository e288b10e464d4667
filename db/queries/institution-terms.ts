/** What a search asks of the terms of an institution, as PostgreSQL's `tsquery` writes it. */
import { termMarks, wordsOf } from '../../domain/institution-listing.ts'
import { wholeBic } from '../../domain/search-text.ts'

/** Words beyond these tell nothing more. */
const wordsMax = 8

const quote = (term: string): string => `'${term.replace(/['\\]/g, '$&$&')}'`

export const all = (parts: readonly string[]): string => `(${parts.join(' & ')})`

export const any = (parts: readonly string[]): string => `(${parts.join(' | ')})`

export const isInCountry = (code: string): string => quote(termMarks.country + code.toLowerCase())

export const isOffered = (provider: string): string => quote(termMarks.provider + provider)

const beginsInName = (word: string): string => `${quote(word)}:*`

const beginsElsewhere = (word: string): string => `${quote(termMarks.otherWord + word)}:*`

/** Some word begins with it. */
export const begins = (word: string): string => any([beginsInName(word), beginsElsewhere(word)])

/** It is one of the words. */
export const hasWord = (word: string): string =>
  any([quote(word), quote(termMarks.otherWord + word)])

export const typedWords = (text: string): string[] => [...new Set(wordsOf(text))].slice(0, wordsMax)

export interface WordTerms {
  /** Each word typed begins some word. */
  anywhere: string
  /** Each begins a word of the name. */
  inName: string
  /** Anywhere, and some of them not in the name. */
  elsewhere: string
}

/** A text must have a word. The BIC of a branch also finds its head office. */
export const wordTerms = (text: string): WordTerms => {
  const words = typedWords(text)
  const [first = ''] = words
  const isBranch = words.length === 1 && first.length === 11 && wholeBic(first) !== null
  const meant = words.map((word) => (isBranch ? [word, word.slice(0, 8)] : [word]))
  const inNames = meant.map((some) => any(some.map(beginsInName)))
  const elsewheres = meant.map((some) => any(some.map(beginsElsewhere)))
  const anywhere = all(meant.map((some) => any(some.map(begins))))
  const some = any(elsewheres)
  // of one word both say the same, and the index is asked less for the shorter
  return {
    anywhere,
    inName: all(inNames),
    elsewhere: words.length === 1 ? some : all([anywhere, some]),
  }
}

/** All of the parts but one, whichever; undefined where that leaves nothing to ask. */
export const allButOne = (parts: readonly string[]): string | undefined => {
  if (parts.length < 2) return undefined
  // by halves, as each part is looked up as often as it is written
  const half = Math.floor(parts.length / 2)
  const [head, tail] = [parts.slice(0, half), parts.slice(half)]
  const [headButOne, tailButOne] = [allButOne(head), allButOne(tail)]
  return any([
    all([...head, ...(tailButOne === undefined ? [] : [tailButOne])]),
    all([...(headButOne === undefined ? [] : [headButOne]), ...tail]),
  ])
}
