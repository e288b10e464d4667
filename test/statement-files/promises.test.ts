import { describe, expect, test } from 'vitest'
import { mutate } from '../../scripts/fuzz/mutate.ts'
import { brokenPromise } from '../../scripts/fuzz/promises.ts'
import { createRandom } from '../../scripts/random.ts'
import type { ParsedFile, ParsedStatement } from '../../statement-files/collect.ts'
import type { ParsedLine } from '../../statement-files/parsed.ts'
import { problem } from '../../statement-files/problem.ts'
import { parse, samples } from './hostile/samples.ts'

const withStatement = (change: Partial<ParsedStatement>): ParsedFile => {
  const file = parse(samples.coda)
  return { ...file, statements: file.statements.map((statement) => ({ ...statement, ...change })) }
}

const withLine = (change: Partial<ParsedLine>): ParsedFile => {
  const [statement] = parse(samples.coda).statements
  return withStatement({ lines: (statement?.lines ?? []).map((line) => ({ ...line, ...change })) })
}

describe('a promise that is broken is seen', () => {
  test('a file that is read well breaks none', () => {
    expect(brokenPromise(parse(samples.coda))).toBeNull()
  })

  test.each([
    ['an amount with useless zeros', withLine({ amount: '007.00' })],
    ['a negative zero', withLine({ amount: '-0.00' })],
    ['an amount that is none', withLine({ amount: 'NaN' })],
    ['an original amount that is none', withLine({ original: { amount: '', currency: 'USD' } })],
    ['the amount of a detail that is none', withLine({ details: [{ amount: '1,00' }] })],
    ['a day that the calendar lacks', withLine({ bookedOn: '2024-02-30' })],
    ['a value day with a time', withLine({ valueOn: '2024-02-28T00:00' })],
    ['a text without limit', withLine({ text: 'x'.repeat(10_001) })],
    ['a place before the file', withLine({ position: { line: 0 } })],
    ['an accepted line without a day', withLine({ bookedOn: null })],
    ['a sum of other lines', withStatement({ sum: '1.00' })],
    ['sides that do not add up', withStatement({ sumIn: '1.00' })],
    ['a count of other lines', withStatement({ lineCount: 3 })],
    ['a first day that no line has', withStatement({ firstOn: '2020-01-01' })],
    ['an accepted currency that is none', withStatement({ currency: 'ABC' })],
    [
      'an accepted balance that does not fit',
      withStatement({
        checkpoints: [
          { kind: 'opening', amount: '1.00', origin: 'stated' },
          { kind: 'closing', amount: '2.00', origin: 'stated' },
        ],
      }),
    ],
    [
      'a balance that is no amount',
      withStatement({ checkpoints: [{ kind: 'interim', amount: '1,00', origin: 'stated' }] }),
    ],
    [
      'a problem with a long parameter',
      withStatement({ problems: [problem('bad_date', { text: 'x'.repeat(201) })] }),
    ],
    [
      'a sentence that lacks a word',
      withStatement({ problems: [problem('reference_invalid', {})] }),
    ],
    ['neither format nor reason', { ...parse(samples.coda), format: null }],
  ])('%s', (_, file) => {
    expect(brokenPromise(file)).toEqual(expect.any(String))
  })
})

describe('the changes of fuzzing', () => {
  test('are the same again for the same seed', () => {
    const change = (seed: number) => {
      const random = createRandom(seed)
      return Array.from({ length: 50 }, () =>
        Buffer.from(mutate(samples.ofx, random, samples.qif)).toString('hex'),
      )
    }
    expect(change(7)).toEqual(change(7))
    expect(change(7)).not.toEqual(change(8))
  })

  test('differ from file to file and stay small', () => {
    const random = createRandom(1)
    const files = Array.from({ length: 200 }, () => mutate(samples.coda, random, samples.csv))
    expect(new Set(files.map((file) => Buffer.from(file).toString('hex'))).size).toBeGreaterThan(
      150,
    )
    for (const { length } of files) expect(length).toBeLessThan(1024 * 1024)
  })
})
