/** Which encoding bytes are written in that are no UTF-8: each is tried, and the likeliest text wins. */
import { quoted } from '../problem.ts'
import { candidates } from './candidates.ts'
import { textIn } from './decoder.ts'
import { createReader, type Reading } from './reading.ts'
import { sampleOf, type Sample } from './sample.ts'

export interface Verdict {
  encoding: string
  /** Another encoding in which the text makes sense too, and a word in both. */
  rival?: Rival
}

export interface Rival {
  encoding: string
  /** As the verdict reads the word, and as the rival does. */
  words: readonly [string, string]
}

/** Below this difference of logarithms two readings are as good as each other: neither is eight times likelier. */
const nearness = 2.5
/** From this share of odd characters on no reading is to be believed without asking. */
const oddShare = 0.25

const readingsOf = (sample: Sample): Reading[] => {
  const read = createReader(sample)
  return candidates
    .map(([encoding, rarity]) => {
      const reading = read(encoding)
      return { ...reading, likelihood: reading.likelihood + rarity }
    })
    .toSorted((one, other) => other.likelihood - one.likelihood)
}

const isDoubtful = (best: Reading, next: Reading): boolean =>
  best.likelihood - next.likelihood < nearness ||
  (best.oddCount > 1 && best.oddCount > best.count * oddShare)

/** The first word that two encodings read differently. */
const wordsIn = (file: Uint8Array, { spans }: Sample, names: readonly [string, string]) => {
  for (const { from, to } of spans) {
    const bytes = Buffer.from(file.buffer, file.byteOffset + from, to - from)
    const [ones = [], others = []] = names.map((name) => textIn(bytes, name).split(' '))
    const at = ones.findIndex((word, index) => word !== others[index])
    if (at >= 0) return [quoted(ones[at] ?? ''), quoted(others[at] ?? '')] as const
  }
  return null
}

/** Text in UTF-8 of which a program has cut a few letters in two: whole ones hardly occur by chance. */
const isBrokenUtf8 = (bytes: Buffer): boolean => {
  const text = bytes.toString('latin1')
  const whole = text.match(/[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}/g) ?? []
  const wholeBytes = whole.reduce((sum, { length }) => sum + length, 0)
  const broken = (text.match(/[\x80-\xff]/g)?.length ?? 0) - wholeBytes
  return whole.length > broken
}

/** How text is written that is neither UTF-8 nor declared, by the letters that come out; with a rival where two are near. */
export const weigh = (file: Uint8Array): Verdict => {
  const sample = sampleOf(file)
  const [best, ...others] = readingsOf(sample)
  if (best === undefined || isBrokenUtf8(sample.bytes)) return { encoding: 'utf-8' }
  const next = others.find(({ text }) => text !== best.text)
  if (next === undefined || !isDoubtful(best, next)) return { encoding: best.encoding }
  const words = wordsIn(file, sample, [best.encoding, next.encoding])
  return words === null
    ? { encoding: best.encoding }
    : { encoding: best.encoding, rival: { encoding: next.encoding, words } }
}

/** Bytes that mean nothing in an encoding come out as these. */
const meaningless = /[\x80-\x9f\ufffd]/

/** Below this difference of logarithms a declaration is believed. */
const belief = 60

/** Whether the letters speak loudly against a declared encoding: many programs write windows-1252 into every file. */
export const isDisproved = (file: Uint8Array, declared: string): boolean => {
  const readings = readingsOf(sampleOf(file))
  const said = readings.find(({ encoding }) => encoding === declared)
  const [best] = readings
  if (said === undefined || best === undefined || meaningless.test(best.text)) return false
  return meaningless.test(said.text) || best.likelihood - said.likelihood > belief
}
