import { describe, expect, test } from 'vitest'
import { parseStatementFile } from '../../statement-files/collect.ts'
import { binaryKind, detectFormat } from '../../statement-files/detect.ts'

const codaHeader = '0000031012400005                  '

describe('what a file is', () => {
  test.each([
    ['%PDF-1.7 …', 'pdf'],
    ['PK\x03\x04…', 'zip'],
    ['\xd0\xcf\x11\xe0…', 'xls'],
    ['\x1f\x8b…', 'gzip'],
    ['\x89PNG…', 'png'],
    ['\xff\xd8\xff…', 'jpeg'],
  ])('a file that begins with %j is no statement but %s', (start, kind) => {
    expect(binaryKind(Buffer.from(start, 'latin1'))).toBe(kind)
  })

  test.each([
    [codaHeader, 'coda'],
    [codaHeader.replace('05  ', '05D '), 'coda'],
    [codaHeader.replace('00005', '   05'), 'coda'],
    ['OFXHEADER:100\r\nDATA:OFXSGML\r\n\r\n<OFX>', 'ofx'],
    ['<?xml version="1.0"?>\n<?OFX OFXHEADER="200"?>\n<OFX>', 'ofx'],
    ['<OFX><SIGNONMSGSRSV1>', 'ofx'],
    ['<ofx><signonmsgsrsv1>', 'ofx'],
    ['<START><OFXHEADER>100</OFXHEADER></START>', 'ofx'],
    ['<OFC>\n<DTD>2', 'ofx'],
    ['<bank:OFX xmlns:bank="http://ofx.net/types">', 'ofx'],
    ['!Type:Bank\nD01/02/2024', 'qif'],
    ['# written by hand\n\n# twice\n!Account\nNmine\n^', 'qif'],
    ['!Option:AutoSwitch\r\n!Account', 'qif'],
    ['!Clear:AutoSwitch', 'qif'],
    ['<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">', 'camt053'],
    ['<n:Document xmlns:n="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02">', 'camt053'],
    ['<Document><BkToCstmrStmt><Stmt>', 'camt053'],
    ['<Envelope><Header/><Body>', 'camt053'],
    ['Date,Amount\n2024-01-01,1', 'csv'],
  ])('%j is %s', (head, format) => {
    expect(detectFormat(head)).toBe(format)
  })

  test.each([
    ['<!DOCTYPE html><html>', 'not_a_statement', { what: 'html' }],
    [
      '<html><body><table><tr><td>Date</td></tr></table></body></html>',
      'not_a_statement',
      { what: 'html_table' },
    ],
    ['\n <HTML lang=nl>', 'not_a_statement', { what: 'html' }],
    ['<!-- login --><html>', 'not_a_statement', { what: 'html' }],
    ['<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "x">', 'not_a_statement', { what: 'html' }],
    ['\n%PDF-1.4', 'not_a_statement', { what: 'pdf' }],
    ['{\\rtf1\\ansi', 'not_a_statement', { what: 'rtf' }],
    ['<Document xmlns="urn:x:camt.052.001.08">', 'wrong_message', { message: 'camt.052.001.08' }],
    ['<Document xmlns="urn:x:camt.054.001.08">', 'wrong_message', { message: 'camt.054.001.08' }],
    ['<Document xmlns="urn:x:pain.001.001.03">', 'wrong_message', { message: 'pain.001.001.03' }],
    ['{1:F01BANKBEBBAXXX}', 'wrong_message', { message: 'MT940' }],
    [':20:STATEMENT\r\n:25:', 'wrong_message', { message: 'MT940' }],
    ['0000 01BANKBEBBXXX\r\n940 00\r\n:20:A\r\n:25:B', 'wrong_message', { message: 'MT940' }],
    [' \t\r\n', 'file_empty', {}],
  ])('%j is refused by name', (head, code, params) => {
    expect(detectFormat(head)).toMatchObject({ code, params, severity: 'error' })
  })

  test('what is recognised does not depend on blank lines or a mark before it', () => {
    for (const start of ['\ufeff', '\r\n\r\n', '   '])
      expect(
        parseStatementFile(Buffer.from(`${start}!Type:Bank\nD31/01/2024\nT1.00\n^\n`), {
          today: '2026-06-30',
        }).format,
      ).toBe('qif')
  })

  test('the name of a file does not decide', () => {
    const bytes = Buffer.from('%PDF-1.4 not a table')
    expect(
      parseStatementFile(bytes, { today: '2026-06-30', name: 'a.csv' }).problems,
    ).toMatchObject([{ code: 'not_a_statement', params: { what: 'pdf' } }])
  })

  test('an empty file and a file of blanks are told as such', () => {
    for (const text of ['', ' ', '\r\n\r\n', '\0\0\0\0', '\x1a'])
      expect(parseStatementFile(Buffer.from(text), { today: '2026-06-30' }).problems).toMatchObject(
        [{ code: 'file_empty' }],
      )
  })

  test('comments and line ends without a header are read once, however many', () => {
    // a pattern that tries every way to cut the line ends would not come back
    for (const line of ['#\n', '# x\r\n', '\n', ' \t\r', '<!-- '])
      expect(typeof detectFormat(`#${line.repeat(4_000)}x`)).toBe('string')
  })
})
