import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseExact } from '../../../activities/providers/exact-json.ts'
import { ProviderError } from '../../../activities/providers/provider.ts'
import { toAccount, toInstitution, toLine } from '../../../activities/providers/saltedge/map.ts'
import { rowsOf } from '../../../activities/providers/saltedge/rows.ts'
import {
  accountList,
  callbackBody,
  connectPage,
  consentList,
  errorBody,
  oneConnection,
  oneCustomer,
  oneInstitution,
  transactionList,
} from '../../../activities/providers/saltedge/schema.ts'
import { toStatus } from '../../../activities/providers/saltedge/status.ts'
import { describeWithReference } from '../support/reference.ts'

const lineOf = (more: string) => {
  const text =
    '{"id":"950000000000000001","made_on":"2026-01-02","amount":-12.5,"currency_code":"EUR"'
  const [row] = rowsOf([parseExact(`${text}${more}}`)])
  return toLine(row!.resource, row!.raw)
}

describe('a line', () => {
  test('has the key of its id, the sign of its amount and the day it was made on', () => {
    expect(lineOf(',"description":"Coffee","extra":{"posting_date":"2026-01-03"}')).toMatchObject({
      lineKey: 'saltedge:950000000000000001',
      amount: '-12.5',
      currency: 'EUR',
      bookedOn: '2026-01-02',
      text: 'Coffee',
    })
  })

  test.each([
    ['1.0E-5', '0.000010'],
    ['-90071992547409931.17', '-90071992547409931.17'],
    ['0.12345', '0.12345'],
    ['7', '7'],
  ])('carries the amount %s digit by digit', (digits, amount) => {
    const [row] = rowsOf([
      parseExact(`{"id":1,"made_on":"2026-01-02","amount":${digits},"currency_code":"eur"}`),
    ])
    expect(toLine(row!.resource, row!.raw)).toMatchObject({ amount, currency: 'EUR' })
  })

  test('keeps an id beyond 2^53, also where it is written as a number', () => {
    const [row] = rowsOf([
      parseExact(
        '{"id":9500000000000000017,"made_on":"2026-01-02","amount":1,"currency_code":"EUR"}',
      ),
    ])
    expect(row!.key).toBe('saltedge:9500000000000000017')
  })

  test('tells what is spread over three fields once', () => {
    const extra = '"extra":{"information":"Invoice 17","additional":"Ref  A\\u0000 9"}'
    expect(lineOf(`,"description":"Invoice 17 of May",${extra}`).text).toBe(
      'Invoice 17 of May Ref A 9',
    )
  })

  test('names who was paid when money went out, who paid when it came in, else whoever is named', () => {
    const both = ',"extra":{"payee":"Shop","payer":"Me","end_to_end_id":"E2E"}'
    expect(lineOf(both)).toMatchObject({ counterparty: 'Shop', reference: 'E2E' })
    expect(lineOf(`${both},"amount":12.5`).counterparty).toBe('Me')
    expect(lineOf(',"extra":{"payer":"Somebody"}').counterparty).toBe('Somebody')
    expect(lineOf('')).not.toHaveProperty('counterparty')
  })

  test.each(['"made_on":"2026-02-30"', '"made_on":""', '"currency_code":"EURO"', '"amount":"x"'])(
    'that cannot be used is an answer that cannot be used: %s',
    (wrong) => {
      expect(() => lineOf(`,${wrong}`)).toThrow(ProviderError)
    },
  )

  test.each(['"id":"abc"', '"id":""', '"id":-1'])('without an order is refused: %s', (wrong) => {
    expect(() => lineOf(`,${wrong}`)).toThrow(ProviderError)
  })

  test('of an unknown status is booked, because only pending ones wait', () => {
    expect(lineOf(',"status":"settled","mode":"barter","category":{}').amount).toBe('-12.5')
  })
})

const accountOf = (more: object = {}) => {
  const text = JSON.stringify({
    data: [
      {
        id: '9',
        name: 'Current account',
        nature: 'account',
        balance: 1520.37,
        currency_code: 'EUR',
        updated_at: '2026-01-05T08:01:00Z',
        ...more,
      },
    ],
  })
  return toAccount(accountList.parse(parseExact(text)).data[0]!)
}

describe('an account', () => {
  test('has an interim balance, because pending lines may count in it', () => {
    const asOf = '2026-01-05T08:01:00.000Z'
    expect(accountOf({ extra: { available_amount: 1500.5, iban: 'DE02 1203' } })).toEqual({
      providerAccountId: '9',
      number: 'DE02 1203',
      name: 'Current account',
      type: 'account',
      currency: 'EUR',
      balances: [
        { kind: 'interim', amount: '1520.37', currency: 'EUR', asOf },
        { kind: 'available', amount: '1500.5', currency: 'EUR', asOf },
      ],
    })
  })

  test('has a booked balance where a closing one is given, of the day that is given', () => {
    const { balances } = accountOf({ extra: { closing_balance: 9.1, current_date: '2026-01-04' } })
    expect(balances[0]).toEqual({
      kind: 'booked',
      amount: '9.1',
      currency: 'EUR',
      asOf: '2026-01-04',
    })
  })

  test('does not show the whole number of a card', () => {
    const { number } = accountOf({
      nature: 'credit_card',
      extra: { account_number: '4111 1111 1111 1111' },
    })
    expect(number).toBe('************1111')
  })

  test('without a name is called by its holder, else by its id', () => {
    expect(accountOf({ name: ' ', extra: { holder_name: 'Jane' } }).name).toBe('Jane')
    expect(accountOf({ name: null }).name).toBe('9')
  })
})

