import fc from 'fast-check'
import Papa from 'papaparse'
import { expect, test } from 'vitest'
import { createRowReader } from '../../../statement-files/csv/row-reader.ts'

const rowsOf = (text: string, piece = 65_536, delimiter = ',') => {
  const rows: (string | number)[][] = []
  const reader = createRowReader(delimiter, {
    row: (cells, line) => rows.push([line, ...cells]),
    unclosed: (line) => rows.push([line, 'never closed']),
    tooLong: (line) => rows.push([line, 'too long']),
  })
  for (let at = 0; at < text.length; at += piece) reader.write(text.slice(at, at + piece))
  reader.end()
  return rows
}

test('delimiters, line ends and doubled marks inside quotation marks belong to the cell', () => {
  expect(rowsOf('a,"b,""c""\nd",e\nf,g,h')).toEqual([
    [1, 'a', 'b,"c"\nd', 'e'],
    [3, 'f', 'g', 'h'],
  ])
})

test('marks inside a cell that is not quoted, or not closed by them, are text', () => {
  expect(rowsOf('a,b "c" d,e\n"a "b" c",d\n')).toEqual([
    [1, 'a', 'b "c" d', 'e'],
    [2, 'a "b" c', 'd'],
  ])
})

test('blanks around quoted cells belong to nobody', () => {
  expect(rowsOf('a, "b, c" ,d\n')).toEqual([[1, 'a', 'b, c', 'd']])
})

test('lines end with LF, CRLF, a lone CR, or a mixture', () => {
  expect(rowsOf('a,b\r\nc,d\re,f\n"g",h\r\ni,j')).toEqual([
    [1, 'a', 'b'],
    [2, 'c', 'd'],
    [3, 'e', 'f'],
    [4, 'g', 'h'],
    [5, 'i', 'j'],
  ])
})

test('a mark that is never closed is told with the line it stands in', () => {
  expect(rowsOf('a,b\n"c,d\ne,f\n').at(-1)).toEqual([2, 'never closed'])
})

const piece = fc.constantFrom('a', ',', '"', '\n', '\r\n', '\r', ' ', '""', '"x"', ',"', '",')

test('pieces of any length give the same rows', () => {
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 20 }),
      fc.integer({ min: 1, max: 5 }),
      (parts, length) => {
        const text = parts.join('')
        expect(rowsOf(text, length)).toEqual(rowsOf(text))
      },
    ),
    { numRuns: 2_000 },
  )
})

test('what another program wrote is read as it was', () => {
  const cell = fc
    .array(fc.constantFrom('a', '"', ',', '\n', ' ', '€'), { maxLength: 6 })
    .map((parts) => parts.join(''))
  fc.assert(
    fc.property(
      fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 5 }),
      (rows) => {
        const text = `${Papa.unparse(rows, { newline: '\n' })}\n`
        expect(rowsOf(text, 7).map((row) => row.slice(1))).toEqual(rows)
      },
    ),
    { numRuns: 1_000 },
  )
})

/** Work grows with the text: so much of it takes minutes where it grows with the square. */
test('a cell full of marks and blanks is read in passing', () => {
  const marks = '"a'.repeat(400_000)
  expect(rowsOf(`"${marks}${' '.repeat(100_000)},x\n`, 65_536).at(-1)).toEqual([1, 'never closed'])
})
