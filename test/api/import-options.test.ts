import { expect, test } from 'vitest'
import { correctionsSchema } from '../../api/imports/options-shape.ts'
import { encodings } from '../../domain/encodings.ts'

test('every encoding in which files are read may be the answer to a question, and nothing else', () => {
  for (const encoding of encodings)
    expect([encoding, correctionsSchema.safeParse({ encoding }).success]).toEqual([encoding, true])
  for (const encoding of ['hex', 'base64', 'nonsense', ''])
    expect(correctionsSchema.safeParse({ encoding }).success).toBe(false)
})
