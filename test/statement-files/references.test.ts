import { describe, expect, test } from 'vitest'
import { ibanOf, ibanOfBelgian, isIban, remainder97 } from '../../domain/iban.ts'
import {
  belgianReference,
  belgianReferenceIn,
  structuredReference,
} from '../../statement-files/structured-reference.ts'

describe('account numbers', () => {
  test('an IBAN is written in capitals without blanks', () => {
    expect(ibanOf('be68 5390 0754 7034')).toBe('BE68539007547034')
    expect(ibanOf('BE68-5390-0754-7034')).toBe('BE68539007547034')
    expect(ibanOf('GB82 WEST 1234 5698 7654 32')).toBe('GB82WEST12345698765432')
  })

  test('wrong check digits, lengths and signs make no IBAN', () => {
    for (const text of [
      'BE69539007547034',
      'BE68539007547043',
      'BE68 5390',
      '68539007547034BE',
      'BE685390075470é4',
      '',
      'A'.repeat(40),
    ])
      expect(ibanOf(text)).toBeNull()
  })

  test('changing one digit of an IBAN is always seen', () => {
    const iban = 'BE68539007547034'
    for (let index = 2; index < iban.length; index += 1)
      for (let digit = 0; digit < 10; digit += 1) {
        const changed = iban.slice(0, index) + String(digit) + iban.slice(index + 1)
        expect(isIban(changed)).toBe(changed === iban)
      }
  })

  test('a Belgian number of twelve digits becomes its IBAN', () => {
    expect(ibanOfBelgian('539007547034')).toBe('BE68539007547034')
    expect(ibanOfBelgian('363123456788')).toMatch(/^BE\d{2}363123456788$/)
    expect(isIban(ibanOfBelgian('363123456788') ?? '')).toBe(true)
  })

  test('a Belgian number whose remainder is zero has 97 as its check', () => {
    expect(isIban(ibanOfBelgian('000000009797') ?? '')).toBe(true)
    expect(ibanOfBelgian('000000009700')).toBeNull()
  })

  test('a Belgian number with wrong check digits stays what it is', () => {
    expect(ibanOfBelgian('539007547035')).toBeNull()
    expect(ibanOfBelgian('53900754703')).toBeNull()
    expect(ibanOfBelgian('53900754703a')).toBeNull()
  })

  test('the remainder by 97 is that of the whole number', () => {
    const digits = '98765432109876543210'
    expect(remainder97(digits)).toBe(Number(BigInt(digits) % 97n))
  })
})

describe('structured references', () => {
  test('a Belgian reference is known by its check digits, with and without its marks', () => {
    for (const text of [
      '+++240/2838/42818+++',
      '***240/2838/42818***',
      '240283842818',
      ' 240/2838/42818 ',
    ])
      expect(structuredReference(text)).toEqual({ value: '240283842818', type: 'belgian' })
  })

  test('a remainder of zero is written as 97', () => {
    const ten = '0000000097'
    expect(BigInt(ten) % 97n).toBe(0n)
    expect(belgianReference(`${ten}97`)).toBe(`${ten}97`)
    expect(belgianReference(`${ten}00`)).toBeNull()
  })

  test('wrong check digits leave free text', () => {
    expect(structuredReference('+++240/2838/42819+++')).toBeNull()
    expect(belgianReferenceIn('invoice +++240/2838/42819+++')).toBeNull()
  })

  test('zeros are no reference', () => {
    expect(structuredReference('000000000097')).toBeNull()
    expect(structuredReference('0'.repeat(12))).toBeNull()
    expect(structuredReference('0'.repeat(27))).toBeNull()
  })

  test('a Belgian reference is found between its marks within a text', () => {
    expect(belgianReferenceIn('Invoice 12 +++240/2838/42818+++ thanks')).toBe('240283842818')
    expect(belgianReferenceIn('Invoice ***240283842818*** thanks')).toBe('240283842818')
    expect(belgianReferenceIn('+++ 240 / 2838 / 42818 +++')).toBe('240283842818')
    expect(belgianReferenceIn('call 240283842818')).toBeNull()
  })

  test('a creditor reference of ISO 11649 is known, with blanks too', () => {
    expect(structuredReference('RF18 5390 0754 7034')).toEqual({
      value: 'RF18539007547034',
      type: 'rf',
    })
    expect(structuredReference('rf18539007547034')?.type).toBe('rf')
    expect(structuredReference('RF19539007547034')).toBeNull()
  })

  test('a Swiss QR reference is known by its last digit', () => {
    expect(structuredReference('21 00000 00003 13947 14300 09017')).toEqual({
      value: '210000000003139471430009017',
      type: 'qrr',
    })
    expect(structuredReference('210000000003139471430009016')).toBeNull()
  })
})
