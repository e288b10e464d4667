import { expect, test } from 'vitest'
import { createAmountVote, readAmount } from '../../../statement-files/inference/decimal-sign.ts'

const verdictOf = (...texts: readonly string[]) => {
  const vote = createAmountVote()
  for (const text of texts) vote.see(text)
  return vote.verdict()
}

test.each([
  ['1234.56', '1234.56'],
  ['-1234.56', '-1234.56'],
  ['+5', '5'],
  ['007.50', '7.50'],
  ['.50', '0.50'],
  ['-.50', '-0.50'],
  ['5.', '5'],
  ['-0.00', '0.00'],
  ['1,234.56', '1234.56'],
  ['-1,234,567.89', '-1234567.89'],
  ['1 234.56', '1234.56'],
  ['1\u00a0234\u00a0567.8', '1234567.8'],
  ['1\u2009234.56', '1234.56'],
  ['1\u202f234.56', '1234.56'],
  ["1'234.56", '1234.56'],
  ['1’234.56', '1234.56'],
  ['1,00,000.00', '100000.00'],
  ['\u221212.30', '-12.30'],
  ['12.30-', '-12.30'],
  ['12.30 -', '-12.30'],
  ['(12.30)', '-12.30'],
  ['($12.30)', '-12.30'],
  ['12.30 CR', '12.30'],
  ['12.30DR', '-12.30'],
  ['Cr 12.30', '12.30'],
  ['-$5', '-5'],
  ['$-5', '-5'],
  ['€ 12.30', '12.30'],
  ['12.30 EUR', '12.30'],
  ['eur -12.30', '-12.30'],
  ['kr. 12.30', '12.30'],
  ['US$12.30', '12.30'],
  ['12.12345678901234567890', '12.12345678901234567890'],
  ['98765432109876543210.99', '98765432109876543210.99'],
])('an amount can be written as %s', (text, amount) => {
  expect(readAmount(text, '.')).toBe(amount)
})

test('with a decimal comma, points group', () => {
  expect(readAmount('1.234,56', ',')).toBe('1234.56')
  expect(readAmount('-1.234', ',')).toBe('-1234')
  expect(readAmount('12,30-', ',')).toBe('-12.30')
  expect(readAmount('1 234 567,8 €', ',')).toBe('1234567.8')
  expect(readAmount('0,05', ',')).toBe('0.05')
})

test.each([
  '12..34',
  '1,2,3',
  '12,50',
  '1,2345',
  ',234',
  '1234,567',
  '1.234.567',
  '1.234,56',
  "1 234'567",
  '1,00,00',
  '1,000,00,000',
  '--5',
  '-5-',
  '-(5)',
  '(5',
  '5)',
  ')5(',
  '-5 DR',
  '1e5',
  '12.30 XQZ',
  '12 apples',
  '12/30',
  '-',
  '',
  '€',
  '1'.repeat(100),
])('what is no amount is not read as one: %s', (text) => {
  expect(readAmount(text, '.')).toBeNull()
})

test.each([
  [['1,234.56'], '.'],
  [['1.234,56'], ','],
  [['12,5'], ','],
  [['-12.50'], '.'],
  [['12.3456'], '.'],
  [['1,234,567'], '.'],
  [['1.234.567'], ','],
  [['0.123'], '.'],
  [['1 234,567'], ','],
  [['12345.678'], '.'],
  [['1.234', '5,67'], ','],
  [['1,234', '5.67', '€ 8.10-'], '.'],
  [['100', '$1,234.50'], '.'],
])('%s show the decimal sign %s', (texts, sign) => {
  expect(verdictOf(...texts)).toEqual({ kind: 'sign', sign })
})

test('three digits behind every sign stay a question with an example', () => {
  expect(verdictOf('100', '-1.234', '2.000')).toEqual({ kind: 'ambiguous', text: '-1.234' })
})

test('whole amounts need no sign', () => {
  expect(verdictOf('100', '-5', '', 'Total', '1 000', '12..34', '1,2,3')).toEqual({ kind: 'none' })
})
