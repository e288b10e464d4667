import { describe, expect, test } from 'vitest'
import { parseExact } from '../../../activities/providers/exact-json.ts'
import {
  autoRefreshFailure,
  isRead,
  isUnattended,
  toAccount,
  toInstitution,
  toLine,
} from '../../../activities/providers/yodlee/map.ts'
import { accounts, providers, transaction } from '../../../activities/providers/yodlee/schema.ts'

const lineFrom = (more: object | string) => {
  const text =
    typeof more === 'string'
      ? more
      : JSON.stringify({
          CONTAINER: 'bank',
          id: 1,
          amount: { amount: 5.6, currency: 'usd' },
          baseType: 'DEBIT',
          postDate: '2026-11-19',
          transactionDate: '2026-11-18',
          date: '2026-11-17',
          ...more,
        })
  return toLine(transaction.parse(parseExact(text)), text)
}
const accountFrom = (entry: object) => {
  const text = JSON.stringify({ account: [{ id: 10, CONTAINER: 'bank', ...entry }] })
  return accounts.parse(parseExact(text)).account[0]!
}
const money = (amount: number) => ({ amount, currency: 'EUR' })

describe('a line', () => {
  test('carries its container in its key, and every digit of its id and amount', () => {
    const line = lineFrom(
      '{"CONTAINER":"creditCard","id":90071992547409931,"amount":{"amount":12345678901234567.12345,"currency":"EUR"},' +
        '"baseType":"CREDIT","postDate":"2026-11-19"}',
    )
    expect(line).toMatchObject({
      lineKey: 'yodlee:creditCard:90071992547409931',
      amount: '12345678901234567.12345',
    })
  })

  test.each([
    ['CREDIT', 5.6, '5.6'],
    ['DEBIT', 5.6, '-5.6'],
    ['DEBIT', -5.6, '-5.6'],
    ['CREDIT', -5.6, '5.6'],
    ['DEBIT', 0, '0'],
  ])('of the direction %s with %s is %s', (baseType, amount, expected) => {
    expect(lineFrom({ baseType, amount: { amount, currency: 'EUR' } }).amount).toBe(expected)
  })

  test('of an unknown direction is not guessed', () => {
    expect(() => lineFrom({ baseType: 'SIDEWAYS' })).toThrow('invalid_response')
  })

  test('is booked on the day it was posted, else on the day of the transaction', () => {
    expect(lineFrom({}).bookedOn).toBe('2026-11-19')
    expect(lineFrom({ postDate: null }).bookedOn).toBe('2026-11-18')
    expect(lineFrom({ postDate: null, transactionDate: null }).bookedOn).toBe('2026-11-17')
    expect(lineFrom({ postDate: '2026-11-19T23:30:00Z' }).bookedOn).toBe('2026-11-19')
    const none = { postDate: '2026-02-31', transactionDate: null, date: null }
    expect(() => lineFrom(none)).toThrow('invalid_response')
  })

  test('takes the words of the bank first, and no control characters or hidden directions', () => {
    const description = { original: 'CHECK\u0000 #\u202e 1234', simple: 'Check' }
    expect(lineFrom({ description }).text).toBe('CHECK # 1234')
    expect(lineFrom({ description: { original: ' ', simple: 'Check' } }).text).toBe('Check')
    expect(lineFrom({ memo: 'rent' }).text).toBe('rent')
  })

  test('names the other side without the backslashes before quotes', () => {
    const line = lineFrom({ merchant: { name: String.raw`Joe\'s \"Diner\"` }, checkNumber: '1234' })
    expect(line).toMatchObject({ counterparty: `Joe's "Diner"`, reference: '1234' })
  })
})

