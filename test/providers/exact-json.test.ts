import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { numberText, parseExact, writtenText } from '../../activities/providers/exact-json.ts'

/** Numbers as JSON may write them: floats, amounts with zeros behind, long ids, exponents. */
const number = fc.oneof(
  fc.integer().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
  fc.stringMatching(/^-?(0|[1-9]\d{0,25})(\.\d{1,25})?([eE][+-]?\d{1,3})?$/),
  fc.constantFrom(
    '-0',
    '0.10',
    '-0.00',
    '12.50',
    '9007199254740993',
    '1e-7',
    '0.0000001',
    '0.000001',
  ),
)
const string = fc
  .oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\\', '"', '[1.50,', '{"a":1.50}', '\\"'))
  .map((value) => JSON.stringify(value))
const name = fc
  .oneof(fc.string(), fc.constantFrom('data', 'amount', '__proto__', '1', ''))
  .map((value) => JSON.stringify(value))
const gap = fc.constantFrom('', ' ', '\n  ')

const { json } = fc.letrec<{ json: string; list: string; object: string }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 5 },
    number,
    string,
    fc.constantFrom('null', 'true', 'false'),
    tie('list'),
    tie('object'),
  ),
  list: fc
    .tuple(fc.array(tie('json'), { maxLength: 5 }), gap)
    .map(([values, between]) => `[${values.join(`,${between}`)}]`),
  object: fc
    .tuple(fc.array(fc.tuple(name, gap, tie('json')), { maxLength: 5 }), gap)
    .map(([members, between]) => {
      const each = members.map(([key, before, value]) => `${key}${before}:${between}${value}`)
      return `{${each.join(`${between},`)}}`
    }),
}))

/** A value with the digits of every number in it, by the plain and slow way. */
const slowly = (text: string): unknown =>
  JSON.parse(text, (_key, value, { source }: { source?: string }) =>
    typeof value === 'number' ? { digits: source } : value,
  )

const digitsIn = (value: unknown): unknown => {
  const digits = numberText(value)
  if (digits !== null) return { digits }
  if (Array.isArray(value)) return value.map(digitsIn)
  if (typeof value !== 'object' || value === null) return value
  const object = {}
  for (const [key, each] of Object.entries(value))
    Object.defineProperty(object, key, {
      value: digitsIn(each),
      enumerable: true,
      writable: true,
      configurable: true,
    })
  return object
}

describe('JSON with exact numbers', () => {
  test('any text gives what it says, each number with the digits it was written with', () => {
    fc.assert(
      fc.property(json, (text) => {
        expect(digitsIn(parseExact(text))).toEqual(slowly(text))
      }),
      { numRuns: 2_000 },
    )
  })

  test('the text of a row, or of anything else, means the same as the value', () => {
    fc.assert(
      fc.property(fc.array(json, { maxLength: 4 }), (values) => {
        const text = `{"data": [${values.join(', ')}], "meta": ${values[0] ?? '{}'}}`
        const { data, meta } = parseExact(text) as { data: unknown[]; meta: unknown }
        data.forEach((value, index) =>
          expect(slowly(writtenText(value))).toEqual(slowly(values[index]!)),
        )
        expect(slowly(writtenText(meta))).toEqual(slowly(values[0] ?? '{}'))
      }),
      { numRuns: 1_000 },
    )
  })

  test('a row is kept as it was written, with its gaps and all its members', () => {
    const row = '{ "amount" : 12.50, "text": "\\u0041 \\" [", "text": "again" }'
    const { data } = parseExact(`{"meta":{},"data":[${row},{}]}`) as { data: unknown[] }
    expect(writtenText(data[0])).toBe(row)
    expect(writtenText(data[1])).toBe('{}')
  })

  test('a text in a list names nothing, also where a list follows it', () => {
    const value = parseExact('["",[{"a":1.50}],[{"a":2.50}],[]]')
    expect(digitsIn(value)).toEqual([
      '',
      [{ a: { digits: '1.50' } }],
      [{ a: { digits: '2.50' } }],
      [],
    ])
  })

  test('of two lists of the same name the last one counts, however it is written', () => {
    const text = String.raw`{"data":[{"a":1.50},{"a":2.50}],"d\u0061ta":[{"a":3.50},{"b":4}]}`
    const { data } = parseExact(text) as { data: { a: unknown }[] }
    expect(data.map(({ a }) => numberText(a))).toEqual(['3.50', null])
    expect(data.map(writtenText)).toEqual(['{"a":3.50}', '{"b":4}'])
  })

  test('a text among the numbers is no number, whatever stands in it', () => {
    for (const value of ['12.50', { number: '12.50' }, [12], null, true])
      expect(numberText(parseExact(JSON.stringify({ value })))).toBeNull()
    const { value } = parseExact('{"value":"12.50"}') as { value: unknown }
    expect(numberText(value)).toBeNull()
  })

  test.each([
    '',
    '{',
    '01',
    '1.',
    '.50',
    '-',
    '1e',
    '1-2',
    '[1.50 2]',
    '{1.50:1}',
    '"a',
    '[1.50,]',
    '{"data":[{"a":01.50}]}',
    'NaN',
    '{"a":1.50}}',
    '{"\\x":[]}',
  ])('what is no JSON is refused: %s', (text) => {
    expect(() => parseExact(text)).toThrow(SyntaxError)
  })

  test('half of any text is refused or is JSON as well', () => {
    fc.assert(
      fc.property(json, fc.nat(), (text, at) => {
        const half = text.slice(0, at % (text.length + 1))
        let expected: unknown
        try {
          expected = slowly(half)
        } catch {
          expect(() => parseExact(half)).toThrow(SyntaxError)
          return
        }
        expect(digitsIn(parseExact(half))).toEqual(expected)
      }),
      { numRuns: 1_000 },
    )
  })
})
