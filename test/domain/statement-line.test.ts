import { describe, expect, test } from 'vitest'
import type { Line } from '../../domain/statement-line.ts'
import { contentOf, fingerprintOf, isCorrection } from '../../domain/statement-line.ts'

const aLine = (line: Partial<Line> = {}): Line => ({
  lineKey: 'ponto:1',
  amount: '-12.50',
  currency: 'EUR',
  bookedOn: '2026-11-20',
  text: 'Koffie Central',
  counterpartyAccount: 'BE71096123456769',
  raw: '{}',
  ...line,
})

describe('the fingerprint of a line', () => {
  const fingerprint = fingerprintOf(aLine())

  test.each([
    ['another key of the provider', { lineKey: 'ponto:2' }],
    ['another payload', { raw: '{"a":1}' }],
    ['zeros behind the amount', { amount: '-12.5000' }],
    ['capitals and spaces in the text', { text: '  KOFFIE   central ' }],
    ['spaces in the account number', { counterpartyAccount: 'be71 0961 2345 6769' }],
    ['another value date', { valueOn: '2026-11-22' }],
    ['another name of the counterparty', { counterparty: 'Central NV' }],
  ])('stays the same with %s', (_what, change) => {
    expect(fingerprintOf(aLine(change))).toBe(fingerprint)
  })

  test.each([
    ['day', { bookedOn: '2026-11-21' }],
    ['amount', { amount: '-12.51' }],
    ['sign', { amount: '12.50' }],
    ['power of ten', { amount: '-125' }],
    ['currency', { currency: 'USD' }],
    ['counterparty account', { counterpartyAccount: 'BE02000000000001' }],
    ['text', { text: 'Koffie Noord' }],
  ])('differs with another %s', (_what, change) => {
    expect(fingerprintOf(aLine(change))).not.toBe(fingerprint)
  })

  test('does not take a whole amount for its tenth', () => {
    expect(fingerprintOf(aLine({ amount: '100' }))).not.toBe(fingerprintOf(aLine({ amount: '1' })))
    expect(fingerprintOf(aLine({ amount: '100' }))).toBe(fingerprintOf(aLine({ amount: '100.00' })))
  })

  test('names its version', () => {
    expect(fingerprint.split('\u001f')[0]).toBe('f1')
  })
})

describe('the content of a line', () => {
  test.each([
    ['value date', { valueOn: '2026-11-22' }],
    ['counterparty', { counterparty: 'Central NV' }],
    ['reference', { reference: '+++090/9337/55493+++' }],
    ['spelling of the text', { text: 'KOFFIE CENTRAL' }],
  ])('differs with another %s, so that a correction is seen', (_what, change) => {
    expect(contentOf(aLine(change))).not.toBe(contentOf(aLine()))
  })

  test('stays the same where only the payload differs', () => {
    expect(contentOf(aLine({ raw: '{"page":2}', lineKey: 'ponto:9' }))).toBe(contentOf(aLine()))
  })
})

describe('a stored key that comes back with another content', () => {
  test('is a correction while day, amount or text is the same', () => {
    const stored = aLine()
    expect(isCorrection(stored, aLine({ amount: '-13.00', text: 'x' }))).toBe(true)
    expect(isCorrection(stored, aLine({ bookedOn: '2026-11-25', text: 'x' }))).toBe(true)
    expect(isCorrection(stored, aLine({ bookedOn: '2026-11-25', amount: '-1.00' }))).toBe(true)
  })

  test('is another line where nothing of the first is left', () => {
    const other = aLine({ bookedOn: '2026-11-25', amount: '-1.00', text: 'Brood' })
    expect(isCorrection(aLine(), other)).toBe(false)
    const silent = aLine({ bookedOn: '2026-11-25', amount: '-1.00', text: ' ' })
    expect(isCorrection(aLine({ text: '' }), silent)).toBe(false)
  })
})
