import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse, problemsOf } from './document.ts'

const folder = new URL('../../fixtures/statement-files/ofx/', import.meta.url)

const parsedFixture = (name: string) =>
  parse(readFileSync(new URL(`synthetic__${name}.ofx`, folder)))

describe('files made for one difficulty each', () => {
  test.each([
    ['dup_fitid_chase', { lineCount: 2, sum: '-103.00' }, ['100.00', '2024-01-10']],
    ['no_fitid', { lineCount: 2, sum: '-9.00' }, ['100.00', '2024-01-10']],
    ['decimal_comma_thousands', { lineCount: 3, sum: '246.56' }, ['1246.56', '2024-01-10']],
    ['tz_shift', { lineCount: 2, sum: '-3.00' }, ['100.00', '2024-01-31']],
    ['utf8_bom_declared_1252', { lineCount: 1, sum: '-1.00' }, ['100.00', '2024-01-10']],
    ['cp1252_euro', { lineCount: 1, sum: '-1.00' }, ['100.00', '2024-01-10']],
    ['unescaped_amp_lt', { lineCount: 2, sum: '-3.00' }, ['100.00', '2024-01-10']],
  ] as const)('%s is read right', (name, totals, [closing, firstDay]) => {
    const { statements } = parsedFixture(name)
    expect(statements).toHaveLength(1)
    expect(statements[0]).toMatchObject({
      account: { number: 'BE68539007547034' },
      currency: 'EUR',
      ...totals,
    })
    expect(statements[0]?.checkpoints.find(({ kind }) => kind === 'closing')?.amount).toBe(closing)
    expect(statements[0]?.lines[0]?.bookedOn).toBe(firstDay)
    const errors = problemsOf(parsedFixture(name)).filter(({ severity }) => severity === 'error')
    expect(errors).toEqual([])
  })

  test('characters are those of the bytes, not of the header', () => {
    expect(parsedFixture('utf8_bom_declared_1252').statements[0]?.lines[0]?.counterparty).toBe(
      'Café',
    )
    expect(parsedFixture('cp1252_euro').statements[0]?.lines[0]?.counterparty).toContain('€')
    const [first, second] = parsedFixture('unescaped_amp_lt').statements[0]?.lines ?? []
    expect([first?.counterparty, second?.counterparty]).toEqual(['A & B < C', 'AT&T'])
  })

  test('a day near midnight is not moved by its zone', () => {
    const days = parsedFixture('tz_shift').statements[0]?.lines.map(({ bookedOn }) => bookedOn)
    expect(days).toEqual(['2024-01-31', '2024-02-01'])
  })

  test.each([
    ['truncated', 'truncated'],
    ['redos_tag', 'malformed'],
    ['xxe', 'forbidden_construct'],
  ])('%s is refused', (name, code) => {
    expect(problemsOf(parsedFixture(name))).toMatchObject([{ code, severity: 'error' }])
  })
})
