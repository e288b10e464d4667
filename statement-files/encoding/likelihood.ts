/** How likely a letter is in each language, as logarithms. Of names from abroad some letters come from its neighbours. */
import iconv from 'iconv-lite'
import { ideographics, languages, type Ideographic, type Language } from './languages.ts'

export interface Model {
  /** Words of the language in lower case. */
  words: ReadonlySet<string>
  rarity: number
  /** Logarithm of how likely a letter is among those beyond ASCII. */
  of: (letter: string) => number
}

const shareOfLanguage = 0.93
const shareOfOthers = 0.069
/** A letter that no language here uses. */
const least = 2e-6

/** Shares of the letters by their order; together 1. */
const sharesOf = ({ letters, kind }: Language): Map<string, number> => {
  const all = Array.from(letters)
  const weights = all.map((_, rank) =>
    kind === 'accents' ? 1 / (rank + 1) : 1.08 - rank / all.length,
  )
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return new Map(all.map((letter, rank) => [letter, (weights[rank] ?? 0) / sum]))
}

/** How often a letter occurs in all languages taken together. */
const overall = (shares: readonly ReadonlyMap<string, number>[]): Map<string, number> => {
  const sums = new Map<string, number>()
  for (const each of shares)
    for (const [letter, share] of each)
      sums.set(letter, (sums.get(letter) ?? 0) + share / shares.length)
  return sums
}

const wordsIn = (text: string): Set<string> => new Set(text.split(' '))

const alphabeticModels = (): Model[] => {
  const shares = languages.map(sharesOf)
  const others = overall(shares)
  return languages.map(({ words, rarity }, index) => {
    const logarithms = new Map<string, number>()
    for (const [letter, share] of others) {
      const own = shares[index]?.get(letter) ?? 0
      logarithms.set(letter, Math.log(shareOfLanguage * own + shareOfOthers * share + least))
    }
    const unknown = Math.log(least)
    return { words: wordsIn(words), rarity, of: (letter) => logarithms.get(letter) ?? unknown }
  })
}

const charactersOf = ({ common }: Ideographic): Set<string> => {
  const bytes: number[] = []
  for (let row = common.rows[0]; row <= common.rows[1]; row += 1)
    for (let column = common.columns[0]; column <= common.columns[1]; column += 1)
      if (column < 0x7f || column > 0xa0) bytes.push(row, column)
  return new Set(iconv.decode(Buffer.from(bytes), common.encoding))
}

const syllablesOf = ({ syllables = [] }: Ideographic): Set<string> => {
  const found = new Set<string>()
  for (const [from, to] of syllables)
    for (let code = from; code <= to; code += 1) found.add(String.fromCharCode(code))
  return found
}

const ideographicModel = (language: Ideographic): Model => {
  const often = new Set(language.often)
  const common = charactersOf(language)
  const syllables = syllablesOf(language)
  const shares: readonly (readonly [Set<string>, number])[] =
    syllables.size === 0
      ? [
          [often, 0.5],
          [common, 0.48],
        ]
      : [
          [often, 0.3],
          [syllables, 0.4],
          [common, 0.28],
        ]
  const logarithms = new Map<string, number>()
  // the first share that has a letter counts
  for (const [letters, share] of shares.toReversed())
    for (const letter of letters) logarithms.set(letter, Math.log(share / letters.size))
  const unknown = Math.log(least)
  return {
    words: wordsIn(language.words),
    rarity: 0,
    of: (letter) => logarithms.get(letter) ?? unknown,
  }
}

let known: readonly Model[] | undefined

/** The models of all languages; made when the first file needs them. */
export const models = (): readonly Model[] =>
  (known ??= [...alphabeticModels(), ...ideographics.map(ideographicModel)])

let byWord: ReadonlyMap<string, readonly Model[]> | undefined

const modelsByWord = (): ReadonlyMap<string, readonly Model[]> => {
  const found = new Map<string, Model[]>()
  for (const model of models())
    for (const word of model.words) found.set(word, [...(found.get(word) ?? []), model])
  return found
}

/** The languages that have a word; it is given in lower case. */
export const modelsWith = (word: string): readonly Model[] =>
  (byWord ??= modelsByWord()).get(word) ?? []
