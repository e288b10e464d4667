import { describe, expect, test } from 'vitest'
import { file, line, parse, problemsOf, statement } from './document.ts'

const card =
  '<CCSTMTTRNRS><CCSTMTRS><CURDEF>USD<CCACCTFROM><ACCTID>4111</CCACCTFROM><BANKTRANLIST>' +
  `${line('-5.00')}</BANKTRANLIST></CCSTMTRS></CCSTMTTRNRS>`

const balances = (balance: string, lines = line('-1.00')) =>
  parse(file(statement({ lines, balance }))).statements[0]?.checkpoints

describe('statements of OFX files', () => {
  test('a statement names its account, its currency and its period', () => {
    expect(parse(file(statement({ lines: line('-1.00') }))).statements[0]).toMatchObject({
      account: { number: 'BE68539007547034', bank: '539', type: 'CHECKING' },
      currency: 'EUR',
      from: '2024-01-01',
      to: '2024-01-31',
      sum: '-1.00',
    })
  })

  test('bank and card, several accounts and several documents stand side by side', () => {
    const one = file(statement({ lines: line('-1.00') }) + card)
    const { statements, problems } = parse(one + file(statement({ lines: line('-2.00') })))
    expect(problems).toEqual([])
    expect(statements.map(({ account, sum }) => [account?.number, account?.type, sum])).toEqual([
      ['BE68539007547034', 'CHECKING', '-1.00'],
      ['4111', 'CREDITCARD', '-5.00'],
      ['BE68539007547034', 'CHECKING', '-2.00'],
    ])
  })

  test('end tags of everything but the document may be missing', () => {
    const text = file(statement({ lines: line('-1.00') }) + card)
    const { statements } = parse(text.replaceAll(/<\/(?!OFX)[A-Z0-9]+>/g, ''))
    expect(statements.map(({ account, sum }) => [account?.number, sum])).toEqual([
      ['BE68539007547034', '-1.00'],
      ['4111', '-5.00'],
    ])
  })

  test('a file without currency leaves it open; the currency of its lines stands in', () => {
    const without = (lines: string) =>
      parse(file(statement({ currency: '<CURDEF></CURDEF>', lines }))).statements[0]
    expect(without(line('-1.00'))?.currency).toBeUndefined()
    const inLine = line('-1.00', '<CURRENCY><CURRATE>1<CURSYM>AUD</CURRENCY>')
    expect(without(inLine)?.lines[0]?.currency).toBe('AUD')
  })

  test('the ledger balance closes its own day, not the period', () => {
    expect(balances('<LEDGERBAL><BALAMT>99.5<DTASOF>20240215120000</LEDGERBAL>')).toMatchObject([
      { kind: 'closing', amount: '99.5', on: '2024-02-15', origin: 'stated' },
    ])
  })

  test('an opening is computed only where the list surely reaches the balance', () => {
    const at = (day: string) => balances(`<LEDGERBAL><BALAMT>100.00<DTASOF>${day}</LEDGERBAL>`)
    expect(at('20240131')?.[0]).toEqual({
      kind: 'opening',
      amount: '101.00',
      on: '2024-01-01',
      origin: 'computed',
    })
    expect(at('20240201')).toHaveLength(1)
    expect(at('20240109')).toHaveLength(1)
    const damaged = line('-1.00') + line('x')
    expect(balances('<LEDGERBAL><BALAMT>1<DTASOF>20240131</LEDGERBAL>', damaged)).toHaveLength(1)
  })

  test('an empty balance is none', () => {
    for (const balance of ['<LEDGERBAL/>', '<LEDGERBAL><BALAMT> <DTASOF>20240131</LEDGERBAL>', ''])
      expect(balances(balance)).toEqual([])
  })

  test('the available balance and other balances are not the ledger balance', () => {
    const other =
      '<AVAILBAL><BALAMT>7.00<DTASOF>20240131</AVAILBAL>' +
      '<BALLIST><BAL><NAME>n<VALUE>8.00<DTASOF>20240131</BAL></BALLIST>'
    expect(balances(other)).toEqual([])
  })

  test('an unreadable balance is refused in its own words; zeros for its day only warn', () => {
    const told = (leaves: string) =>
      problemsOf(
        parse(
          file(statement({ lines: line('1.00'), balance: `<LEDGERBAL>${leaves}</LEDGERBAL>` })),
        ),
      )
    expect(told('<BALAMT>R$ 5.326,43<DTASOF>30/06/2025')).toMatchObject([
      { code: 'bad_amount', severity: 'error', params: { text: 'R$ 5.326,43' } },
      { code: 'bad_date', severity: 'error', params: { text: '30/06/2025', what: 'balance' } },
    ])
    expect(told('<BALAMT>1.00<DTASOF>00000000')).toMatchObject([
      { code: 'bad_date', severity: 'warning' },
    ])
  })

  test('a statement without account is refused', () => {
    const { statements } = parse(file(statement({ account: '', lines: line('1.00') })))
    expect(statements[0]?.problems).toMatchObject([
      { code: 'malformed', params: { reason: 'missing', text: 'ACCTID' } },
    ])
    expect(statements[0]?.lines).toHaveLength(1)
  })

  test('a statement without lines is valid', () => {
    expect(problemsOf(parse(file(statement({}))))).toMatchObject([
      { code: 'nothing_to_import', severity: 'notice' },
    ])
  })

  test('a repeated bank reference is told, and both lines are kept', () => {
    const { statements } = parse(
      file(statement({ lines: line('-1.00', '<FITID>A') + line('-2.00', '<FITID>A') })),
    )
    expect(statements[0]).toMatchObject({ lineCount: 2, sum: '-3.00' })
    expect(statements[0]?.problems).toMatchObject([{ code: 'reference_reused' }])
  })

  test('names from the file reach no prototype', () => {
    const lines = line('1.00', '<constructor>x<toString>y<valueOf>z<MEMO>m')
    expect(parse(file(statement({ lines }))).statements[0]?.lines[0]?.text).toBe('m')
  })
})