describe('an account', () => {
  test('at a bank has the booked balance of the day it was read, and what is available', () => {
    const account = accountFrom({
      accountName: 'Everyday',
      accountNumber: 'xxxx1234',
      accountType: 'CHECKING',
      currentBalance: money(10.5),
      availableBalance: money(8),
      balance: money(99),
      lastUpdated: '2026-11-20T00:00:00Z',
      dataset: [{ name: 'BASIC_AGG_DATA', lastUpdated: '2026-11-21T04:00:00Z' }],
    })
    const asOf = '2026-11-21T04:00:00.000Z'
    expect(toAccount(account)).toEqual({
      providerAccountId: '10',
      number: 'xxxx1234',
      name: 'Everyday',
      type: 'checking',
      currency: 'EUR',
      balances: [
        { kind: 'booked', amount: '10.5', currency: 'EUR', asOf },
        { kind: 'available', amount: '8', currency: 'EUR', asOf },
      ],
    })
  })

  test('is called what its owner calls it, else what the bank does, and never after the owner', () => {
    const displayedName = 'Demo BV'
    const nameOf = (names: object) => toAccount(accountFrom({ displayedName, ...names })).name
    const accountName = 'Current account'
    expect(nameOf({ accountName, nickname: 'Wages' })).toBe('Wages')
    expect(nameOf({ accountName, nickname: ' ' })).toBe('Current account')
    expect(nameOf({ accountNumber: 'xxxx1234' })).toBe('xxxx1234')
    expect(nameOf({})).toBe('10')
  })

  test('of a card shows what is owed as money that is missing', () => {
    const lastUpdated = '2026-11-20T00:00:00Z'
    const owed = (amount: number) =>
      toAccount(
        accountFrom({ CONTAINER: 'creditCard', runningBalance: money(amount), lastUpdated }),
      ).balances
    expect(owed(120)).toMatchObject([{ kind: 'interim', amount: '-120' }])
    expect(owed(-3)).toMatchObject([{ amount: '3' }])
    expect(owed(0)).toMatchObject([{ amount: '0' }])
  })

  test('without a balance has no currency that could be guessed', () => {
    expect(toAccount(accountFrom({}))).toMatchObject({ currency: 'XXX', name: '10', balances: [] })
  })

  test('typed in by hand, closed, or without lines of money is not read', () => {
    expect(isRead(accountFrom({}))).toBe(true)
    expect(isRead(accountFrom({ accountStatus: 'TO_BE_CLOSED' }))).toBe(true)
    const others = [
      { isManual: true },
      { accountStatus: 'CLOSED' },
      { CONTAINER: 'reward' },
      { autoRefresh: { additionalStatus: 'MANUAL_ACCOUNT' } },
    ]
    for (const other of others) expect(isRead(accountFrom(other))).toBe(false)
  })

  test('that needs the person is no failure: what is there is read', () => {
    const account = accountFrom({ autoRefresh: { additionalStatus: 'REAL_TIME_MFA_REQUIRED' } })
    expect([isUnattended(account), autoRefreshFailure(account, 0)]).toEqual([false, null])
    const locked = accountFrom({ autoRefresh: { additionalStatus: 'USER_ACTION_REQUIRED' } })
    expect(autoRefreshFailure(locked, 0)).toMatchObject({ code: 'credentials_invalid' })
  })
})

test.each([
  [
    { authType: 'OAUTH', status: 'Supported' },
    { mfa: 'page', beta: false, unattended: true },
  ],
  [
    { authType: 'MFA_CREDENTIALS', status: 'Beta' },
    { mfa: 'code', beta: true },
  ],
  [
    { authType: 'CREDENTIALS', isAutoRefreshEnabled: false },
    { mfa: 'none', unattended: false },
  ],
  [{ status: 'Unsupported' }, { status: 'withdrawn' }],
  [{ authType: 'SOMETHING_NEW', logo: 'javascript:alert(1)' }, { mfa: 'none' }],
])('an institution %o is offered as %o', (entry, expected) => {
  const text = JSON.stringify({ provider: [{ id: 16_441, name: 'A bank', ...entry }] })
  const institution = toInstitution(providers.parse(parseExact(text)).provider[0]!)
  expect(institution).toMatchObject({ providerInstitutionId: '16441', ...expected })
  expect(institution).not.toHaveProperty('logoUrl')
})
