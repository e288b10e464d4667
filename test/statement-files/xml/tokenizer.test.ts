import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decode, decodingOf } from '../../../statement-files/decode.ts'
import { hasReference, referenceFolder } from '../../sandbox/reference.ts'
import { ours, theirs, type Reading } from './events.ts'

/** The same events, or both refuse: where, and what was said before, may differ. */
const verdictOf = ({ events, isRefused }: Reading) => (isRefused ? 'refused' : events)

/** Half a character never comes out of a decoder: we refuse it, saxes lets it pass. */
const isWhole = (text: string): boolean => text.isWellFormed()

const signs = [
  '<',
  '>',
  '/',
  '&',
  '"',
  "'",
  '=',
  '\r',
  '\n',
  '\r\n',
  '\t',
  ' ',
  ']]>',
  '<!--',
  '-->',
  '--',
  '<![CDATA[',
  '<?',
  '?>',
  '<?xml version="1.0"?>',
  '<?p q?>',
  '&amp;',
  '&#10;',
  '&#x41;',
  '&#0;',
  '&#xD800;',
  '&#1114112;',
  '&lt',
  '&foo;',
  '\u0001',
  '\uFFFE',
  '\u{1F600}',
  'é',
  '\0',
  '<a>',
  '</a>',
  '</a >',
  '<a/>',
  '<a />',
  ' a="b"',
  " a='<'",
  ' x:y="z"',
  '<!DOCTYPE a>',
  '\u0085',
  '\u2028',
  '\uFEFF',
  '!',
  '[',
  'x',
  ':',
  '-',
  '1',
  '.',
  'ab',
]

const seeds = [
  '<a><b c="d">x</b></a>',
  '<?xml version="1.0" encoding="UTF-8" standalone="yes" ?>\n<!-- c --><a b="1" c=\'2\'>t<![CDATA[x]]>&amp;<?p x?>\r\n</a>\n',
  '<p:a xmlns:p="urn:x"><p:b/>é&#233;<p:b  k = "&lt;&#9;\t" ></p:b ></p:a>',
]

interface Change {
  at: number
  removed: number
  added: string
}

const changed = (text: string, changes: readonly Change[]): string =>
  changes.reduce((now, { at, removed, added }) => {
    const from = at % (now.length + 1)
    return now.slice(0, from) + added + now.slice(from + removed)
  }, text)

const change = fc.record({
  at: fc.nat(10_000),
  removed: fc.nat(4),
  added: fc.oneof(fc.constantFrom(...signs), fc.constant('')),
})
const mutated = fc
  .tuple(fc.constantFrom(...seeds), fc.array(change, { maxLength: 4 }))
  .map(([text, changes]) => changed(text, changes))
  .filter(isWhole)
const generated = fc
  .array(fc.constantFrom(...signs), { maxLength: 12 })
  .map((parts) => `<r>${parts.join('')}</r>`)
  .filter(isWhole)

test.each([
  ['generated', generated],
  ['changed', mutated],
])('%s XML is read as saxes reads it, or both refuse it', (_, texts) => {
  fc.assert(
    fc.property(texts, (text) => {
      expect(verdictOf(ours(text))).toEqual(verdictOf(theirs(text)))
    }),
    { numRuns: 3_000 },
  )
})

test('however a text is cut into pieces, the same is told of it, problems and places included', () => {
  fc.assert(
    fc.property(fc.oneof(generated, mutated), fc.integer({ min: 1, max: 30 }), (text, length) => {
      expect(ours(text, length)).toEqual(ours(text))
    }),
    { numRuns: 3_000 },
  )
})

test.each([
  ['<a>b</c></a>', { text: '</c>' }, { line: 1, column: 5 }],
  ['<a>\n <b></a></b>', { text: '</a>' }, { line: 2, column: 5 }],
  ['<a>\r\nb ]]> c</a>', {}, { line: 2, column: 3 }],
  ['<a>1 < 2</a>', {}, { line: 1, column: 6 }],
  ['<a b="1"\rb="2"/>', {}, { line: 2, column: 1 }],
  ['<a b="1"c="2"/>', {}, { line: 1, column: 9 }],
  ['<a b="<"/>', {}, { line: 1, column: 7 }],
  ['<a b="x & y"/>', { text: '&' }, { line: 1, column: 9 }],
  ['<a><!-- b -- c --></a>', {}, { line: 1, column: 11 }],
  ['<a/>\n<b/>', { text: '<b/>' }, { line: 2, column: 1 }],
  ['<a/>\n x', {}, { line: 2, column: 2 }],
  ['<a>\uD83D</a>', {}, { line: 1, column: 4 }],
  ['<a>\uDE00</a>', {}, { line: 1, column: 4 }],
  ['<a><?XML b?></a>', {}, { line: 1, column: 4 }],
])('%j is refused where it is wrong', (text, params, position) => {
  expect(ours(text).problem).toMatchObject({ code: 'malformed', params, position })
})

describe.skipIf(!hasReference('the samples of statement files'))('samples', () => {
  const folder = path.join(referenceFolder, 'samples', 'camt053')

  test('every sample is read as saxes reads it', () => {
    for (const name of readdirSync(folder)) {
      const bytes = readFileSync(path.join(folder, name))
      const text = [...decode(bytes, decodingOf(bytes))].join('').trimStart()
      expect([name, verdictOf(ours(text))]).toEqual([name, verdictOf(theirs(text))])
    }
  })
})
