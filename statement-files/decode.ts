/** Which characters a file is written in, and its text in pieces. Declarations are heard, and believed only where they fit. */
import { isUtf8 } from 'node:buffer'
import iconv from 'iconv-lite'

export interface Decoding {
  /** `utf-8`, `utf-16le`, `windows-1252` … */
  encoding: string
  /** Bytes of the mark before the text. */
  skip: number
}

const pieceBytes = 64 * 1024
const headBytes = 2_048
const sampleBytes = 1024 * 1024

const startsWith = (bytes: Uint8Array, ...mark: readonly number[]): boolean =>
  mark.every((byte, index) => bytes[index] === byte)

const markOf = (bytes: Uint8Array): Decoding | null => {
  if (startsWith(bytes, 0xef, 0xbb, 0xbf)) return { encoding: 'utf-8', skip: 3 }
  if (startsWith(bytes, 0xff, 0xfe)) return { encoding: 'utf-16le', skip: 2 }
  if (startsWith(bytes, 0xfe, 0xff)) return { encoding: 'utf-16be', skip: 2 }
  return null
}

/** UTF-16 of a western language has a NUL in every other byte; such bytes would pass as UTF-8. */
const utf16Of = (bytes: Uint8Array): string | null => {
  const length = Math.min(bytes.length, headBytes)
  if (length < 8) return null
  const nuls = [0, 0]
  for (let index = 0; index < length; index += 1) if (bytes[index] === 0) nuls[index % 2]! += 1
  const [even = 0, odd = 0] = nuls.map((count) => count / (length / 2))
  if (odd > 0.8 && even < 0.2) return 'utf-16le'
  return even > 0.8 && odd < 0.2 ? 'utf-16be' : null
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
  const encoding = meant.get(name) ?? name
  // these have been ruled out by the bytes, or need a mark
  if (encoding === '' || encoding.startsWith('utf') || encoding.startsWith('ucs')) return null
  return isEncoding(encoding) ? encoding : null
}

const isLetter = (byte: number | undefined): boolean =>
  byte !== undefined && ((byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a))

/** These bytes mean nothing in windows-1252. */
const isNoWindows = (byte: number): boolean => [0x81, 0x8d, 0x8f, 0x90, 0x9d].includes(byte)

const isWindowsLetter = (byte: number): boolean =>
  (byte >= 0xc0 && byte !== 0xd7 && byte !== 0xf7) ||
  [0x8a, 0x8c, 0x8e, 0x9a, 0x9c, 0x9e, 0x9f].includes(byte)

/** A letter of DOS that is no letter of Windows; signs that may close a word there count inside words only. */
const isDosLetter = (byte: number, isInside: boolean): boolean => {
  if (byte > 0xa5 || byte === 0xa0) return false
  // é and ü: as an opening quote of Windows, or as nothing, they follow no letter
  if (byte === 0x82 || isNoWindows(byte)) return true
  // an apostrophe and dashes stand between letters too
  return isInside && ![0x92, 0x96, 0x97].includes(byte)
}

/** DOS files have their accents where Windows has signs: beside letters the bytes tell which it is. */
const looksLikeDos = (bytes: Uint8Array): boolean => {
  let dos = 0
  let windows = 0
  const length = Math.min(bytes.length, sampleBytes)
  for (let index = 1; index < length; index += 1) {
    const byte = bytes[index] ?? 0
    if (byte < 0x80 || !isLetter(bytes[index - 1])) continue
    if (isWindowsLetter(byte)) windows += 1
    else if (isDosLetter(byte, isLetter(bytes[index + 1]))) dos += 1
  }
  return dos > windows
}

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
  if (
    name !== null &&
    !(name === 'windows-1252' && bytes.subarray(0, sampleBytes).some(isNoWindows))
  )
    return { encoding: name, skip: 0 }
  return { encoding: looksLikeDos(bytes) ? 'cp850' : 'windows-1252', skip: 0 }
}

const decoderOf = (encoding: string) => {
  if (encoding === 'utf-8' || encoding === 'utf-16le') {
    const decoder = new TextDecoder(encoding, { ignoreBOM: true })
    return {
      write: (bytes: Uint8Array) => decoder.decode(bytes, { stream: true }),
      end: () => decoder.decode(),
    }
  }
  // Node reads windows-1252 as ISO-8859-1 in many releases: the euro sign would be lost
  const decoder = iconv.getDecoder(encoding)
  return {
    write: (bytes: Uint8Array) =>
      decoder.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)),
    end: () => decoder.end() ?? '',
  }
}

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
  const content = encoding.startsWith('utf-16') ? bytes : withoutEndSign(bytes)
  for (let from = skip; from < content.length; from += pieceBytes)
    yield withoutPadding(decoder.write(content.subarray(from, from + pieceBytes)))
  const rest = decoder.end()
  if (rest !== '') yield withoutPadding(rest)
}
