import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseExact, writtenText } from '../../../activities/providers/exact-json.ts'
import { toInstitution, toLine, toStatus } from '../../../activities/providers/ponto/map.ts'
import * as schema from '../../../activities/providers/ponto/schema.ts'
import { ProviderError } from '../../../activities/providers/provider.ts'
import { describeWithReference } from '../support/reference.ts'

const timeZone = 'Europe/Brussels'

/** A booked line out of the JSON text of its attributes. */
const lineOf = (attributes: string, zone = timeZone) => {
  const resource = parseExact(`{"type":"transaction","id":"a1","attributes":${attributes}}`)
  const raw = writtenText(resource)
  return toLine(schema.transactionResource.parse(resource), { raw, timeZone: zone })
}

const dated = (executionDate: string | null, valueDate: string | null, zone?: string) =>
  lineOf(JSON.stringify({ amount: '1', currency: 'EUR', executionDate, valueDate }), zone)

const withAmount = (amount: string) =>
  lineOf(`{"amount":${amount},"currency":"EUR","executionDate":"2026-03-01"}`)

const failureOf = (act: () => unknown): unknown => {
  try {
    act()
  } catch (error) {
    if (error instanceof ProviderError) return error.failure
    throw error
  }
  return null
}

describe('amounts', () => {
  test.each([
    ['-12.50', '-12.50'],
    ['0.12345', '0.12345'],
    ['1e-2', '0.01'],
    ['1.5E3', '1500'],
    ['9007199254740993.01', '9007199254740993.01'],
    ['-12345678901234567890.12345', '-12345678901234567890.12345'],
    ['0.1', '0.1'],
  ])('%s on the wire is exactly %s', (wire, amount) => {
    expect(withAmount(wire).amount).toBe(amount)
  })

  test('the payload is kept with the digits it came with', () => {
    const { raw } = withAmount('9007199254740993.10')
    expect(raw).toContain('"amount":9007199254740993.10')
  })

  test('an amount that is none makes the answer unusable for this account only', () => {
    expect(failureOf(() => withAmount('1e99'))).toMatchObject({
      code: 'invalid_response',
      scope: 'account',
    })
  })

  test('an id written as a long number keeps every digit', () => {
    const resource = parseExact(
      '{"id":90071992547409931,"attributes":{"amount":1,"currency":"EUR","executionDate":"2026-03-01"}}',
    )
    const line = toLine(schema.transactionResource.parse(resource), { raw: '', timeZone })
    expect(line.lineKey).toBe('ponto:90071992547409931')
  })
})

describe('days', () => {
  test.each([
    ['2026-03-01', timeZone, '2026-03-01'],
    ['2026-03-01T00:00:00.000Z', timeZone, '2026-03-01'],
    ['2026-03-01T00:00:00Z', timeZone, '2026-03-01'],
    ['2026-03-01T23:00:00.000Z', timeZone, '2026-03-02'],
    ['2026-03-01T23:00:00Z', timeZone, '2026-03-02'],
    ['2026-07-01T22:00:00Z', timeZone, '2026-07-02'],
    ['2026-03-01T22:30:00Z', 'Europe/Helsinki', '2026-03-02'],
    ['2026-03-01T22:30:00Z', timeZone, '2026-03-01'],
    ['2026-03-01T00:00:00Z', 'Europe/Helsinki', '2026-03-01'],
  ])('%s in %s is the day %s', (text, zone, day) => {
    expect(dated(text, null, zone).bookedOn).toBe(day)
  })

  test('a line without an execution date is booked on its value date', () => {
    expect(dated(null, '2026-03-02T00:00:00Z')).toMatchObject({
      bookedOn: '2026-03-02',
      valueOn: '2026-03-02',
    })
  })

  test('a line without a value date has none', () => {
    expect(dated('2026-03-02', null)).not.toHaveProperty('valueOn')
  })

  test.each([null, 'yesterday', '2026-02-30', '2026-13-01T00:00:00Z'])(
    'a line dated %s and nothing else cannot be used',
    (text) => {
      expect(failureOf(() => dated(text, null))).toMatchObject({
        code: 'invalid_response',
        scope: 'account',
        reason: 'booking_date',
      })
    },
  )
})

describe('texts', () => {
  const textOf = (remittanceInformation: string, description: string | null = null) =>
    lineOf(
      JSON.stringify({
        amount: '1',
        currency: 'EUR',
        executionDate: '2026-03-01',
        remittanceInformation,
        description,
        counterpartName: ' \u202eJ. Peeters\u0000 ',
        counterpartReference: '',
      }),
    )

  test('HTML breaks, control characters and bidirectional marks become spaces; the payload keeps them', () => {
    const line = textOf('Naam: Peeters<br>Omschrijving: huur<BR/>\u0007maart')
    expect(line.text).toBe('Naam: Peeters Omschrijving: huur maart')
    expect(line.counterparty).toBe('J. Peeters')
    expect(line).not.toHaveProperty('counterpartyAccount')
    expect(line.raw).toContain('<br>')
  })

  test('an empty remittance text gives way to the description', () => {
    expect(textOf('  ', 'Kaartbetaling').text).toBe('Kaartbetaling')
  })
})

