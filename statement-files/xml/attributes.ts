/** The attributes of a start tag. */
import { limits } from '../limits.ts'
import { problem } from '../problem.ts'
import type { Fault } from './markup.ts'
import type { Names } from './names.ts'
import { bareAmpersand, bareAt, expanded } from './references.ts'

export type Attributes = ReadonlyMap<string, string>

const blanks = /[ \t\r\n]*/y
const equals = /[ \t\r\n]*=[ \t\r\n]*/y

export interface AttributeReading {
  attributes: Attributes
  /** Index of the sign behind them that ends the tag: `>` or `/`. */
  end: number
}

const behind = (pattern: RegExp, text: string, from: number): number => {
  pattern.lastIndex = from
  return pattern.test(text) ? pattern.lastIndex : -1
}

const tooMany = (at: number): Fault => ({
  at,
  told: problem('too_large', { what: 'attributes', limit: limits.attributes }),
})

type Value = { value: string; end: number } | Fault | null

/** A value between its quotes, with line ends as blanks. */
const valueAt = (text: string, at: number): Value => {
  const quote = text.charAt(at)
  if (quote === '') return null
  if (quote !== '"' && quote !== "'") return { at }
  const end = text.indexOf(quote, at + 1)
  const written = text.slice(at + 1, end < 0 ? undefined : end)
  const less = written.indexOf('<')
  if (less >= 0) return { at: at + 1 + less }
  if (end < 0) return null
  const bare = bareAmpersand(written)
  if (bare >= 0) return bareAt(at + 1 + bare)
  return { value: expanded(written.replace(/\r\n|[\t\r\n]/g, ' ')), end: end + 1 }
}

/** Where they are read: names are made once, and told by the codes of the text. */
interface Source {
  text: string
  codes: Uint16Array
  names: Names
}

type Attribute = { name: string; value: string; end: number } | Fault | null

const attributeAt = ({ text, codes, names }: Source, at: number): Attribute => {
  const name = names.read(text, codes, at)
  if (name === '') return { at }
  const nameEnd = at + name.length
  if (behind(blanks, text, nameEnd) === text.length) return null
  const valueFrom = behind(equals, text, nameEnd)
  if (valueFrom < 0) return { at }
  const read = valueAt(text, valueFrom)
  return read === null || 'at' in read ? read : { name, ...read }
}

/** Reads from behind the name of an element on; null where the text ends before the tag does. */
export const readAttributes = (source: Source, from: number): AttributeReading | Fault | null => {
  const attributes = new Map<string, string>()
  for (let end = from; ;) {
    const at = behind(blanks, source.text, end)
    const sign = source.text.charAt(at)
    if (sign === '') return null
    if (sign === '>' || sign === '/') return { attributes, end: at }
    const read = at === end ? { at } : attributeAt(source, at)
    if (read === null || 'at' in read) return read
    if (attributes.has(read.name)) return { at }
    attributes.set(read.name, read.value)
    if (attributes.size > limits.attributes) return tooMany(at)
    end = read.end
  }
}
