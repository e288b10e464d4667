/** From the bytes of an XML file to its text. */
import { CamtProblem } from './problem.ts'

const byteOrder = (bytes: Uint8Array): string | null => {
  const [first, second, third, fourth] = bytes
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8'
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  // no mark, but the first letter is `<` in two bytes
  if (first === 0x3c && second === 0 && fourth === 0) return 'utf-16le'
  if (first === 0 && second === 0x3c && third === 0) return 'utf-16be'
  return null
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