const account = (attributes: object, meta: object = {}) =>
  schema.accountResource.parse({
    id: 'acc-1',
    attributes: { currency: 'EUR', product: 'Zichtrekening', ...attributes },
    meta: { synchronizedAt: '2026-03-01T06:00:00Z', ...meta },
  })

const failed = (code: string) => ({
  latestSynchronization: { id: 's', attributes: { status: 'error', errors: [{ code }] } },
})

const failureIn = (attributes: object, meta?: object) =>
  toStatus([account(attributes, meta)]).accounts[0]?.failure?.code

describe('accounts', () => {
  test('the end of a consent is the earliest of the accounts', () => {
    const ends = ['2026-05-01T10:00:00+02:00', '2026-05-01T08:30:00Z', '2026-06-01']
    const status = toStatus(
      ends.map((authorizationExpirationExpectedAt) =>
        account({ authorizationExpirationExpectedAt }),
      ),
    )
    expect(status.consentExpiresAt).toBe('2026-05-01T08:00:00.000Z')
    expect(toStatus([account({})]).consentExpiresAt).toBeNull()
  })

  test('what keeps an account from working is told by its last synchronization and its state', () => {
    expect(failureIn({})).toBeUndefined()
    expect(failureIn({}, failed('authorizationInvalid'))).toBe('consent_expired')
    expect(failureIn({}, failed('whatever'))).toBe('institution_unavailable')
    expect(failureIn({}, { availability: 'readonly' })).toBe('institution_unavailable')
    expect(failureIn({}, { availability: 'newWord' })).toBeUndefined()
    expect(failureIn({ deprecated: true })).toBe('institution_unsupported')
  })

  test('a replaced institution outweighs a consent that ended, and that outweighs a maintenance', () => {
    const both = { ...failed('authorizationInvalid'), availability: 'readonly' }
    expect(failureIn({}, both)).toBe('consent_expired')
    expect(failureIn({ deprecated: true }, both)).toBe('institution_unsupported')
  })

  test('a balance without a day of its own is that of the last synchronization', () => {
    const number = parseExact('10.10')
    const [shown] = toStatus([account({ currentBalance: number })]).accounts
    expect(shown?.balances).toEqual([
      { kind: 'booked', amount: '10.10', currency: 'EUR', asOf: '2026-03-01T06:00:00.000Z' },
    ])
  })

  test('the number of a card is shown only where it is masked', () => {
    const shown = (referenceType: string) =>
      toStatus([account({ referenceType, reference: '5412 7512 3456 7890' })]).accounts[0]?.number
    expect(shown('PAN')).toBeUndefined()
    expect(shown('MASKEDPAN')).toBe('5412 7512 3456 7890')
  })
})

describe('institutions', () => {
  const statusAt = (attributes: object) =>
    toInstitution(
      schema.oneInstitution.parse({ data: { id: 'i', attributes: { name: 'B', ...attributes } } })
        .data,
      Date.parse('2026-03-01T12:00:00Z'),
    ).status

  test('a maintenance counts while it lasts', () => {
    const [before, after] = ['2026-03-01T10:00:00Z', '2026-03-01T14:00:00Z']
    expect(statusAt({ maintenanceFrom: before, maintenanceTo: after })).toBe('maintenance')
    expect(statusAt({ maintenanceFrom: before })).toBe('maintenance')
    expect(statusAt({ maintenanceFrom: after })).toBe('available')
    expect(statusAt({ maintenanceFrom: before, maintenanceTo: before })).toBe('available')
    expect(statusAt({ deprecated: true })).toBe('withdrawn')
  })
})

describeWithReference('recorded answers', (folder) => {
  const read = (name: string) =>
    parseExact(readFileSync(join(folder, `specs/ponto/ibanity-java-fixtures/${name}.json`), 'utf8'))

  test.each([
    ['accounts', schema.accountList],
    ['account', schema.oneAccount],
    ['transactions', schema.transactionList],
    ['financial_institutions', schema.institutionList],
    ['financial_institution', schema.oneInstitution],
    ['synchronization', schema.synchronization],
    ['synchronization_with_json_error', schema.synchronization],
    ['userinfo', schema.userInfo],
    ['create_onboarding_details', schema.onboarding],
    ['create_reauthorization_request', schema.reauthorization],
    ['create_access_token', schema.tokens],
    ['jwks', schema.jwks],
  ])('%s has the shape that is read', (name, shape) => {
    const parsed = shape.safeParse(read(name))
    expect(parsed.error).toBeUndefined()
  })

  test('every recorded line becomes a line with its exact amount', () => {
    for (const name of ['transactions', 'updated-transactions'])
      for (const resource of schema.transactionList.parse(read(name)).data) {
        const line = toLine(schema.transactionResource.parse(resource), {
          raw: writtenText(resource),
          timeZone,
        })
        expect(line.raw).toContain(`"amount":${line.amount}`)
        expect(line.bookedOn).toMatch(/^\d{4}-\d{2}-\d{2}$/)
        expect(line.text).not.toBe('')
      }
  })

  test('a recorded account whose authorization is invalid asks for a new consent', () => {
    const [resource] = schema.accountList.parse(read('accounts_with_sync_errors')).data
    expect(toStatus([resource!]).accounts[0]?.failure).toMatchObject({
      code: 'consent_expired',
      providerCode: 'authorizationInvalid',
    })
  })
})
