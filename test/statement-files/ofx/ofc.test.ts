import { describe, expect, test } from 'vitest'
import { parse, problemsOf } from './document.ts'

const account = (number: string): string =>
  `<ACCTFROM>\n<BANKID>001\n<BRANCHID>1234-5\n<ACCTID>${number}\n<ACCTTYPE>0\n</ACCTFROM>\n`

const line = (amount: string, more = ''): string =>
  `<STMTTRN>\n<TRNTYPE>1\n<DTPOSTED>20240110\n<TRNAMT>${amount}\n<FITID>F${amount}\n${more}</STMTTRN>\n`

const statement = (number: string, lines: string, ledger = '<LEDGER>500.00\n'): string =>
  `<ACCTSTMT>\n${account(number)}<STMTRS>\n<DTSTART>20240101\n<DTEND>20240131\n${ledger}${lines}</STMTRS>\n</ACCTSTMT>\n`

const file = (statements: string): string => `<OFC>\n<DTD>2\n<CPAGE>1252\n${statements}</OFC>\n`

/** As XML has it. */
const closed = (text: string): string =>
  text.replace(/<([A-Z]+)>([^<\n]+)\n/g, '<$1>$2</$1>\n').replace(/<(?:DTD|CPAGE)>.*\n/g, '')

describe('OFC, the format before OFX', () => {
  const text = file(
    statement('12345-6', line('-10.50', '<CHKNUM>850001\n<MEMO>Cheque\n') + line('100.00')),
  )

  test.each([
    ['without end tags', text],
    ['with end tags', closed(text)],
    ['on one line', text.replaceAll('\n', '')],
  ])('a statement %s has its account, period, balance and lines', (_shape, given) => {
    const parsed = parse(given)
    expect(problemsOf(parsed)).toEqual([])
    expect(parsed).toMatchObject({
      format: 'ofx',
      statements: [
        {
          account: { number: '12345-6', bank: '001', type: '0' },
          from: '2024-01-01',
          to: '2024-01-31',
          checkpoints: [{ kind: 'closing', amount: '500.00', origin: 'stated' }],
          lineCount: 2,
          sum: '89.50',
          firstOn: '2024-01-10',
          lines: [
            { amount: '-10.50', chequeNumber: '850001', text: 'Cheque', bankReference: 'F-10.50' },
            { amount: '100.00' },
          ],
        },
      ],
    })
    expect(parsed.statements[0]).not.toHaveProperty('currency')
  })

  test('lines may stand in an element of their own, the other account with them', () => {
    const wrapped =
      '<STMTTRN>\n<GENTRN>\n<TRNTYPE>1\n<DTPOSTED>20240110\n<TRNAMT>-5.00\n' +
      '<ACCTTO>\n<BANKID>2\n<ACCTID>777\n<ACCTTYPE>0\n</ACCTTO>\n<MEMO>Rent\n</GENTRN>\n</STMTTRN>\n'
    const parsed = parse(file(statement('1', wrapped)))
    expect(problemsOf(parsed)).toEqual([])
    expect(parsed.statements[0]?.lines).toMatchObject([
      { amount: '-5.00', text: 'Rent', counterpartyAccount: '777' },
    ])
  })

  test('every statement has the account named before it', () => {
    const parsed = parse(file(statement('1', line('1.00')) + statement('2', line('2.00'), '')))
    expect(parsed.statements).toMatchObject([
      { account: { number: '1' }, sum: '1.00' },
      { account: { number: '2' }, sum: '2.00', checkpoints: [] },
    ])
  })

  test('an account is that of the statement behind it alone', () => {
    const nameless = statement('2', line('2.00')).replace(account('2'), '')
    expect(problemsOf(parse(file(statement('1', line('1.00')) + nameless)))).toMatchObject([
      { code: 'malformed', params: { reason: 'missing', text: 'ACCTID' } },
    ])
  })

  test('a file that is cut is refused', () => {
    expect(problemsOf(parse(text.slice(0, -7)))).toMatchObject([{ code: 'truncated' }])
  })
})
