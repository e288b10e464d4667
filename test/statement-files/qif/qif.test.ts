import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseStatementFile } from '../../../statement-files/collect.ts'
import type { ParseOptions } from '../../../statement-files/output.ts'

const today = '2026-11-21'

const parse = (text: string, options: Partial<ParseOptions> = {}) =>
  parseStatementFile(Buffer.from(text), { today, ...options })

const fixture = (name: string) =>
  parseStatementFile(
    readFileSync(path.resolve('test/fixtures/statement-files/qif', `synthetic__${name}.qif`)),
    { today },
  )

const bank = (...records: readonly string[]): string =>
  `!Type:Bank\n${records.map((record) => `${record.replaceAll('|', '\n')}\n^\n`).join('')}`

const only = (file: ReturnType<typeof parse>) => {
  expect(file.statements).toHaveLength(1)
  return file.statements[0]!
}

const codes = (problems: readonly { code: string; severity: string }[]) =>
  problems.map(({ code, severity }) => `${code} ${severity}`)

describe('records', () => {
  test('a record becomes a line with everything it says', () => {
    const file = parse(
      bank(
        'D31/01/2024|T-1,234.56|CX|N1005|PJan &amp; Zoon|M+++010/8068/17183+++ rent|AMain Street 1|LHousing:Rent',
      ),
    )
    expect(file.format).toBe('qif')
    expect(only(file).problems).toEqual([])
    expect(only(file).account).toEqual({ number: 'Bank', type: 'Bank' })
    expect(only(file).lines).toEqual([
      {
        bookedOn: '2024-01-31',
        amount: '-1234.56',
        counterparty: 'Jan & Zoon',
        text: '+++010/8068/17183+++ rent',
        reference: '010806817183',
        referenceType: 'belgian',
        chequeNumber: '1005',
        typeCode: 'Housing:Rent',
        position: { line: 2 },
      },
    ])
  })

  test('a transfer names the other account', () => {
    const { lines } = only(parse(bank('D31/01/2024|T-5.00|NATM|L[Savings]')))
    expect(lines[0]).toMatchObject({ counterpartyAccount: 'Savings', typeCode: 'ATM' })
  })

  test('the end of a record may be doubled, and empty records are none', () => {
    const { lines } = only(
      parse('!Type:Bank\n^\nD31/01/2024\nT1.00\n^^\n^^\nD30/01/2024\nT2.00\n^\n'),
    )
    expect(lines.map(({ amount }) => amount)).toEqual(['1.00', '2.00'])
  })

  test('a last record without end is kept, equal to another or not, and told', () => {
    const statement = only(fixture('no_final_caret'))
    expect(statement.lines.map(({ bookedOn, amount }) => [bookedOn, amount])).toEqual([
      ['2024-01-31', '-1.00'],
      ['2024-01-31', '-1.00'],
    ])
    expect(codes(statement.problems)).toEqual(['truncated warning'])
  })

  test('a file that ends within an amount is refused; one that ends behind its cents is not', () => {
    const cut = (end: string) => codes(only(parse(`!Type:Bank\nD31/01/2024\nT${end}`)).problems)
    expect(cut('-1234')).toEqual(['truncated error'])
    expect(cut('-1234.5')).toEqual(['truncated error'])
    expect(cut('-1234.50')).toEqual(['truncated warning'])
    expect(cut('-1234\nPsomebody')).toEqual(['truncated warning'])
  })

  test('a record without its end in the middle refuses the statement with the place, and no line is lost', () => {
    const statement = only(parse('!Type:Bank\nD31/01/2024\nT1.00\nD30/01/2024\nT2.00\n^\n'))
    expect(statement.lines.map(({ amount }) => amount)).toEqual(['1.00', '2.00'])
    expect(statement.problems).toMatchObject([
      { code: 'malformed', severity: 'error', params: { text: '^' }, position: { line: 4 } },
    ])
  })

  test('T counts, U repeats it, and a second T is a damaged file', () => {
    expect(only(parse(bank('D31/01/2024|U-5.00|T-5.00'))).problems).toEqual([])
    expect(only(parse(bank('D31/01/2024|U-5.00'))).lines[0]?.amount).toBe('-5.00')
    expect(only(parse(bank('D31/01/2024|T-5.00|T-5.00'))).problems).toMatchObject([
      { code: 'malformed', severity: 'error', position: { line: 4 } },
    ])
  })

  test('an amount or a date that is missing is an error with a place', () => {
    const statement = only(parse(bank('D31/01/2024|Pnobody', 'T5.00')))
    expect(statement.problems).toMatchObject([
      { code: 'bad_amount', params: { reason: 'missing' }, position: { line: 2 } },
      { code: 'malformed', params: { reason: 'missing', text: 'D' }, position: { line: 5 } },
    ])
    expect(statement.lines).toMatchObject([{ bookedOn: null, amount: '5.00' }])
  })

  test.each(['12..34', '1,2,3', '1.234,56', 'abc', '1e5'])(
    'what is no amount is quoted with its place: %s',
    (text) => {
      const { problems } = only(parse(bank('D31/01/2024|T1.50', `D31/01/2024|T${text}`)))
      expect(problems).toMatchObject([
        {
          code: 'bad_amount',
          severity: 'error',
          params: { text },
          position: { line: 6, column: 2 },
        },
      ])
    },
  )

  test('a field of another kind is left out and told once', () => {
    const file = parse(bank('D31/01/2024|T1.00|Zwhat|Zelse', 'D31/01/2024|T1.00|Zagain'))
    expect(file.problems).toMatchObject([
      { code: 'unknown_field', severity: 'warning', params: { text: 'Z' }, position: { line: 4 } },
    ])
    expect(only(file).lines).toHaveLength(2)
  })

  test('comments, a byte order mark, blank lines and line ends of all kinds are no obstacle', () => {
    const text = '\uFEFF# made by hand\r\n\r\n!type:bank \r\nD31/01/2024\rT1.00\r\n\r\n^\r\n'
    expect(only(parse(text)).lines).toMatchObject([{ amount: '1.00', position: { line: 4 } }])
  })

  test('a file in the characters of Windows keeps its pound sign', () => {
    const bytes = Buffer.from(bank('D31/01/2024|T1.00|Pa \xa3 b'), 'latin1')
    const file = parseStatementFile(bytes, { today })
    expect(only(file).lines[0]?.counterparty).toBe('a £ b')
  })

  test('the first records are shown as written where that is asked for', () => {
    const text = bank('D31/01/2024|T1.00|PA', 'D30/01/2024|T2.00|PB')
    expect(only(parse(text, { rawLines: 1 })).lines.map(({ raw }) => raw)).toEqual([
      'D31/01/2024\nT1.00\nPA',
      undefined,
    ])
  })

  test('a line before any section is told with its place', () => {
    expect(parse('!Option:MDY\nD1/31/24\n').problems).toMatchObject([
      { code: 'malformed', params: { reason: 'field' }, position: { line: 2 } },
      { code: 'nothing_to_import' },
    ])
  })

  test('the lines do not depend on how the text arrives', () => {
    const big = bank(
      ...Array.from({ length: 9_000 }, (_each, n) => `D31/01/2024|T${n}.05|Pnumber ${n}`),
    )
    const statement = only(parse(big))
    expect(statement.lineCount).toBe(9_000)
    expect(statement.sum).toBe('40495950.00')
  })
})

