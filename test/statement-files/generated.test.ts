import { expect, test } from 'vitest'
import { bytesOf } from '../../bench/statement-files/generate.ts'
import { isAccepted, listProblems } from '../../scripts/fuzz/promises.ts'
import { parseStatementFile } from '../../statement-files/collect.ts'
import { formats } from '../../statement-files/detect.ts'

test.for(formats)('a generated file of %s is accepted with every line', (format) => {
  const file = parseStatementFile(bytesOf(format, 500), { today: '2027-01-02' })
  expect(file.format).toBe(format)
  expect(listProblems(file)).toEqual([])
  expect(file.statements.every((statement) => isAccepted(file, statement))).toBe(true)
  expect(file.statements.reduce((sum, { lineCount }) => sum + lineCount, 0)).toBe(500)
})

test.for(formats)('a generated file of %s is the same again', (format) => {
  expect(bytesOf(format, 20).equals(bytesOf(format, 20))).toBe(true)
})

test('a generated CODA file has 128 bytes in every record, accents included', () => {
  const records = bytesOf('coda', 500).toString('latin1').split('\r\n')
  expect(records.pop()).toBe('')
  expect(new Set(records.map(({ length }) => length))).toEqual(new Set([128]))
  expect(records.join('')).toContain('Café')
})

test('a generated OFX file is written in the character set its header names', () => {
  const text = bytesOf('ofx', 500).toString('latin1')
  expect(text).toContain('CHARSET:1252')
  expect(text).toContain('Café')
})
