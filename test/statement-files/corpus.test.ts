import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { parseStatementFile } from '../../statement-files/collect.ts'
import { formats } from '../../statement-files/detect.ts'
import { hasReference, referenceFolder } from '../sandbox/reference.ts'
import { compareFile, listProblems, type Comparison } from './corpus/compare.ts'
import { listExpected, type Expected } from './corpus/expected.ts'
import { deviations, places, verdicts } from './corpus/verdicts.ts'

const today = '2026-06-30'
const isPresent = hasReference('the samples of statement files')
const samples = join(referenceFolder, 'samples')
const expected = isPresent ? listExpected(samples) : new Map<string, Expected[]>()

const parsedOf = (file: string) =>
  parseStatementFile(readFileSync(join(samples, file)), { today, name: file })

const isAllowed = ({ row, differences }: Comparison): boolean =>
  differences.every((cell) => deviations[row.file]?.cells.includes(cell) === true)

const seen: Comparison[] = []
const verdictsSeen: { file: string; isRight: boolean }[] = []

/** Names of files, cells and codes only: what stands in the files is nobody's business. */
const scoreOf = (format: string): string => {
  const ofFormat = seen.filter(({ row }) => row.format === format)
  const same = ofFormat.filter(({ differences }) => differences.length === 0).length
  const allowed = ofFormat.filter((each) => each.differences.length > 0 && isAllowed(each)).length
  const judged = verdictsSeen.filter(({ file }) => file.startsWith(`${format}/`))
  const right = judged.filter(({ isRight }) => isRight).length
  return `${format.padEnd(8)} ${same}/${ofFormat.length} rows agree, ${allowed} differ by rule; ${right}/${judged.length} problems as wanted`
}

describe.skipIf(!isPresent)('samples of statement files', () => {
  afterAll(() => {
    console.log(['', 'Samples of statement files', ...formats.map(scoreOf), ''].join('\n'))
  })

  test.each([...expected.keys()])('%s says what its table says', (file) => {
    const comparisons = compareFile(expected.get(file) ?? [], parsedOf(file))
    seen.push(...comparisons)
    const wrong = comparisons.filter((each) => !isAllowed(each))
    expect(wrong.map(({ row, differences }) => `${row.file}: ${differences.join(', ')}`)).toEqual(
      [],
    )
  })

  test.each(Object.keys(verdicts))('%s has the problem it must have', (file) => {
    const codes = listProblems(parsedOf(file)).map(({ code }) => code)
    const isRight = verdicts[file]?.some((code) => codes.includes(code)) === true
    verdictsSeen.push({ file, isRight })
    expect({ isRight, codes }).toMatchObject({ isRight: true })
  })

  test.each(Object.keys(places))('%s is told with its place and what stands there', (file) => {
    const told = listProblems(parsedOf(file))
    const [wanted] = told.filter(({ code }) => code === places[file]?.code)
    expect(wanted).toMatchObject(places[file] ?? {})
  })

  test.each(['account_statement-3', 'BE68793230773034-202412'])(
    '%s says the same in CODA and in CAMT',
    (name) => {
      const daysAndAmounts = (file: string) =>
        parsedOf(file).statements.map(({ lines, checkpoints }) => ({
          lines: lines.map(({ bookedOn, amount }) => `${bookedOn} ${amount}`),
          balances: checkpoints.map(({ kind, amount }) => `${kind} ${amount}`),
        }))
      const [coda] = daysAndAmounts(`coda/derived_subite__${name}.cod`)
      const [camt] = daysAndAmounts(`camt053/subite__${name}.xml`)
      expect(coda?.lines.length).toBeGreaterThan(200)
      expect({ isSame: JSON.stringify(coda) === JSON.stringify(camt) }).toEqual({ isSame: true })
    },
  )

  test('a deviation that is none any more leaves the list', () => {
    for (const [file, { cells }] of Object.entries(deviations)) {
      const differing = compareFile(expected.get(file) ?? [], parsedOf(file))
      const found = new Set(differing.flatMap(({ differences }) => differences))
      expect([file, ...cells.filter((cell) => !found.has(cell))]).toEqual([file])
    }
  })
})
