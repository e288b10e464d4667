import { expect, test } from 'vitest'
import { parseExact } from '../../../activities/providers/exact-json.ts'
import { toAccounts, toInstitution, toLine } from '../../../activities/providers/plaid/map.ts'
import {
  accountsAnswer,
  institutionsAnswer,
  transactionResource,
} from '../../../activities/providers/plaid/schema.ts'
import { account } from '../support/fake-plaid.ts'

const line = (more: object = {}, amount = '12.5') => {
  const rest = {
    transaction_id: 't1',
    account_id: 'a1',
    iso_currency_code: 'USD',
    unofficial_currency_code: null,
    date: '2026-11-20',
    authorized_date: '2026-11-18',
    name: 'COFFEE',
    merchant_name: 'Coffee House',
    pending: false,
    payment_meta: { reference_number: null },
    ...more,
  }
  const raw = `{"amount":${amount},${JSON.stringify(rest).slice(1)}`
  return toLine(transactionResource.parse(parseExact(raw)), raw)
}

test('a booked line is told in neutral words, with the day of the institution', () => {
  expect(line()).toEqual({
    lineKey: 'plaid:t1',
    amount: '-12.5',
    currency: 'USD',
    bookedOn: '2026-11-20',
    text: 'COFFEE',
    counterparty: 'Coffee House',
    raw: expect.stringContaining('"amount":12.5') as string,
  })
})

test.each([
  ['12.5', '-12.5'],
  ['-12.5', '12.5'],
  ['0', '0'],
  ['0.00', '0.00'],
  ['-0.0', '0.0'],
  ['1e2', '-100'],
  ['-1.23456E1', '12.3456'],
  ['89.40000000000001', '-89.40000000000001'],
  ['9007199254740993.01', '-9007199254740993.01'],
])('money out of %s is written as %s, digit by digit', (amount, expected) => {
  expect(line({}, amount).amount).toBe(expected)
})

test('the words of the bank come before those of the provider, without what a screen cannot show', () => {
  expect(line({ original_description: 'POS 12\u202e  COFFEE\n NY ' }).text).toBe('POS 12 COFFEE NY')
  expect(line({ original_description: null, name: ' A ' }).text).toBe('A')
  expect(line({ original_description: ' ', name: null, merchant_name: null }).text).toBe('')
  expect(line({ payment_meta: { reference_number: 'R 7' } }).reference).toBe('R 7')
})

test('an unofficial currency stands in where there is no official one; without any the line cannot be used', () => {
  expect(line({ iso_currency_code: null, unofficial_currency_code: 'btc' }).currency).toBe('BTC')
  for (const unofficial of [null, '', 'USDT'])
    expect(() => line({ iso_currency_code: null, unofficial_currency_code: unofficial })).toThrow(
      'invalid_response',
    )
})

test.each(['2026-02-30', '2026-11-20T00:00:00Z', '', '20.11.2026'])(
  'a line booked on "%s" cannot be used',
  (date) => {
    expect(() => line({ date })).toThrow('invalid_response')
  },
)

const refreshedAt = '2026-11-01T06:00:00.000Z'
const accountsOf = (...accounts: object[]) =>
  toAccounts(accountsAnswer.parse(parseExact(JSON.stringify({ accounts }))).accounts, refreshedAt)

test('the current balance is an interim one, of the last time the institution was read', () => {
  expect(accountsOf(account('a1'))).toEqual([
    {
      providerAccountId: 'a1',
      number: '0000',
      name: 'Checking',
      type: 'checking',
      currency: 'USD',
      balances: [
        { kind: 'interim', amount: '100.25', currency: 'USD', asOf: refreshedAt },
        { kind: 'available', amount: '90.5', currency: 'USD', asOf: refreshedAt },
      ],
    },
  ])
})

test('a balance with a time of its own keeps it; one that is not told is left out', () => {
  const balances = {
    available: null,
    current: 1,
    iso_currency_code: 'USD',
    last_updated_datetime: '2026-10-31T23:00:00+01:00',
  }
  expect(accountsOf(account('a1', { balances }))[0]?.balances).toEqual([
    { kind: 'interim', amount: '1', currency: 'USD', asOf: '2026-10-31T22:00:00.000Z' },
  ])
})

test('what is owed on a card is money missing to its holder', () => {
  const [card] = accountsOf(account('a1', { type: 'credit', subtype: 'credit card' }))
  expect(card?.balances.map(({ amount }) => amount)).toEqual(['-100.25', '90.5'])
})

test('accounts that never have lines are not shown', () => {
  const kinds = [
    ['depository', 'checking'],
    ['credit', 'credit card'],
    ['loan', 'student'],
    ['loan', 'mortgage'],
    ['investment', '401k'],
    ['brokerage', null],
    ['other', null],
    ['a new type', null],
  ]
  const shown = accountsOf(
    ...kinds.map(([type, subtype], at) => account(`a${at}`, { type, subtype })),
  )
  expect(shown.map(({ providerAccountId }) => providerAccountId)).toEqual([
    'a0',
    'a1',
    'a2',
    'a6',
    'a7',
  ])
})

test('an account without a mask, a name or a currency is shown all the same', () => {
  const balances = { available: null, current: 5, iso_currency_code: null }
  expect(accountsOf(account('a1', { mask: null, name: null, balances }))).toEqual([
    { providerAccountId: 'a1', name: 'a1', type: 'checking', currency: 'XXX', balances: [] },
  ])
})

test('an institution that is down is in maintenance; none is beta', () => {
  const institutions = ['DOWN', 'DEGRADED', undefined].map((status, at) => ({
    institution_id: `ins_${at}`,
    name: ' First  Bank ',
    country_codes: ['US'],
    url: 'https://first.example',
    logo: 'aGVsbG8=',
    ...(status ? { status: { transactions_updates: { status } } } : {}),
  }))
  const answer = institutionsAnswer.parse(parseExact(JSON.stringify({ institutions, total: 3 })))
  expect(answer.institutions.map(toInstitution).map(({ status }) => status)).toEqual([
    'maintenance',
    'available',
    'available',
  ])
  expect(toInstitution(answer.institutions[1]!)).toMatchObject({
    providerInstitutionId: 'ins_1',
    name: 'First Bank',
    website: 'https://first.example',
    beta: false,
    mfa: 'page',
  })
})