describe('splits', () => {
  test('parts are kept with the line', () => {
    const text = bank('D31/01/2024|T-10.00|SFood|Ebread|$-6.00|SLeisure|$-4.00')
    expect(only(parse(text)).problems).toEqual([])
    expect(only(parse(text)).lines[0]?.details).toEqual([
      { amount: '-6.00', text: 'bread' },
      { amount: '-4.00', text: 'Leisure' },
    ])
  })

  test('parts that do not add up are told, and the line counts', () => {
    const statement = only(fixture('split_mismatch'))
    expect(statement.sum).toBe('-10.00')
    expect(statement.problems).toMatchObject([
      {
        code: 'splits_mismatch',
        severity: 'warning',
        params: { found: '-11.00', stated: '-10.00' },
      },
    ])
  })

  test('a part that is no amount is told, and the line counts', () => {
    const statement = only(parse(bank('D31/01/2024|T-10.00|SFood|$=6')))
    expect(statement.lines[0]).toMatchObject({ amount: '-10.00', details: [{ text: 'Food' }] })
    expect(codes(statement.problems)).toEqual(['bad_amount warning'])
  })

  test('a date of a split is not the date of the line', () => {
    const { lines, problems } = only(parse(bank('D31/01/2024|T-10.00|SFood|D01/01/2024|$-10.00')))
    expect(problems).toEqual([])
    expect(lines[0]?.bookedOn).toBe('2024-01-31')
  })
})

