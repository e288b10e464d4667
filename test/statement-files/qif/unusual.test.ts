import { describe, expect, test } from 'vitest'
import { parseStatementFile } from '../../../statement-files/collect.ts'

const parse = (text: string) => parseStatementFile(Buffer.from(text), { today: '2026-11-21' })

const movement = 'D31/01/2024\nT-5.00\nPShop\n^\n'

/** The only line of a bank section with this record, whose problems are told as well. */
const record = (fields: string) => {
  const { statements, problems } = parse(`!Type:Bank\n${fields.replaceAll('|', '\n')}\n^\n`)
  return { line: statements[0]?.lines[0], problems: [...problems, ...statements[0]!.problems] }
}

describe('dates of QIF files', () => {
  test.each([
    ["1/25' 4", '2004-01-25'],
    ["1/25'4", '2004-01-25'],
    ["25.01.'24", '2024-01-25'],
    ["1/25/'24", '2024-01-25'],
    ["25.1'2024", '2024-01-25'],
  ])('the year of %s stands behind its apostrophe', (date, day) => {
    expect(record(`D${date}|T1.00`)).toMatchObject({ line: { bookedOn: day }, problems: [] })
  })

  test('a date behind the parts is that of the line where no other is', () => {
    expect(record('T-10.00|SFood|$-10.00|D31/01/2024')).toMatchObject({
      line: { bookedOn: '2024-01-31', amount: '-10.00' },
      problems: [],
    })
  })
})

describe('amounts of QIF files', () => {
  test('T and U may be the same amount in two writings', () => {
    expect(record('D31/01/2024|U-1,234.50|T-1234.5')).toMatchObject({
      line: { amount: '-1234.50' },
      problems: [],
    })
    expect(record('D31/01/2024|U-1,234.50|T-1234.51').problems).toMatchObject([
      { code: 'malformed', severity: 'error', position: { line: 4 } },
    ])
  })
})

describe('sections of QIF files', () => {
  test.each(['Oth A', 'Oth  L', 'OthA', 'oth l'])('%s is a section of movements', (section) => {
    const { statements, problems } = parse(`!Type:${section}\n${movement}`)
    expect(problems).toEqual([])
    expect(statements).toMatchObject([{ account: { type: section }, sum: '-5.00' }])
  })

  test('movements of a section of an unknown kind are refused where the file has no other', () => {
    expect(parse(`!Type:Girokonto\n${movement}${movement}`).problems).toMatchObject([
      { code: 'unknown_field', params: { text: 'Girokonto' } },
      {
        code: 'malformed',
        severity: 'error',
        params: { reason: 'header', text: 'Girokonto' },
        position: { line: 2 },
      },
    ])
  })

  test('a list of an unknown kind alone is nothing to import', () => {
    expect(parse('!Type:Hobby\nNsailing\nDon Sundays\n^\n').problems).toMatchObject([
      { code: 'unknown_field' },
      { code: 'nothing_to_import' },
    ])
  })

  test('a movement where accounts are listed is never lost in silence', () => {
    const account = '!Account\nNChecking\nTBank\nD31/01/2024\n^\n'
    expect(parse(`${account}${movement}${movement}`).problems).toMatchObject([
      { code: 'malformed', severity: 'error', params: { reason: 'order' }, position: { line: 6 } },
      { code: 'nothing_to_import' },
    ])
    expect(parse(`${account}!Type:Bank\n${movement}`)).toMatchObject({
      problems: [],
      statements: [{ account: { number: 'Checking' }, lineCount: 1 }],
    })
  })
})
