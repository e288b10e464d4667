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
const meant: Readonly<Record<string, string>> = {
  '1252': 'windows-1252',
  '8859-1': 'windows-1252',
  'iso-8859-1': 'windows-1252',
  latin1: 'windows-1252',
  'us-ascii': 'windows-1252',
  ascii: 'windows-1252',
  ibm850: 'cp850',
}

const declaredIn = (bytes: Uint8Array): string | null => {
  const head = Buffer.from(bytes.subarray(0, headBytes)).toString('latin1')
  const found = declared.exec(head)
  const name = (found?.[1] ?? found?.[2] ?? '').toLowerCase()
  const encoding = meant[name] ?? name
  // these have been ruled out by the bytes, or need a mark
  if (encoding === '' || encoding.startsWith('utf') || encoding.startsWith('ucs')) return null
  return iconv.encodingExists(encoding) ? encoding : null
}

const isLetter = (byte: number | undefined): boolean =>
  byte !== undefined && ((byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a))

const windowsLetter = (byte: number): boolean =>
  (byte >= 0xc0 && byte !== 0xd7 && byte !== 0xf7) ||
  [0x8a, 0x8c, 0x8e, 0x9a, 0x9c, 0x9e, 0x9f].includes(byte)

/** DOS files have their accents where Windows has signs: inside words the bytes tell which it is. */
const looksLikeDos = (bytes: Uint8Array): boolean => {
  let dos = 0
  let windows = 0
  const length = Math.min(bytes.length, sampleBytes)
  for (let index = 1; index < length; index += 1) {
    const byte = bytes[index] ?? 0
    if (byte < 0x80 || !isLetter(bytes[index - 1])) continue
    if (windowsLetter(byte)) windows += 1
    // an apostrophe, quotes, a dash or dots stand inside words too
    else if (byte <= 0xa5 && ![0x92, 0x93, 0x94, 0x96, 0x97, 0xa0].includes(byte)) dos += 1
  }
  return dos > windows
}

/** Whether a name is an encoding that can be read. */
export const isEncoding = (name: string): boolean => iconv.encodingExists(name)

/** Finds out how a file is written; the wish of a person wins over everything but a byte order mark. */
export const decodingOf = (bytes: Uint8Array, wished?: string): Decoding => {
  const marked = markOf(bytes)
  if (marked !== null) return marked
  if (wished !== undefined && isEncoding(wished)) return { encoding: wished.toLowerCase(), skip: 0 }
  const wide = utf16Of(bytes)
  if (wide !== null) return { encoding: wide, skip: 0 }
  if (isUtf8(bytes)) return { encoding: 'utf-8', skip: 0 }
  const name = declaredIn(bytes)
  if (name !== null && name !== 'windows-1252') return { encoding: name, skip: 0 }
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

/** The text of a file in pieces; NULs that pad it are left out. */
export function* decode(bytes: Uint8Array, { encoding, skip }: Decoding): Generator<string> {
  const decoder = decoderOf(encoding)
  for (let from = skip; from < bytes.length; from += pieceBytes)
    yield withoutPadding(decoder.write(bytes.subarray(from, from + pieceBytes)))
  const rest = decoder.end()
  if (rest !== '') yield withoutPadding(rest)
}