describe('dates', () => {
  test('one day above 12 decides the order of the whole file', () => {
    expect(only(fixture('dd_mm')).lines.map(({ bookedOn }) => bookedOn)).toEqual([
      '2024-01-31',
      '2024-02-01',
    ])
  })

  test('the file may state its order, which wins over everything', () => {
    const text = `!Option:MDY\n${bank('D01/02/2024|T1.00')}`
    expect(only(parse(text, { dateOrder: 'dmy' })).lines[0]?.bookedOn).toBe('2024-01-02')
  })

  test('an order that cannot be known is asked with both readings, and the lines are there without a day', () => {
    const file = fixture('ambiguous')
    expect(file.problems).toMatchObject([
      {
        code: 'date_order_ambiguous',
        severity: 'question',
        params: { text: '01/02/2024', first: '2024-02-01', second: '2024-01-02' },
        position: { line: 2, column: 2 },
      },
    ])
    expect(only(file).lines).toMatchObject([{ bookedOn: null, amount: '-1.00' }])
  })

  test('an answer settles what cannot be known, and nothing that is proven', () => {
    const doubtful = parse(bank('D01/02/2024|T1.00'), { dateOrder: 'mdy' })
    expect(doubtful.problems).toEqual([])
    expect(only(doubtful).lines[0]?.bookedOn).toBe('2024-01-02')
    const proven = parse(bank('D31/02/2024|T1.00', 'D01/02/2024|T1.00'), { dateOrder: 'mdy' })
    expect(only(proven).lines.map(({ bookedOn }) => bookedOn)).toEqual([null, '2024-02-01'])
    expect(codes(only(proven).problems)).toEqual(['bad_date error'])
  })

  test('an answer wins over an order that only follows from the days being sorted', () => {
    const text = bank('D05/01/2024|T1.00', 'D06/01/2024|T1.00', 'D02/02/2024|T1.00')
    expect(only(parse(text)).lines[1]?.bookedOn).toBe('2024-01-06')
    expect(only(parse(text, { dateOrder: 'mdy' })).lines[1]?.bookedOn).toBe('2024-06-01')
  })

  test('a day that both orders read alike needs no answer', () => {
    const file = parse(bank('D03/03/10|T1.00'))
    expect(file.problems).toEqual([])
    expect(only(file).lines[0]?.bookedOn).toBe('2010-03-03')
  })

  test('dates of investments help to know the order', () => {
    const file = parse(`!Type:Invst\nD1/31/24\nNBuy\nT1.00\n^\n${bank('D01/02/2024|T1.00')}`)
    expect(only(file).lines[0]?.bookedOn).toBe('2024-01-02')
  })

  test('a day that the calendar does not have is quoted with its place', () => {
    expect(only(parse(bank('D30/02/2024|T1.00'))).problems).toMatchObject([
      {
        code: 'bad_date',
        severity: 'error',
        params: { text: '30/02/2024' },
        position: { line: 2, column: 2 },
      },
    ])
  })

  test('a date into which a text runs is read all the same', () => {
    const text = bank('D03/25/099Share Withdrawal|T1.00', 'D03/22/100Check Number:   200|T1.00')
    expect(only(parse(text)).lines.map(({ bookedOn }) => bookedOn)).toEqual([
      '1999-03-25',
      '2000-03-22',
    ])
  })

  test('a year that the rule of the apostrophe puts far ahead is asked, and kept visible when answered', () => {
    const statement = only(fixture('year_2000_apostrophe'))
    expect(statement.lines.map(({ bookedOn }) => bookedOn)).toEqual(['2024-01-05', null])
    expect(statement.problems).toMatchObject([
      {
        code: 'date_order_ambiguous',
        severity: 'question',
        params: { text: "12/31'99", first: '2099-12-31', second: '1999-12-31' },
      },
    ])
    const answered = only(parse(bank("D12/31'99|T1.00"), { dateOrder: 'mdy' }))
    expect(answered.lines[0]?.bookedOn).toBe('1999-12-31')
    expect(codes(answered.problems)).toEqual(['date_order_ambiguous warning'])
  })
})

