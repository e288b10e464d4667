import { describe, expect, test } from 'vitest'
import { brokenPromise, isAccepted, listProblems } from '../../scripts/fuzz/promises.ts'
import type { ParsedFile } from '../../statement-files/collect.ts'
import { formats, type Format } from '../../statement-files/detect.ts'
import { isImportable } from '../../statement-files/problem.ts'
import { zip } from './archive/zip.ts'
import { eachFormat, parse, proofs, samples } from './hostile/samples.ts'

/** What an import would take over of a file: its accepted statements with their amounts. */
const acceptedAmounts = (file: ParsedFile): string[] =>
  file.statements
    .filter((statement) => isAccepted(file, statement))
    .flatMap(({ lines }) => lines.map(({ amount }) => amount))

/** Lines that would be lost or changed without a word: what is accepted is all there was, or the file says what is not. */
const silentLoss = (file: ParsedFile, whole: readonly string[]): string[] | null => {
  const accepted = acceptedAmounts(file)
  const left = [...whole]
  for (const amount of accepted) {
    const at = left.indexOf(amount)
    if (at < 0) return accepted
    left.splice(at, 1)
  }
  // whoever imports nothing sees that there was nothing
  const isWhole = left.length === 0 || accepted.length === 0
  return isWhole || !isImportable(listProblems(file)) ? null : accepted
}

const original = (format: Format): string[] => acceptedAmounts(parse(samples[format]))

/** Other values for a byte: flipped bits, ends of the range, the next digit, signs that mean something. */
const otherValues = (byte: number): number[] => {
  const isDigit = byte >= 0x30 && byte <= 0x39
  const values = [0, 255, 0x20, 0x0a, 0x22, 0x2d, 0x3b, 0x3c, byte ^ 1, byte ^ 4, byte ^ 0x20]
  if (isDigit) values.push(0x30 + ((byte - 0x30 + 1) % 10), 0x30 + ((byte - 0x30 + 9) % 10))
  return [...new Set(values)].filter((value) => value !== byte)
}

const withByte = (bytes: Buffer, at: number, value: number): Buffer => {
  const changed = Buffer.from(bytes)
  changed[at] = value
  return changed
}

/** Every file that one changed byte makes. */
function* changedFiles(
  bytes: Buffer,
  valuesFor: (byte: number) => readonly number[] = otherValues,
): Generator<{ at: number; value: number; changed: Buffer }> {
  for (const [at, byte] of bytes.entries())
    for (const value of valuesFor(byte)) yield { at, value, changed: withByte(bytes, at, value) }
}

describe('the samples themselves', () => {
  test.each(eachFormat)('the sample of $format is accepted with its lines', ({ format, bytes }) => {
    const file = parse(bytes)
    expect(file.format).toBe(format)
    expect(brokenPromise(file)).toBeNull()
    expect(acceptedAmounts(file)).not.toEqual([])
  })
})

describe('a file that is cut anywhere', () => {
  test.each(eachFormat)('$format keeps every promise', ({ bytes }) => {
    for (let length = 0; length < bytes.length; length += 1)
      expect([length, brokenPromise(parse(bytes.subarray(0, length)))]).toEqual([length, null])
  })

  // the others have no end and no total: what is missing cannot be seen
  test.each(formats.filter((format) => proofs[format].hasEnd))(
    '%s is never taken over in part',
    (format) => {
      const whole = original(format)
      for (let length = 0; length < samples[format].length; length += 1) {
        const accepted = acceptedAmounts(parse(samples[format].subarray(0, length)))
        expect([length, accepted]).toEqual([length, accepted.length === 0 ? [] : whole])
      }
    },
  )

  test('csv with balances never has an amount that was cut', () => {
    const whole = original('csv')
    for (let length = 0; length < samples.csv.length; length += 1) {
      const amounts = acceptedAmounts(parse(samples.csv.subarray(0, length)))
      expect([length, amounts]).toEqual([length, whole.slice(0, amounts.length)])
    }
  })
})

/** Of a CSV file, no balance stands before the oldest amount, and none behind the newest row, that could prove them. */
const isUnproven = (format: Format, at: number): boolean => {
  const oldest = samples.csv.indexOf('-3,40')
  const newest = samples.csv.lastIndexOf('BE68539007547034')
  return format === 'csv' && ((at >= oldest && at < oldest + '-3,40'.length) || at >= newest)
}

describe('a file of which one byte was changed', () => {
  test.each(eachFormat)(
    '$format keeps every promise, and is refused where it carries a check and its amounts would be others',
    ({ format, bytes }) => {
      const whole = original(format)
      for (const { at, value, changed } of changedFiles(bytes)) {
        const file = parse(changed)
        // where there is no check, another digit is another amount
        const isProven = proofs[format].part !== null && !isUnproven(format, at)
        const lost = isProven ? silentLoss(file, whole) : null
        expect([at, value, brokenPromise(file), lost]).toEqual([at, value, null, null])
      }
    },
  )
})

const eachProven = formats.flatMap((format) => {
  const { part } = proofs[format]
  return part === null ? [] : [{ format, pattern: part }]
})

describe('a file of which a part is missing, stands twice or stands elsewhere', () => {
  test.each(eachProven)('$format is refused', ({ format, pattern }) => {
    const whole = original(format)
    const text = samples[format].toString('latin1')
    const parts = [...text.matchAll(pattern)].map(({ 0: part, index }) => ({ part, index }))
    expect(parts.length).toBeGreaterThan(3)
    // the header, the oldest and the newest row of a CSV file have nothing before or behind them that proves them
    for (const { part, index } of format === 'csv' ? parts.slice(2, -1) : parts) {
      const [before, after] = [text.slice(0, index), text.slice(index + part.length)]
      for (const changed of [before + after, before + part + part + after, before + after + part])
        expect([index, silentLoss(parse(Buffer.from(changed, 'latin1')), whole)]).toEqual([
          index,
          null,
        ])
    }
  })
})

describe('an archive that was changed or cut', () => {
  const archive = zip([
    { name: 'one.cod', content: samples.coda },
    { name: 'two.xml', content: samples.camt053 },
    { name: 'three.ofx', content: samples.ofx, isStored: true },
  ])
  const whole = acceptedAmounts(parse(archive))

  test('is read as a whole or not at all, whichever byte is another', () => {
    expect(whole).toHaveLength(5)
    for (const { at, value, changed } of changedFiles(archive, (byte) => [byte ^ 1, byte ^ 0xff])) {
      const file = parse(changed)
      expect([at, value, brokenPromise(file)]).toEqual([at, value, null])
      const accepted = acceptedAmounts(file)
      expect([at, value, accepted]).toEqual([at, value, accepted.length === 0 ? [] : whole])
    }
  })

  test('is not read at all where its end is missing', () => {
    for (let length = 0; length < archive.length; length += 1)
      expect([length, acceptedAmounts(parse(archive.subarray(0, length)))]).toEqual([length, []])
  })
})
