import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import iconv from 'iconv-lite'
import { describe, expect, test } from 'vitest'
import { saidInPieces } from '../../scripts/fuzz/pieces.ts'
import { decode, decodingOf } from '../../statement-files/decode.ts'
import { detectFormat, formats } from '../../statement-files/detect.ts'
import { hasReference, referenceFolder } from '../sandbox/reference.ts'
import { eachFormat, parse, samples, today } from './hostile/samples.ts'

/** What an import would take over: everything but places and the raw records. */
const meaningOf = (bytes: Uint8Array) =>
  parse(bytes).statements.map(({ lines, ...summary }) => ({
    account: summary.account,
    currency: summary.currency,
    checkpoints: summary.checkpoints.map((checkpoint) => ({ ...checkpoint, position: null })),
    problems: summary.problems.map(({ code }) => code),
    lines: lines.map((line) => ({ ...line, position: null, raw: null })),
  }))

const textOf = (bytes: Uint8Array): string =>
  [...decode(bytes, decodingOf(bytes))].join('').trimStart()

/** The same text written in other ways that occur. */
const writings: readonly (readonly [string, (text: string) => Buffer])[] = [
  ['UTF-8', (text) => Buffer.from(text)],
  ['UTF-8 with a mark', (text) => Buffer.from(`\ufeff${text}`)],
  ['UTF-16LE with a mark', (text) => Buffer.from(`\ufeff${text}`, 'utf16le')],
  ['UTF-16LE without a mark', (text) => Buffer.from(text, 'utf16le')],
  ['UTF-16BE with a mark', (text) => iconv.encode(`\ufeff${text}`, 'utf-16be')],
  ['UTF-16BE without a mark', (text) => iconv.encode(text, 'utf-16be')],
  ['LF', (text) => Buffer.from(text.replaceAll(/\r\n|\r/g, '\n'))],
  ['CRLF', (text) => Buffer.from(text.replaceAll(/\r\n|\r|\n/g, '\r\n'))],
  ['CR', (text) => Buffer.from(text.replaceAll(/\r\n|\n/g, '\r'))],
  ['no end of the last line', (text) => Buffer.from(text.trimEnd())],
  ['empty lines behind it', (text) => Buffer.from(`${text.trimEnd()}\r\n\r\n\r\n`)],
  ['empty lines before it', (text) => Buffer.from(`\r\n\r\n${text}`)],
  ['the end sign of DOS', (text) => Buffer.from(`${text}\x1a`)],
  ['NULs behind it', (text) => Buffer.from(`${text}${'\0'.repeat(1_000)}`)],
]

describe('one file in many writings says the same', () => {
  test.each(
    eachFormat.flatMap(({ format, bytes }) =>
      writings.map(([writing, write]) => ({ format, bytes, writing, write })),
    ),
  )('$format with $writing', ({ bytes, write }) => {
    const meaning = meaningOf(bytes)
    expect(meaning.length).toBeGreaterThan(0)
    expect(meaningOf(write(textOf(bytes)))).toEqual(meaning)
  })
})

const expectSameInPieces = (bytes: Uint8Array, lengths: readonly number[]) => {
  const text = textOf(bytes)
  const format = detectFormat(text)
  if (typeof format !== 'string') return
  const whole = saidInPieces(text, { format, today, nextLength: () => text.length })
  for (const length of lengths) {
    const said = saidInPieces(text, { format, today, nextLength: () => length })
    // the texts of a file are nobody's business: only whether they are the same
    expect([length, said === whole]).toEqual([length, true])
  }
}

describe('what is said does not depend on where the text is cut', () => {
  test.each(eachFormat)('$format in pieces of one character and more', ({ bytes }) => {
    expectSameInPieces(bytes, [1, 2, 3, 5, 17, 64, 127, 128, 129, 1_000])
  })

  const isPresent = hasReference('cutting the samples of statement files into pieces')
  test.skipIf(!isPresent).each(formats)('all samples of %s', (format) => {
    const folder = join(referenceFolder, 'samples', format)
    for (const name of readdirSync(folder)) {
      const bytes = readFileSync(join(folder, name))
      if (bytes.length < 200_000) expectSameInPieces(bytes, [7, 1_000])
    }
  })
})

describe('findings of fuzzing', () => {
  test('a control character behind a value of OFX is no part of it, however the text is cut', () => {
    const bytes = Buffer.from(
      samples.ofx.toString('latin1').replace('<BANKID>539', '<BANKID>53\x15'),
      'latin1',
    )
    expectSameInPieces(bytes, [1, 2, 7])
    expect(parse(bytes).statements[0]?.account?.bank).toBe('53')
  })
})