describe('amounts', () => {
  test('the decimal sign is decided once for the file', () => {
    expect(only(fixture('decimal_comma')).sum).toBe('-1229.56')
    const text = bank('D31/01/2024|T1.234', 'D31/01/2024|T5,67')
    expect(only(parse(text)).lines.map(({ amount }) => amount)).toEqual(['1234.00', '5.67'])
  })

  test('a decimal sign that cannot be known is asked with both readings', () => {
    const file = parse(bank('D31/01/2024|T1.234'))
    expect(file.problems).toMatchObject([
      {
        code: 'decimal_sign_ambiguous',
        severity: 'question',
        params: { text: '1.234', first: '1.234', second: '1234' },
        position: { line: 3, column: 2 },
      },
    ])
    const answered = parse(bank('D31/01/2024|T1.234'), { decimalSign: ',' })
    expect(answered.problems).toEqual([])
    expect(only(answered).lines[0]?.amount).toBe('1234.00')
  })
})

describe('sections and accounts', () => {
  const account = (name: string) => `!Account\nN${name}\nTBank\n^\n`

  test('each account is a statement of its own, however often its section is opened', () => {
    const text = [
      `${account('Current')}${bank('D31/01/2024|T1.00')}`,
      `${account('Card')}!Type:CCard\nD31/01/2024\nT2.00\n^\n`,
      `${account('Current')}${bank('D30/01/2024|T4.00')}`,
    ].join('')
    const { statements } = parse(text)
    expect(statements.map(({ account: of, sum }) => [of?.number, of?.type, sum])).toEqual([
      ['Current', 'Bank', '5.00'],
      ['Card', 'CCard', '2.00'],
    ])
  })

  test('a list of accounts names none for what follows it', () => {
    const list = '!Option:AutoSwitch\n!Account\nNOne\nTBank\n^\nNTwo\nTBank\n^\n!Clear:AutoSwitch\n'
    expect(only(parse(list + bank('D31/01/2024|T1.00'))).account?.number).toBe('Bank')
    const file = parse(list + account('Two') + bank('D31/01/2024|T1.00'))
    expect(only(file).account?.number).toBe('Two')
  })

  test('lists, prices and memorized records give no lines', () => {
    const text =
      '!Type:Cat\nNFood\nDgroceries\nT\n^\n!Type:Class\nNx\n^\n!Type:Memorized\nT-5.00\nPx\nKC\n^\n!Type:Prices\n"X",1.5,"1/31/24"\n^\n'
    expect(codes(parse(text).problems)).toEqual(['nothing_to_import notice'])
    expect(only(parse(text + bank('D31/01/2024|T1.00'))).sum).toBe('1.00')
  })

  test('a section without records is a statement without lines', () => {
    expect(codes(only(parse('!Type:Bank\n')).problems)).toEqual(['nothing_to_import notice'])
  })

  test('investments alone are refused; beside movements they are left out and counted', () => {
    expect(codes(fixture('invst_only').problems)).toEqual(['investment_only error'])
    const file = parse(`!Type:Invst\nD1/31/24\nNBuy\nT1.00\n^\n${bank('D01/31/24|T2.00')}`)
    expect(file.problems).toMatchObject([
      { code: 'rows_skipped', params: { n: 1, reason: 'investment' }, position: { line: 1 } },
    ])
    expect(only(file).sum).toBe('2.00')
  })

  test('a section of an unknown kind is left out and told', () => {
    const file = parse(`!Type:Mystery\nD1/31/24\nT1.00\n^\n${bank('D01/31/24|T2.00')}`)
    expect(file.problems).toMatchObject([
      { code: 'unknown_field', params: { text: 'Mystery' }, position: { line: 1 } },
    ])
    expect(only(file).sum).toBe('2.00')
  })

  test('the record of an opening balance is a balance, not a line, and names its account', () => {
    const text = bank('D31/01/2024|T100.00|POpening Balance|L[My account]', 'D01/02/2024|T5.00')
    const statement = only(parse(text))
    expect(statement.account?.number).toBe('My account')
    expect(statement.checkpoints).toEqual([
      {
        kind: 'opening',
        amount: '100.00',
        on: '2024-01-31',
        origin: 'stated',
        position: { line: 2 },
      },
    ])
    expect(statement.sum).toBe('5.00')
  })

  test('a payment that is only called opening balance is a line', () => {
    const named = account('Current') + bank('D31/01/2024|T100.00|POpening Balance|L[Other]')
    expect(only(parse(named)).lines).toHaveLength(1)
    const category = bank('D31/01/2024|T100.00|PStarting Balance|LIncome')
    expect(only(parse(category)).lines).toHaveLength(1)
  })
})

