import iconv from 'iconv-lite'
import { describe, expect, test } from 'vitest'
import { decode, decodingOf, encodingDoubt } from '../../../statement-files/decode.ts'
import { nationals } from './texts.ts'

/** The library writes the sign that stood in the place of the euro before 1998. */
const encoded = (text: string, encoding: string): Buffer =>
  iconv.encode(encoding === 'macintosh' ? text.replaceAll('€', '¤') : text, encoding)

const cases = nationals.flatMap(({ language, text, encodings }) =>
  encodings.map((encoding) => ({ language, encoding, text, bytes: encoded(text, encoding) })),
)

describe('a file in any encoding of a bank is read by the letters that come out', () => {
  test.each(cases)('$language in $encoding', ({ bytes, text }) => {
    const decoding = decodingOf(bytes)
    expect([...decode(bytes, decoding)].join('')).toBe(text)
    expect(encodingDoubt(decoding)).toBeNull()
  })

  test('the table holds every country with its encodings', () => {
    expect(cases.length).toBeGreaterThan(80)
  })
})