describe('an institution', () => {
  const shown = (more: object = {}) =>
    toInstitution(
      oneInstitution.parse(
        parseExact(
          JSON.stringify({ data: { code: 'bank_xf', name: 'Bank', country_code: 'XF', ...more } }),
        ),
      ).data,
    )

  test('without further words can be linked and refreshed', () => {
    expect(shown()).toEqual({
      providerInstitutionId: 'bank_xf',
      name: 'Bank',
      countries: ['XF'],
      beta: false,
      mfa: 'none',
      unattended: true,
      historyDays: null,
      consentDays: null,
      status: 'available',
    })
  })

  test('shows how deep, how long and whether without a person', () => {
    expect(
      shown({
        max_fetch_interval: 90,
        max_consent_days: 180,
        automatic_fetch: false,
        mode: 'oauth',
        bic_codes: ['GENODEF1'],
      }),
    ).toMatchObject({
      historyDays: 90,
      consentDays: 180,
      unattended: false,
      mfa: 'page',
      bic: 'GENODEF1',
    })
  })

  test.each([
    ['active', 'available'],
    ['inactive', 'maintenance'],
    ['disabled', 'withdrawn'],
    ['neverSeen', 'available'],
  ])('that is %s is %s', (status, ours) => {
    expect(shown({ status }).status).toBe(ours)
  })
})

describe('the status', () => {
  const nextYear = new Date(Date.now() + 300 * 86_400_000).toISOString()
  const attempt = { id: '85', success_at: '2026-01-05T08:01:10Z', finished: true }
  const shown = (more: object = {}, consent: object | null = {}) => {
    const connection = oneConnection.parse({
      data: {
        id: '80',
        customer_id: '70',
        provider_code: 'bank_xf',
        status: 'active',
        last_attempt: attempt,
        ...more,
      },
    }).data
    const held =
      consent &&
      consentList.parse({ data: [{ id: '86', expires_at: nextYear, ...consent }] }).data[0]!
    return toStatus(connection, held, [])
  }
  const failed = (name: string) => ({
    last_attempt: { id: '85', fail_at: '2026-01-05T08:01:10Z', fail_error_class: name },
  })

  test('is read from the attempt: `inactive` with a success is well', () => {
    expect(shown({ status: 'inactive' })).toEqual({
      health: 'ok',
      consentExpiresAt: nextYear,
      unattendedAllowed: true,
      lastBankRefreshAt: '2026-01-05T08:01:10.000Z',
      accounts: [],
    })
  })

  test('a refresh that failed is told beside what can still be read', () => {
    for (const name of ['InvalidCredentials', 'ProviderError', 'InteractiveTimeout'])
      expect(shown(failed(name)), name).toMatchObject({
        health: 'ok',
        failure: { providerCode: name },
      })
  })

  test.each([
    [
      'a consent that is over by its date',
      'consent_expired',
      { consent: { expires_at: '2026-01-01T00:00:00Z' } },
    ],
    ['a consent that was revoked', 'consent_expired', { consent: { status: 'revoked' } }],
    [
      'a consent that ended during a refresh',
      'consent_expired',
      { connection: failed('AispConsentExpired') },
    ],
    ['a connection that is turned off', 'connection_gone', { connection: { status: 'disabled' } }],
  ] as [string, string, { connection?: object; consent?: object }][])(
    '%s forbids reading: %s',
    (_name, code, { connection, consent }) => {
      expect(shown(connection, consent)).toMatchObject({ health: 'failing', failure: { code } })
    },
  )

  test('a running refresh is waited for, whatever an older success says', () => {
    const running = { last_attempt: { id: '86', finished: false } }
    expect(shown(running).health).toBe('waiting')
  })

  test('an institution that asks every time forbids unattended refreshes, and nothing failed', () => {
    const status = shown({ last_attempt: { ...attempt, automatic_fetch: false } })
    expect(status).toMatchObject({ health: 'ok', unattendedAllowed: false })
  })

  test('without a consent there is no end of one', () => {
    expect(shown({}, null).consentExpiresAt).toBeNull()
    expect(shown({}, { expires_at: null }).consentExpiresAt).toBeNull()
  })
})

describeWithReference('the documented samples', (folder) => {
  const sample = (name: string) =>
    parseExact(readFileSync(join(folder, 'specs/saltedge/samples-synthetic', name), 'utf8'))

  test.each([
    ['accounts.list.json', accountList],
    ['connection.active.json', oneConnection],
    ['connection.failed-invalid-credentials.json', oneConnection],
    ['connection.interactive-no-automatic-fetch.json', oneConnection],
    ['connection.waiting-interactive.json', oneConnection],
    ['connections.connect.response.json', connectPage],
    ['consents.list.json', consentList],
    ['customers.create.response.json', oneCustomer],
    ['error.cannot-be-refreshed.json', errorBody],
    ['callback.destroy.json', callbackBody],
    ['callback.failure.json', callbackBody],
    ['callback.notify.json', callbackBody],
    ['callback.success.json', callbackBody],
  ])('%s can be read', (name, schema) => {
    expect(schema.safeParse(sample(name)).error).toBeUndefined()
  })

  test.each(['page1', 'page2', 'pending', 'duplicated'])('lines of %s can be read', (name) => {
    const { data } = transactionList.parse(sample(`transactions.${name}.json`))
    for (const { resource, raw } of rowsOf(data))
      expect(toLine(resource, raw).lineKey).toMatch(/^saltedge:9\d{17}$/)
  })
})