describe('hostile input', () => {
  test.each([
    ['__proto__', `!Account\nN__proto__\n^\n${bank('D31/01/2024|T1.00')}`],
    ['a record without end', `!Type:Bank\n${'Mx\n'.repeat(200_000)}`],
    ['a record of splits', `!Type:Bank\nD31/01/2024\nT1.00\n${'Sx\n$1.00\n'.repeat(100_000)}^\n`],
    [
      'unknown letters',
      `!Type:Bank\n${Array.from({ length: 50_000 }, (_each, n) => String.fromCharCode(0x3000 + n)).join('\n')}`,
    ],
    ['a control character before a line', '!Type:Bank\n\u0010D31/01/2024\nT1.00\n^\n'],
    ['unknown sections', Array.from({ length: 20_000 }, (_each, n) => `!Type:${n}\n`).join('')],
    ['long blanks', `!Type:Bank\n${' '.repeat(900_000)}\nD31/01/2024\nT1.00\n^\n`],
    [
      'references of HTML',
      bank(`D31/01/2024|T1.00|P${'&#x0;&#99999999;&#xD800;&'.repeat(20_000)}`),
    ],
  ])('%s ends with an answer', (_what, text) => {
    const file = parse(text)
    expect(file.problems.length).toBeLessThan(50)
  })

  test('a line beyond the limit refuses the file', () => {
    const file = parse(`!Type:Bank\nD31/01/2024\nT1.00\nP${'x'.repeat(1_100_000)}\n^\n`)
    expect(codes(file.problems)).toContain('too_large error')
  })

  test('every cut of a file gives an answer', () => {
    const text = bank('D31/01/2024|T-1,234.56|PA|SX|$-1,234.56', "D01/02'24|T5|L[B]")
    for (let end = 0; end < text.length; end += 1)
      expect(() => parse(text.slice(0, end))).not.toThrow()
  })
})
