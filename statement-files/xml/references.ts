/** References in texts and values: the five that XML knows and those by number; others would need a document type. */

import { problem } from '../problem.ts'
import type { Fault } from './markup.ts'

const reference = /&(?:(amp|lt|gt|quot|apos)|#0{0,20}(\d{1,7})|#x0{0,20}([0-9a-fA-F]{1,6}));/y
const longest = 30
const meant = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
])

const isCharacter = (code: number): boolean =>
  (code >= 0x20 && code < 0xd800) ||
  (code >= 0xe000 && code <= 0xfffd) ||
  (code >= 0x1_0000 && code <= 0x10_ffff) ||
  code === 9 ||
  code === 10 ||
  code === 13

const meaningOf = ([, name, decimal, hexadecimal]: RegExpExecArray): string | null => {
  if (name !== undefined) return meant.get(name) ?? null
  const code = decimal === undefined ? Number(`0x${hexadecimal ?? ''}`) : Number(decimal)
  return isCharacter(code) ? String.fromCodePoint(code) : null
}

/** Index of the first `&` that begins no reference; -1 where all do. */
export const bareAmpersand = (text: string): number => {
  for (let at = text.indexOf('&'); at >= 0; at = text.indexOf('&', at + 1)) {
    reference.lastIndex = at
    const found = reference.exec(text)
    if (found === null || meaningOf(found) === null) return at
  }
  return -1
}

/** The sign that begins no reference, told with its place. */
export const bareAt = (at: number): Fault => ({
  at,
  told: problem('malformed', { reason: 'xml', text: '&' }),
})

/** The text with its references replaced. */
export const expanded = (text: string): string => {
  if (!text.includes('&')) return text
  let made = ''
  let from = 0
  for (let at = text.indexOf('&'); at >= 0; at = text.indexOf('&', from)) {
    reference.lastIndex = at
    const found = reference.exec(text)
    if (found === null) break
    made += text.slice(from, at) + (meaningOf(found) ?? '')
    from = reference.lastIndex
  }
  return made + text.slice(from)
}

/** Whether a text may be the begin of a reference that is cut. */
export const mayBeReference = (text: string): boolean =>
  text.length < longest && /^&#?[0-9a-zA-Z]*$/.test(text)
