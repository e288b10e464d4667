import fc from 'fast-check'
import { expect, test } from 'vitest'
import { toReference } from '../../domain/reference.ts'

const fiveBytes = fc.uint8Array({ minLength: 5, maxLength: 5 })

test('a reference can be read out: no letter that looks like a digit', () => {
  fc.assert(
    fc.property(fiveBytes, (bytes) => {
      expect(toReference(bytes)).toMatch(/^BS-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/)
    }),
  )
})

test('different bytes make different references', () => {
  fc.assert(
    fc.property(fiveBytes, fiveBytes, (one, other) => {
      expect(toReference(one) === toReference(other)).toBe(one.join() === other.join())
    }),
  )
  expect(toReference(new Uint8Array(5))).toBe('BS-0000-0000')
  expect(toReference(new Uint8Array(5).fill(255))).toBe('BS-ZZZZ-ZZZZ')
  expect(toReference(new Uint8Array([0, 0, 0, 0, 33]))).toBe('BS-0000-0011')
})

test('a reference is made of exactly five bytes', () => {
  expect(() => toReference(new Uint8Array(4))).toThrow(RangeError)
  expect(() => toReference(new Uint8Array(6))).toThrow(RangeError)
})
