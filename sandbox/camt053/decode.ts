/** From the bytes of an XML file to its text. */
import { CamtProblem } from './problem.ts'

const beginnings: [encoding: string, hex: RegExp][] = [
  ['utf-8', /^efbbbf/],
  ['utf-16le', /^fffe/],
  ['utf-16be', /^feff/],
  // no mark, but the first letter is `<` in two bytes
  ['utf-16le', /^3c00..00/],
  ['utf-16be', /^003c00/],
]

const byteOrder = (bytes: Uint8Array): string | null => {
  const head = Buffer.from(bytes.subarray(0, 4)).toString('hex')
  return beginnings.find(([, hex]) => hex.test(head))?.[0] ?? null
}

const declared = (bytes: Uint8Array): string => {
  const head = Buffer.from(bytes.subarray(0, 256)).toString('latin1')
  const name = /^\s*<\?xml[^>]*\bencoding\s*=\s*["']([\w.:-]+)["']/.exec(head)?.[1] ?? 'utf-8'
  // eight-bit bytes that call themselves UTF-16 were converted on their way
  return /^utf-?16/i.test(name) ? 'utf-8' : name
}

/** The text of an XML file by its byte order mark or its declaration; throws a problem that says what does not fit. */
export const decodeXml = (bytes: Uint8Array): string => {
  const encoding = byteOrder(bytes) ?? declared(bytes)
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch (error) {
    const known = !(error instanceof RangeError)
    throw new CamtProblem(
      known ? `the file is not valid ${encoding}` : `the encoding ${encoding} is not known`,
    )
  }
}
