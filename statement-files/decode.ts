/** Which characters a file is written in, and its text in pieces. Declarations are heard, and believed only where they fit. */
import { isUtf8 } from 'node:buffer'
import iconv from 'iconv-lite'
import { decoderOf } from './encoding/decoder.ts'
import { isDisproved, weigh, type Rival } from './encoding/weigh.ts'
import { problem, type Problem } from './problem.ts'

export interface Decoding {
  /** `utf-8`, `utf-16le`, `windows-1252` … */
  encoding: string
  /** Bytes of the mark before the text. */
  skip: number
  /** Another encoding in which the text makes sense too. */
  rival?: Rival
}

const pieceBytes = 64 * 1024
const headBytes = 2_048

const startsWith = (bytes: Uint8Array, ...mark: readonly number[]): boolean =>
  mark.every((byte, index) => bytes[index] === byte)

const markOf = (bytes: Uint8Array): Decoding | null => {
  if (startsWith(bytes, 0xef, 0xbb, 0xbf)) return { encoding: 'utf-8', skip: 3 }
  if (startsWith(bytes, 0xff, 0xfe)) return { encoding: 'utf-16le', skip: 2 }
  if (startsWith(bytes, 0xfe, 0xff)) return { encoding: 'utf-16be', skip: 2 }
  return null
}

const isHalf = (half: number, other: number): boolean =>
  (half > 0.8 && other < 0.2) || (half > 0.1 && other === 0)

/**
 * UTF-16 of a western language has a NUL in every other byte, and of any language its digits and line ends have one: always
 * in the same half of their character. Such bytes would pass as UTF-8.
 */
const utf16Of = (bytes: Uint8Array): string | null => {
  const length = Math.min(bytes.length, headBytes)
  if (length < 8) return null
  const nuls = [0, 0]
  for (let index = 0; index < length; index += 1) if (bytes[index] === 0) nuls[index % 2]! += 1
  const [even = 0, odd = 0] = nuls.map((count) => count / (length / 2))
  if (isHalf(odd, even)) return 'utf-16le'
  return isHalf(even, odd) ? 'utf-16be' : null
}

const declared = /(?:encoding\s*=\s*["']([\w.:-]{1,40})["']|CHARSET\s*[:=]\s*["']?([\w.-]{1,40}))/i
const meant = new Map([
  ['1252', 'windows-1252'],
  ['8859-1', 'windows-1252'],
  ['iso-8859-1', 'windows-1252'],
  ['latin1', 'windows-1252'],
  ['us-ascii', 'windows-1252'],
  ['ascii', 'windows-1252'],
  ['ibm850', 'cp850'],
])

const declaredIn = (bytes: Uint8Array): string | null => {
  const head = Buffer.from(bytes.subarray(0, headBytes)).toString('latin1')
  const found = declared.exec(head)
  const name = (found?.[1] ?? found?.[2] ?? '').toLowerCase()
  // OFX leaves out whose standard it is
  const encoding = meant.get(name) ?? name.replace(/^8859-/, 'iso-8859-')
  // these have been ruled out by the bytes, or need a mark
  if (encoding === '' || encoding.startsWith('utf') || encoding.startsWith('ucs')) return null
  return isEncoding(encoding) ? encoding : null
}

/** XML says how it is written because its reader must know; in OFX the name is often a habit of the program. */
const isFalselyDeclared = (name: string, bytes: Uint8Array): boolean =>
  name === 'windows-1252' && isDisproved(bytes, name)

/** Ways of writing bytes, not characters. */
const noText = new Set(['hex', 'base64', 'binary'])

/** Whether a name is an encoding of text that can be read. */
export const isEncoding = (name: string): boolean =>
  !noText.has(name.toLowerCase().replace(/[^a-z0-9]/g, '')) && iconv.encodingExists(name)

/** Finds out how a file is written; the wish of a person wins over everything but what the bytes show of UTF-16 or by their mark. */
export const decodingOf = (bytes: Uint8Array, wished?: string): Decoding => {
  const marked = markOf(bytes)
  if (marked !== null) return marked
  const wide = utf16Of(bytes)
  if (wide !== null) return { encoding: wide, skip: 0 }
  if (wished !== undefined && isEncoding(wished)) return { encoding: wished.toLowerCase(), skip: 0 }
  if (isUtf8(bytes)) return { encoding: 'utf-8', skip: 0 }
  const name = declaredIn(bytes)
  if (name !== null && !isFalselyDeclared(name, bytes)) return { encoding: name, skip: 0 }
  return { ...weigh(bytes), skip: 0 }
}

/** Asks which of two encodings is right, showing a word in both; null where there is no doubt. */
export const encodingDoubt = ({ encoding, rival }: Decoding): Problem | null =>
  rival === undefined
    ? null
    : problem('encoding_uncertain', {
        first: rival.words[0],
        firstEncoding: encoding,
        second: rival.words[1],
        secondEncoding: rival.encoding,
      })

const withoutPadding = (text: string): string =>
  text.includes('\0') ? text.replaceAll('\0', '') : text

const padding = new Set([0x00, 0x0a, 0x0d, 0x20])
const endOfFile = 0x1a

/** The bytes before the sign by which DOS ends a file, where only padding stands behind it. */
const withoutEndSign = (bytes: Uint8Array): Uint8Array => {
  let length = bytes.length
  for (let index = length - 1; index >= 0; index -= 1) {
    const byte = bytes[index] ?? 0
    if (byte === endOfFile) length = index
    else if (!padding.has(byte)) break
  }
  return bytes.subarray(0, length)
}

/** The text of a file in pieces; NULs that pad it and the sign of its end are left out. */
export function* decode(bytes: Uint8Array, { encoding, skip }: Decoding): Generator<string> {
  const decoder = decoderOf(encoding)
  const isWide = encoding.startsWith('utf-16')
  const content = isWide ? bytes : withoutEndSign(bytes)
  const given = isWide || content.includes(0) ? withoutPadding : (text: string) => text
  for (let from = skip; from < content.length; from += pieceBytes)
    yield given(decoder.write(content.subarray(from, from + pieceBytes)))
  const rest = decoder.end()
  if (rest !== '') yield given(rest)
}
