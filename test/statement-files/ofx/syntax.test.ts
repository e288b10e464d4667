import { describe, expect, test } from 'vitest'
import { openOfx } from '../../../statement-files/ofx/parser.ts'
import { createReport, type Part } from '../../../statement-files/report.ts'
import { file, line, linesOf, parse, problemsOf, statement } from './document.ts'

const body = `<OFX><BANKMSGSRSV1>${statement({ lines: line('-1.00', '<NAME>x') })}</BANKMSGSRSV1></OFX>`

const textOf = (memo: string) => linesOf(line('1.00', `<MEMO>${memo}`))[0]?.text

/** What a parser says when the text comes in pieces of this length. */
const inPieces = (text: string, length: number): Part[] => {
  const report = createReport()
  const parser = openOfx(report.output, { today: '2024-06-01', rawLines: 9 })
  for (let from = 0; from < text.length; from += length)
    parser.write(text.slice(from, from + length))
  parser.end()
  report.finish()
  return report.take()
}

describe('shapes of OFX files', () => {
  test.each([
    ['a header line by line', `OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\n\n${body}`, '102'],
    ['no blank line before the body', `OFXHEADER:100\r\nVERSION:103\r\n${body}`, '103'],
    ['a header on one line', `OFXHEADER:100DATA:OFXSGMLVERSION:102SECURITY:NONE${body}`, '102'],
    [
      'an XML header',
      `<?xml version="1.0"?>\n<?OFX OFXHEADER="200" VERSION="211"?>\n${body}`,
      '211',
    ],
    ['an XML declaration alone', `<?xml version="1.0"?>${body}`, undefined],
    ['a header as elements', `<START><VERSION>102</VERSION></START>\nand text${body}`, '102'],
    ['no header', body, undefined],
    ['blank lines first', `\n\n\r\n${body}`, undefined],
    ['tags in small letters', `OFXHEADER:100\nVERSION:102\n\n${body.toLowerCase()}`, '102'],
    ['attributes', body.replace('<OFX>', '<OFX xmlns="http://ofx.net/types">'), undefined],
    ['a prefix before every name', body.replace(/<(\/?)/g, '<$1ofx:'), undefined],
    ['lone carriage returns', `OFXHEADER:100\rVERSION:102\r\r${body}`, '102'],
    ['something behind the end', `${body}\n<!DOCTYPE html><html><p>bye`, undefined],
  ])('a file may have %s', (_shape, text, version) => {
    const parsed = parse(text)
    expect(problemsOf(parsed)).toEqual([])
    expect(parsed.formatVersion).toBe(version)
    expect(parsed.statements[0]?.lines).toMatchObject([{ amount: '-1.00', counterparty: 'x' }])
  })

  test.each([
    ['Caf&eacute; &amp; Fils', 'Café & Fils'],
    ['&lt;b&gt; &quot;x&quot; &apos;y&apos;', '<b> "x" \'y\''],
    ['a&nbsp;b', 'a b'],
    ['&#233;&#xE9;&#128;', 'éé€'],
    ['AT&T & Co; &unknown; &#; &', 'AT&T & Co; &unknown; &#; &'],
    ['&amp;eacute;', '&eacute;'],
    ['&#1114112;&#0;.', '� .'],
    ['&__proto__; &constructor;', '&__proto__; &constructor;'],
  ])('the references of "%s" are replaced once', (memo, text) => {
    expect(textOf(memo)).toBe(text)
  })

  test.each([
    ['a < b', 'a < b'],
    ['a<3 and 5>4', 'a<3 and 5>4'],
    ['<me@bank.be>', '<me@bank.be>'],
    ['if a <b and c', 'if a <b and c'],
    ['</ x', '</ x'],
    ['to <http://bank.be>', 'to <http://bank.be>'],
    ['a <:b>', 'a <:b>'],
    ['a <b:>', 'a <b:>'],
    ['a <re:rent> b', 'a <re:rent> b'],
    ['x <', 'x <'],
    ['a <! b', 'a <! b'],
  ])('the "<" of "%s" is text', (memo, text) => {
    expect(textOf(memo)).toBe(text)
  })

  test.each([
    ['JOHN <DOE> LTD', 'JOHN <DOE> LTD'],
    ['to <Jan> and <Piet>', 'to <Jan> and <Piet>'],
    ['paid <ref=12>', 'paid <ref=12>'],
  ])('a word of "%s" between angle brackets is no tag', (memo, text) => {
    expect(textOf(memo)).toBe(text)
  })

  test.each([
    ['what the standard has', 'rent <REFNUM>12'],
    ['what a vendor has', 'rent <BANK.CODE>12'],
    ['what stands on its own line', 'rent\n  <SALDO>12'],
    ['what follows without a blank', 'rent<SALDO>12'],
    ['an end tag', 'rent </SALDO>'],
  ])('a text ends before %s', (_what, memo) => {
    expect(textOf(memo)).toBe('rent')
  })

  test('the text of CDATA stays as it is', () => {
    expect(textOf('<![CDATA[A &amp; <B> c]]>')).toBe('A &amp; <B> c')
  })

  test('blanks around CDATA and comments are blanks of the text', () => {
    expect(textOf('a <![CDATA[b]]> c')).toBe('a b c')
    expect(textOf('a <!-- x -->b')).toBe('a b')
  })

  test('comments count for nothing, wherever they stand', () => {
    expect(textOf('a<!-- <TRNAMT>9 -->b')).toBe('ab')
    const hidden = `<!-- ${line('9.00')} -->${line('1.00')}`
    expect(linesOf(hidden).map(({ amount }) => amount)).toEqual(['1.00'])
  })

  test('a value that goes on in the next line is read whole: half an amount would be a wrong one', () => {
    const [told] = problemsOf(parse(file(statement({ lines: line('-1\n2.00') }))))
    expect(told).toMatchObject({ code: 'bad_amount', params: { text: '-1 2.00' } })
  })

  test.each([1, 2, 3, 7, 64])('it does not matter that text comes in pieces of %i', (length) => {
    const text = file(
      statement({
        lines:
          line('-1.00', '<NAME>A &amp; B<!-- x --><MEMO><![CDATA[c ]] d]]></MEMO>') +
          line('x', '<NAME >no < \r\n <b') +
          line('3.00', '<NAME>Jan  <JP> and\r\n <Co> <JP><MEMO>x <y>') +
          `\r\n${line('2.00', '<NAME>ends with a blank <MEMO/>')}`,
      }),
    )
    expect(inPieces(text, length)).toEqual(inPieces(text, text.length))
  })

  test.each(['\n', '\r\n', '\r'])('lines may end with %j, wherever the text is cut', (lineEnd) => {
    const text = file(statement({ lines: `\n${line('1.00')}\n${line('x')}` }))
    const ended = text.replaceAll('\n', lineEnd)
    expect(inPieces(ended, 1)).toEqual(inPieces(ended, ended.length))
    expect(problemsOf(parse(ended))[0]?.position?.line).toBe(9)
  })

  test('attributes and blanks within a tag are no part of a value', () => {
    expect(linesOf(line('1.00', '<NAME >x</NAME ><MEMO kind="y" >z'))[0]).toMatchObject({
      counterparty: 'x',
      text: 'x z',
    })
  })

  test('places are told by line and column', () => {
    const lines = `\n${line('1.00')}\n  ${line('x')}`
    const parsed = parse(file(statement({ lines })))
    expect(parsed.statements[0]?.lines[0]?.position).toEqual({ line: 8, column: 1 })
    expect(problemsOf(parsed)[0]?.position).toEqual({ line: 9, column: 44 })
  })

  test('a text without end is cut, not kept', () => {
    const long = 'ab '.repeat(400_000)
    expect(textOf(long)?.length).toBeLessThanOrEqual(10_000)
  })
})
