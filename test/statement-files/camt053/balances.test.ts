import { expect, test } from 'vitest'
import {
  amount,
  balance,
  codesOf,
  documentOf,
  entry,
  fixture,
  parse,
  parsed,
  statement,
  tag,
} from './message.ts'

const kinds = (content: string) =>
  parsed(content).checkpoints.map(({ kind, amount: text, on }) => `${kind} ${text} ${on ?? ''}`)

test('opening and closing are told by type, whatever else is listed and in whatever order', () => {
  const content = [
    balance('CLAV', '99'),
    balance('CLBD', '15', '2024-01-31'),
    balance('FWAV', '98'),
    balance('PRCD', '11', '2023-12-31'),
    balance('OPBD', '10', '2024-01-01'),
    balance('INFO', '97'),
  ].join('')
  expect(kinds(content)).toEqual(['opening 10 2024-01-01', 'closing 15 2024-01-31'])
})

test('the closing balance of the period before opens a statement that has no opening balance', () => {
  expect(kinds(balance('PRCD', '10', '2023-12-31') + balance('CLBD', '15'))).toEqual([
    'opening 10 2023-12-31',
    'closing 15 2024-01-31',
  ])
})

test('several closing balances: the last day closes, the others are checkpoints', () => {
  const content =
    balance('CLBD', '15', '2024-01-31') +
    balance('OPBD', '10', '2024-01-01') +
    balance('CLBD', '12', '2024-01-15') +
    balance('OPBD', '12', '2024-01-16')
  expect(kinds(content)).toEqual([
    'opening 10 2024-01-01',
    'interim 12 2024-01-15',
    'closing 15 2024-01-31',
  ])
})

test('a page opens with the first interim balance and closes with the last', () => {
  const page = balance('ITBD', '10', '2024-01-02') + balance('ITBD', '15', '2024-01-02')
  expect(kinds(page)).toEqual(['opening 10 2024-01-02', 'closing 15 2024-01-02'])
  expect(kinds(balance('OPBD', '10') + balance('ITBD', '15'))).toEqual([
    'opening 10 2024-01-31',
    'closing 15 2024-01-31',
  ])
  expect(kinds(balance('CLBD', '10') + balance('ITBD', '15'))).toEqual([
    'opening 15 2024-01-31',
    'closing 10 2024-01-31',
  ])
})

test('a single interim balance beside nothing else may be either, so it is neither', () => {
  expect(kinds(balance('ITBD', '10'))).toEqual(['interim 10 2024-01-31'])
})

test('a balance without direction is positive, one of debit negative', () => {
  const debit = tag('CdtDbtInd', 'DBIT')
  expect(kinds(balance('OPBD', amount('5') + debit) + balance('CLBD', amount('6')))).toEqual([
    'opening -5 2024-01-31',
    'closing 6 2024-01-31',
  ])
})

test('what is available is no part of a balance', () => {
  const available = '<Avlbty><Amt Ccy="EUR">1</Amt></Avlbty>'
  expect(kinds(balance('CLBD', amount('6') + available))).toEqual(['closing 6 2024-01-31'])
})

test('figures that do not add up refuse the statement and name the difference', () => {
  const [only] = parse(fixture('synthetic__unbalanced.xml')).statements
  expect(only?.problems).toMatchObject([
    { code: 'balance_mismatch', severity: 'error', params: { difference: '1.00' } },
  ])
  expect(only?.lineCount).toBe(1)
})

test('a booked balance that cannot be read refuses the statement, another one does not', () => {
  expect(codesOf(parsed(balance('CLBD', '1..5') + entry()))).toEqual(['bad_amount'])
  expect(codesOf(parsed(balance('CLAV', '1..5') + entry()))).toEqual([])
  const undated = parsed(balance('CLBD', '5', '2024-02-31') + entry())
  expect(undated.problems).toMatchObject([{ code: 'bad_date', params: { what: 'balance' } }])
})

test('a balance of a type nobody knows is told, for it proves nothing', () => {
  expect(codesOf(parsed(balance('CLBX', '5') + entry()))).toEqual(['unknown_field'])
})

test('a balance in another currency than the account refuses the statement', () => {
  const foreign = balance('CLBD', amount('5', 'SEK'))
  expect(parsed(balance('OPBD', '0') + foreign + entry()).problems).toMatchObject([
    { code: 'currency_mismatch', params: { found: 'SEK', expected: 'EUR' } },
  ])
  const both = parsed(balance('OPBD', '0') + foreign + balance('CLBD', '5') + entry())
  expect(codesOf(both)).toEqual([])
})

test('the currency of a statement is its account’s, else its balances’, else its entries’', () => {
  const currencyOf = (content: string) =>
    parse(documentOf(statement(content, ''))).statements[0]?.currency
  expect(currencyOf(balance('OPBD', amount('1', 'CHF')) + entry())).toBe('CHF')
  expect(currencyOf(entry({ amount: amount('1', 'usd') }))).toBe('USD')
})

test('an account described below its entries in another currency refuses the statement', () => {
  const text = documentOf(tag('Stmt', `${entry()}<Acct><Ccy>USD</Ccy></Acct>`))
  expect(parse(text).statements[0]?.problems).toMatchObject([
    { code: 'currency_mismatch', params: { what: 'statement', found: 'EUR', expected: 'USD' } },
  ])
})

const total = (name: string, count: string, sum: string): string =>
  tag(name, tag('NbOfNtries', count) + tag('Sum', sum))

test.each([
  ['TtlNtries', ['3', '10.00'], { what: 'entries', stated: '3', found: '2' }],
  ['TtlCdtNtries', ['1', '6.00'], { what: 'credit', stated: '6.00', found: '5.00' }],
  ['TtlDbtNtries', ['1', '4.00'], { what: 'debit', stated: '4.00', found: '5.00' }],
  ['TtlNtries', ['2', '11.00'], { what: 'sum', stated: '11.00', found: '10.00' }],
])(
  'a stated total that is not reached is told, and does not refuse: %s',
  (name, [count, sum], params) => {
    const content =
      tag('TxsSummry', total(name, count ?? '', sum ?? '')) +
      entry() +
      entry({ direction: tag('CdtDbtInd', 'DBIT') })
    expect(parsed(content).problems).toMatchObject([
      { code: 'control_total_mismatch', severity: 'warning', params },
    ])
  },
)

test('totals hold with or without what is not booked, with or without a sign', () => {
  const entries =
    entry() + entry({ direction: tag('CdtDbtInd', 'DBIT') }) + entry({ status: tag('Sts', 'PDNG') })
  const all = total('TtlNtries', '3', '15.00') + total('TtlDbtNtries', '1', '-5.00')
  expect(codesOf(parsed(tag('TxsSummry', all) + entries))).toEqual(['rows_skipped'])
  const booked = total('TtlNtries', '2', '0.00') + total('TtlCdtNtries', '1', '5')
  expect(codesOf(parsed(tag('TxsSummry', booked) + entries))).toEqual(['rows_skipped'])
})

test('totals count all entries wherever they are stated', () => {
  const totals = tag(
    'TxsSummry',
    total('TtlNtries', '2', '10.00') + total('TtlCdtNtries', '1', '5'),
  )
  const debit = entry({ direction: tag('CdtDbtInd', 'DBIT') })
  expect(codesOf(parsed(entry() + debit + totals))).toEqual([])
  expect(codesOf(parsed(entry() + totals + debit))).toEqual([])
  expect(parsed(entry() + debit + debit + totals).problems).toMatchObject([
    { code: 'control_total_mismatch', params: { what: 'entries', stated: '2', found: '3' } },
  ])
})
