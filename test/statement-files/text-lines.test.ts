import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { limits } from '../../statement-files/limits.ts'
import { createLineReader } from '../../statement-files/text-lines.ts'

const read = (pieces: readonly string[]) => {
  const lines: string[] = []
  const numbers: number[] = []
  const tooLong: number[] = []
  const reader = createLineReader(
    (text, number) => {
      lines.push(text)
      numbers.push(number)
    },
    (number) => void tooLong.push(number),
  )
  for (const piece of pieces) reader.write(piece)
  reader.end()
  return { lines, numbers, tooLong }
}

/** Cuts a text at the given places. */
const cutAt = (text: string, places: readonly number[]): string[] => {
  const cuts = [0, ...places.map((place) => place % (text.length + 1)), text.length]
  const sorted = cuts.toSorted((one, other) => one - other)
  return sorted.slice(1).map((end, index) => text.slice(sorted[index], end))
}

describe('lines of a text that arrives in pieces', () => {
  test('LF, CRLF, a lone CR and mixtures end a line', () => {
    expect(read(['a\nb\r\nc\rd\n\re\r\r\nf']).lines).toEqual(['a', 'b', 'c', 'd', '', 'e', '', 'f'])
  })

  test('the last line needs no end, and an end makes no further line', () => {
    expect(read(['a\nb']).lines).toEqual(['a', 'b'])
    expect(read(['a\nb\n']).lines).toEqual(['a', 'b'])
    expect(read(['a\nb\n\n']).lines).toEqual(['a', 'b', ''])
    expect(read(['']).lines).toEqual([])
    expect(read(['\r', '']).lines).toEqual([''])
  })

  test('lines are numbered from 1, empty ones included', () => {
    expect(read(['a\n\nb']).numbers).toEqual([1, 2, 3])
  })

  test('the lines do not depend on where the pieces are cut', () => {
    const texts = fc
      .array(fc.constantFrom('a', 'bc', '\n', '\r', '\r\n', ' '), { maxLength: 40 })
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(texts, fc.array(fc.nat(), { maxLength: 10 }), (text, places) => {
        expect(read(cutAt(text, places))).toEqual(read([text]))
      }),
    )
  })

  test('a line as long as the limit is read, a longer one stops the reading and is told by its number', () => {
    const long = 'x'.repeat(limits.lineLength)
    expect(read([`a\n${long}\nb`])).toMatchObject({ numbers: [1, 2, 3], tooLong: [] })
    expect(read([`a\n${long}x\nb`])).toMatchObject({ lines: ['a'], tooLong: [2] })
    expect(read([`a\n${long}`, 'x', 'yz\nb\n'])).toMatchObject({ lines: ['a'], tooLong: [2] })
  })
})
