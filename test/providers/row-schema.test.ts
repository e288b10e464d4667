import { describe, expect, test } from 'vitest'
import { parseExact } from '../../activities/providers/exact-json.ts'
import { transaction as saltedgeRow } from '../../activities/providers/saltedge/schema.ts'
import { transaction as yodleeRow } from '../../activities/providers/yodlee/schema.ts'

const yodlee = {
  CONTAINER: 'bank',
  id: 1,
  amount: { amount: 2, currency: 'EUR' },
  baseType: 'DEBIT',
}
const saltedge = { id: '1', made_on: '2026-01-02', amount: 2, currency_code: 'EUR' }

const schemas = { yodlee: yodleeRow, saltedge: saltedgeRow }
const placeIn = (name: keyof typeof schemas, row: unknown): string | undefined => {
  const result = schemas[name].safeParse(parseExact(JSON.stringify(row)))
  return result.error?.issues.map(({ path }) => path.join('.')).join()
}

describe('rows that are checked by hand', () => {
  test('a row with what it must have fits, whatever else is missing, null or new', () => {
    expect(placeIn('yodlee', { ...yodlee, news: [1] })).toBeUndefined()
    expect(placeIn('saltedge', { ...saltedge, news: [1] })).toBeUndefined()
    const nothing = { description: null, merchant: null, status: null, memo: null }
    expect(placeIn('yodlee', { ...yodlee, ...nothing })).toBeUndefined()
    expect(placeIn('saltedge', { ...saltedge, extra: null, duplicated: null })).toBeUndefined()
  })

  test.each([
    ['yodlee', { ...yodlee, CONTAINER: 7 }, 'CONTAINER'],
    ['yodlee', { ...yodlee, CONTAINER: '' }, 'CONTAINER'],
    ['yodlee', { ...yodlee, id: '' }, 'id'],
    ['yodlee', { ...yodlee, id: 'x'.repeat(101) }, 'id'],
    ['yodlee', { ...yodlee, amount: 2.5 }, 'amount'],
    ['yodlee', { ...yodlee, amount: { amount: null, currency: 'EUR' } }, 'amount.amount'],
    ['yodlee', { ...yodlee, amount: { amount: 2 } }, 'amount.currency'],
    ['yodlee', { ...yodlee, status: 7 }, 'status'],
    ['yodlee', { ...yodlee, description: 'text' }, 'description'],
    ['yodlee', { ...yodlee, description: { original: 7 } }, 'description.original'],
    ['yodlee', { ...yodlee, merchant: { name: [] } }, 'merchant.name'],
    ['saltedge', { ...saltedge, made_on: null }, 'made_on'],
    ['saltedge', { ...saltedge, duplicated: 'false' }, 'duplicated'],
    ['saltedge', { ...saltedge, amount: {} }, 'amount'],
    ['saltedge', { ...saltedge, extra: [] }, 'extra'],
    ['saltedge', { ...saltedge, extra: { payee: 7 } }, 'extra.payee'],
    ['saltedge', 'a text', ''],
    ['saltedge', null, ''],
  ] as const)('in %s, what does not fit is told by its place: %j', (name, row, place) => {
    expect(placeIn(name, row)).toBe(place)
  })

  test('a number that no float holds is a number, and no object with members', () => {
    const row = '{"CONTAINER":"bank","id":90071992547409931234,"amount":12.50,"baseType":"DEBIT"}'
    const result = yodleeRow.safeParse(parseExact(row))
    expect(result.error?.issues[0]?.path).toEqual(['amount'])
  })
})
