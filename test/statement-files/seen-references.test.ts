import { describe, expect, test } from 'vitest'
import { SeenReferences } from '../../statement-files/seen-references.ts'

const seenTwice = (references: readonly string[]): string[] => {
  const seen = new SeenReferences()
  return references.filter((reference) => !seen.add(reference))
}

const counted = Array.from({ length: 1_000 }, (_, index) => `T${10_000 + index}`)

describe('a reference that comes back', () => {
  test.each([
    { course: 'rising', references: counted },
    { course: 'falling', references: counted.toReversed() },
    { course: 'mixed', references: [...counted.slice(500), ...counted.slice(0, 500)] },
  ])('is none among $course references that differ', ({ references }) => {
    expect(seenTwice(references)).toEqual([])
  })

  test.each([
    { where: 'right behind the first', at: 1 },
    { where: 'in the middle', at: 500 },
    { where: 'at the end', at: 1_000 },
  ])('is told $where, however the references run', ({ at }) => {
    for (const references of [counted, counted.toReversed()]) {
      const [first = ''] = references
      expect(seenTwice(references.toSpliced(at, 0, first))).toEqual([first])
    }
  })

  test('is told where the order broke before it, and each time it comes', () => {
    expect(seenTwice(['A1', 'A2', 'A9', 'A3', 'A2', 'A4', 'A9', 'A2'])).toEqual(['A2', 'A9', 'A2'])
  })
})
