import { describe, expect, test } from 'vitest'
import { parseStatementFile } from '../../../statement-files/collect.ts'
import { createAmountReader } from '../../../statement-files/ofx/amount.ts'
import { codesOf, file, line, linesOf, parse, problemsOf, statement } from './document.ts'

const read = (text: string, decimals = 2) => createAmountReader().read(text, decimals)

describe('amounts of OFX files', () => {
  test.each([
    ['12.50', '12.50'],
    ['-12.50', '-12.50'],
    ['+12,50', '12.50'],
    ['-0.75', '-0.75'],
    ['.5', '0.5'],
    ['007.10', '7.10'],
    ['1200', '1200'],
    ['-0', '0'],
    ['5.', '5'],
    ['1234.5678', '1234.5678'],
    ['0.123', '0.123'],
    ['− 3,10', '-3.10'],
  ])('%s is read exactly', (text, amount) => {
    expect(read(text)).toEqual({ amount, isUnclear: false })
  })

  test.each([
    ['1.234,56', '1234.56'],
    ['1,234.56', '1234.56'],
    ['-1 234,56', '-1234.56'],
    ['1.234.567', '1234567'],
    ["1'234.50", '1234.50'],
    ['12,34,567.89', '1234567.89'],
    ['1 000', '1000'],
  ])('the grouping of %s can mean only one thing', (text, amount) => {
    expect(read(text)).toEqual({ amount, isUnclear: false })
  })

  test.each([
    '12..34',
    '1,2,3',
    '12.34.56',
    '1.23,45.6',
    '$120.00',
    'R$ 5.326,43',
    '00 .00',
    '12.00 EUR',
    '12.00-',
    '--1',
    '1e3',
    '-',
    ',',
    'NaN',
    `${'9'.repeat(60)}.00`,
  ])('%s is no amount', (text) => {
    expect(read(text)).toBeNull()
  })

  test('one mark before three digits may part thousands: nobody guesses', () => {
    expect(read('1,000')?.isUnclear).toBe(true)
    expect(read('1.000')?.isUnclear).toBe(true)
    expect(read('1,000', 3)).toEqual({ amount: '1.000', isUnclear: false })
    const thousand = file(statement({ lines: line('1,000'), balance: '' }))
    const column = 1 + (thousand.split('\n')[6]?.indexOf('<TRNAMT>') ?? 0)
    expect(problemsOf(parse(thousand))).toEqual([
      {
        code: 'decimal_sign_ambiguous',
        severity: 'question',
        params: { text: '1,000', first: '1000', second: '1.000' },
        position: { line: 7, column },
      },
    ])
  })

  test.each([
    ['.', '1000.00'],
    [',', '1.00'],
  ] as const)('a person who says that %s marks decimals is believed', (decimalSign, amount) => {
    const bytes = Buffer.from(file(statement({ lines: line('1,000'), balance: '' })))
    const answered = parseStatementFile(bytes, { today: '2024-06-01', decimalSign })
    expect(problemsOf(answered)).toEqual([])
    expect(answered.statements[0]?.lines[0]?.amount).toBe(amount)
  })

  test('an amount of two meanings is asked about once for each mark', () => {
    const lines = ['1,000', '2,000', '3.000', '4.000'].map((amount) => line(amount)).join('')
    const told = problemsOf(parse(file(statement({ lines, balance: '' }))))
    expect(told.map(({ params }) => params['text'])).toEqual(['1,000', '3.000'])
  })

  test.each([
    ['-10.500', '1234.500', ['-10.50', '1234.50']],
    ['-1,234', '100.00', ['-1234.00', '100.00']],
  ])('%s is clear where a later %s shows the mark of decimals', (first, later, amounts) => {
    const parsed = parse(file(statement({ lines: line(first) + line(later), balance: '' })))
    expect(problemsOf(parsed)).toEqual([])
    expect(parsed.statements[0]?.lines.map(({ amount }) => amount)).toEqual(amounts)
  })

  test('an amount that a later one shows to be read wrong is asked about, not given on', () => {
    expect(codesOf(line('1,000') + line('12.50'))).toEqual(['decimal_sign_ambiguous'])
    expect(codesOf(line('1.230') + line('12,50'))).toEqual(['decimal_sign_ambiguous'])
  })

  test('an amount with a third decimal is refused as soon as its mark is known, first or last', () => {
    expect(codesOf(line('12.505') + line('12.50'))).toEqual(['bad_amount'])
    expect(codesOf(line('12.50') + line('12.505'))).toEqual(['bad_amount'])
  })

  test('a mark in an amount of yen parts thousands: yen have no decimals', () => {
    const lines = line('-1,234') + line('5.000')
    const yen = parse(file(statement({ currency: '<CURDEF>JPY', lines, balance: '' })))
    expect(problemsOf(yen)).toEqual([])
    expect(yen.statements[0]?.lines.map(({ amount }) => amount)).toEqual(['-1234', '5000'])
  })

  test('an earlier amount of the file tells what one mark before three digits means', () => {
    const amounts = createAmountReader()
    amounts.read('12.34', 2)
    expect(amounts.read('1,000', 2)).toEqual({ amount: '1000', isUnclear: false })
    expect(amounts.read('1.000', 2)).toEqual({ amount: '1.000', isUnclear: false })
  })

  test('the type of a line never changes the sign of its amount', () => {
    const debit = '<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20240110<TRNAMT>5.00</STMTTRN>'
    expect(linesOf(debit)[0]).toMatchObject({ amount: '5.00', typeCode: 'DEBIT' })
  })

  test('debits that are all written as money coming in are doubted', () => {
    const debit = (amount: string) =>
      `<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20240110<TRNAMT>${amount}</STMTTRN>`
    expect(codesOf(debit('5.00') + debit('6.00'))).toEqual(['sign_doubtful'])
    expect(codesOf(debit('5.00') + debit('-6.00'))).toEqual([])
    expect(codesOf(line('5.00'))).toEqual([])
  })

  test('a line without amount is an error with its place, the others are read', () => {
    const parsed = parse(
      file(
        statement({
          lines: `${line('-1.00')}\n<STMTTRN><DTPOSTED>20240111<FITID>A</STMTTRN>${line('-2.00')}`,
        }),
      ),
    )
    expect(parsed.statements[0]?.lines.map(({ amount }) => amount)).toEqual(['-1.00', '-2.00'])
    expect(problemsOf(parsed)).toEqual([
      {
        code: 'bad_amount',
        severity: 'error',
        params: { text: '', reason: 'missing' },
        position: { line: 8, column: 1 },
      },
    ])
  })

  test('yen have no decimals and dinars have three', () => {
    const yen = parse(file(statement({ currency: '<CURDEF>JPY', lines: line('-1200') })))
    const dinar = parse(file(statement({ currency: '<CURDEF>KWD', lines: line('1.2') })))
    expect(yen.statements[0]?.lines[0]?.amount).toBe('-1200')
    expect(dinar.statements[0]?.lines[0]?.amount).toBe('1.200')
  })
})
