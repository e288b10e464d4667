import { describe, expect, test } from 'vitest'
import iconv from 'iconv-lite'
import { encodings } from '../../domain/encodings.ts'
import { decode, decodingOf, encodingDoubt, isEncoding } from '../../statement-files/decode.ts'

const textOf = (bytes: Uint8Array, wished?: string): string =>
  [...decode(bytes, decodingOf(bytes, wished))].join('')

const windows = (text: string): Buffer => iconv.encode(text, 'windows-1252')

describe('which characters a file is written in', () => {
  test('bytes 80, 92 and 96 of windows-1252 are the euro sign, the apostrophe and the dash', () => {
    expect(textOf(Buffer.from([0x31, 0x80, 0x20, 0x6c, 0x92, 0x61, 0x20, 0x96, 0xe9]))).toBe(
      '1€ l’a –é',
    )
  })

  test.each([
    ['utf-8', Buffer.from([0xef, 0xbb, 0xbf]), 'utf8'],
    ['utf-16le', Buffer.from([0xff, 0xfe]), 'utf16le'],
    ['utf-16be', Buffer.from([0xfe, 0xff]), 'utf16-be'],
  ] as const)('a byte order mark says %s and is no part of the text', (encoding, mark, codec) => {
    const bytes = Buffer.concat([mark, iconv.encode('Datum;Bedrag\r\né;1', codec)])
    expect(decodingOf(bytes)).toEqual({ encoding, skip: mark.length })
    expect(textOf(bytes)).toBe('Datum;Bedrag\r\né;1')
  })

  test('UTF-16 without a mark is seen by its NULs, also where somebody wished otherwise', () => {
    for (const codec of ['utf-16le', 'utf-16be']) {
      const bytes = iconv.encode('Datum;Bedrag;€\r\n', codec)
      expect(textOf(bytes)).toBe('Datum;Bedrag;€\r\n')
      expect(textOf(bytes, 'windows-1252')).toBe('Datum;Bedrag;€\r\n')
    }
  })

  test('UTF-16 without a mark is seen in languages without a letter of ASCII too', () => {
    for (const codec of ['utf-16le', 'utf-16be'])
      for (const text of [
        '日付,摘要,金額\r\n2025/01/15,電気料,2550\r\n',
        'Дата;Сумма\r\n15.01.2025;1,00\r\n',
      ])
        expect(textOf(iconv.encode(text, codec))).toBe(text)
  })

  test('every encoding that may be named is one that can be read', () => {
    for (const name of encodings) expect([name, isEncoding(name)]).toEqual([name, true])
  })

  test('scattered and trailing NULs are padding', () => {
    expect(textOf(Buffer.from('a\0bc\0\0;é\0\0\0\0'))).toBe('abc;é')
  })

  test('well-formed UTF-8 wins over what the file declares', () => {
    const text = 'OFXHEADER:100\nENCODING:USASCII\nCHARSET:1252\n\n<OFX><NAME>Café'
    expect(textOf(Buffer.from(text))).toBe(text)
  })

  test.each([
    ['OFXHEADER:100\r\nCHARSET:1252\r\n', 'windows-1252'],
    ['OFXHEADER:100\r\nCHARSET:8859-1\r\n', 'windows-1252'],
    ['OFXHEADER:100\r\nCHARSET:8859-15\r\n', 'iso-8859-15'],
    ['OFXHEADER:100\r\nCHARSET:NONE\r\n', 'windows-1252'],
    ['OFXHEADER:100\r\nENCODING:UNICODE\r\nCHARSET:CSUNICODE\r\n', 'windows-1252'],
    ['<?xml version="1.0" encoding="ISO-8859-1"?>', 'windows-1252'],
    ["<?xml version='1.0' encoding='windows-1250'?>", 'windows-1250'],
    ['<?xml version="1.0" encoding="ISO-8859-15"?>', 'iso-8859-15'],
    ['<?xml version="1.0" encoding="UTF-8"?>', 'windows-1252'],
    ['<?xml version="1.0" encoding="base64"?>', 'windows-1252'],
    ['<?xml version="1.0" encoding="constructor"?>', 'windows-1252'],
  ])('eight-bit text behind %j is read as %s', (head, encoding) => {
    expect(decodingOf(Buffer.concat([Buffer.from(head), windows('caf\u00e9 ')])).encoding).toBe(
      encoding,
    )
  })

  test('accents of DOS are told from signs of Windows', () => {
    for (const text of ['Société Générale, août', 'Müller Köln', 'voilà un été', 'FRANÇAIS'])
      expect(textOf(iconv.encode(text, 'cp850'))).toBe(text)
  })

  test('signs of Windows beside letters are not accents of DOS', () => {
    for (const text of ['l’Oréal', 'etc… fin', 'Total€ 12', 'a “b” c', 'Paris–Lyon', 'Firma™ x'])
      expect(textOf(windows(text))).toBe(text)
  })

  test('a declared windows-1252 is believed unless it has bytes that mean nothing there', () => {
    const head = Buffer.from('CHARSET:1252\n')
    expect(decodingOf(Buffer.concat([head, Buffer.from([0x61, 0x82, 0x61])])).encoding).toBe(
      'windows-1252',
    )
    expect(decodingOf(Buffer.concat([head, Buffer.from([0x4d, 0x81, 0x6c])])).encoding).toBe(
      'cp850',
    )
  })

  test('UTF-8 of which a few letters were cut in two stays UTF-8', () => {
    const broken = Buffer.concat([
      Buffer.from('Société Générale à Liège, caf'),
      Buffer.from([0xc3, 0x20]),
      Buffer.from('reçu'),
    ])
    expect(textOf(broken)).toBe('Société Générale à Liège, caf\ufffd reçu')
  })

  test('where two encodings make sense, one is asked for, with a word in both', () => {
    const mixed = Buffer.concat([windows('Café Liège; '), iconv.encode('Société Müller', 'cp850')])
    expect(encodingDoubt(decodingOf(mixed))).toMatchObject({
      code: 'encoding_uncertain',
      severity: 'question',
      params: { first: expect.any(String), second: expect.any(String) },
    })
    const short = iconv.encode('12,50;ČEZ', 'windows-1250')
    expect(encodingDoubt(decodingOf(short))?.params).toEqual({
      first: 'ÈEZ',
      firstEncoding: 'windows-1252',
      second: 'ČEZ',
      secondEncoding: 'windows-1250',
    })
  })

  test('where the bytes tell, or a person said it, nothing is asked', () => {
    for (const bytes of [
      Buffer.from('Société'),
      windows('Société à Liège, 5 € l’été'),
      iconv.encode('Société à Liège', 'cp850'),
    ])
      expect(encodingDoubt(decodingOf(bytes))).toBeNull()
    const eastern = iconv.encode('Łódź, Kraśnik; ťava', 'windows-1250')
    expect(encodingDoubt(decodingOf(eastern, 'windows-1250'))).toBeNull()
  })

  test('the wish of a person replaces what would be guessed', () => {
    expect(textOf(iconv.encode('Grąžinimas', 'windows-1257'), 'windows-1257')).toBe('Grąžinimas')
    expect(textOf(iconv.encode('prix 5 €', 'iso-8859-15'), 'ISO-8859-15')).toBe('prix 5 €')
  })

  test('a wish that names no encoding of text is not followed', () => {
    for (const name of ['nonsense', '', 'hex', 'base64', 'base-64', 'binary', '__proto__'])
      expect(isEncoding(name)).toBe(false)
    expect(textOf(Buffer.from('abc'), 'hex')).toBe('abc')
  })

  test('the sign by which DOS ends a file is no text, wherever padding stands around it', () => {
    expect(textOf(Buffer.from('a\r\n\x1a'))).toBe('a\r\n')
    expect(textOf(Buffer.from('a\r\n\x1a\x1a\r\n\0\0'))).toBe('a\r\n')
    expect(textOf(Buffer.from('a\x1ab\r\n'))).toBe('a\x1ab\r\n')
  })

  test('a character is not torn where a piece of the file ends', () => {
    const text = `${'x'.repeat(65_535)}é€😀`
    for (const shift of ['', 'y', 'yy', 'yyy'])
      expect(textOf(Buffer.from(shift + text))).toBe(shift + text)
  })

  test('a file of one byte, or of none, is decoded without complaint', () => {
    expect(textOf(Buffer.alloc(0))).toBe('')
    for (let byte = 1; byte < 256; byte += 1)
      expect(textOf(Buffer.from([byte])).length).toBeLessThanOrEqual(1)
  })
})
