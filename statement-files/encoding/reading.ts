/** What a sample says when it is read in one encoding, and how likely somebody wrote that. */
import { textIn } from './decoder.ts'
import { models, modelsWith, type Model } from './likelihood.ts'
import type { Sample } from './sample.ts'
import { letterAt, scriptOf, signAt, type Place } from './signs.ts'

export interface Reading {
  encoding: string
  text: string
  /** Logarithm: 0 would be certain. */
  likelihood: number
  /** Characters that hardly anybody writes where they stand, and all beyond ASCII. */
  oddCount: number
  count: number
}

interface Seen {
  /** Letters in lower case, with how often each stands there. */
  letters: Map<string, number>
  /** What the places alone say. */
  likelihood: number
  oddCount: number
  count: number
}

const oddLetter = -4
const oddSign = -7

const lower = (sign: string): string => (sign === 'İ' ? 'i' : sign.toLowerCase())

const look = (text: string): Seen => {
  const seen: Seen = { letters: new Map(), likelihood: 0, oddCount: 0, count: 0 }
  const signs = Array.from(text)
  for (const [at, sign] of signs.entries()) {
    if (sign < '\u0080') continue
    const place: Place = {
      sign,
      before: signs[at - 1],
      earlier: signs[at - 2],
      after: signs[at + 1],
    }
    const isLetter = scriptOf(sign) !== null
    const likelihood = isLetter ? letterAt(place) : signAt(place)
    seen.likelihood += likelihood
    seen.count += 1
    if (likelihood <= (isLetter ? oddLetter : oddSign)) seen.oddCount += 1
    if (isLetter) seen.letters.set(lower(sign), (seen.letters.get(lower(sign)) ?? 0) + 1)
  }
  return seen
}

const wordWeight = 2
const wordsMax = 8

/** How many words of each language a text has. */
const wordCounts = (text: string): Map<Model, number> => {
  const counts = new Map<Model, number>()
  const words = new Set(text.toLowerCase().match(/[\p{L}\p{M}\u30fc]{2,40}/gu))
  for (const word of words)
    for (const model of modelsWith(word)) counts.set(model, (counts.get(model) ?? 0) + 1)
  return counts
}

const likelihoodIn = (model: Model, { letters, likelihood }: Seen): number => {
  let sum = likelihood + model.rarity
  for (const [letter, count] of letters) sum += model.of(letter) * count
  return sum
}

/** Reads a sample in an encoding; the language is the one in which it is most likely. */
export const createReader = ({ bytes, head }: Sample): ((encoding: string) => Reading) => {
  const known = new Map<string, Omit<Reading, 'encoding'>>()
  const ofHead = wordCounts(head)
  const read = (text: string): Omit<Reading, 'encoding'> => {
    const seen = look(text)
    const ofText = wordCounts(text)
    const likelihood = Math.max(
      ...models().map((model) => {
        const words = (ofHead.get(model) ?? 0) + (ofText.get(model) ?? 0)
        return likelihoodIn(model, seen) + Math.min(words, wordsMax) * wordWeight
      }),
    )
    return { text, likelihood, oddCount: seen.oddCount, count: seen.count }
  }
  return (encoding) => {
    const text = textIn(bytes, encoding)
    const reading = known.get(text) ?? read(text)
    known.set(text, reading)
    return { encoding, ...reading }
  }
}
