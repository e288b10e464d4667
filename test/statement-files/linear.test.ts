import { Session } from 'node:inspector'
import { describe, expect, test } from 'vitest'
import { brokenPromise } from '../../scripts/fuzz/promises.ts'
import { formats } from '../../statement-files/detect.ts'
import { parse } from './hostile/samples.ts'
import { shapes } from './hostile/shapes.ts'

/** Counts how often blocks of our parsers run: work that is the same on every machine, unlike time. */
const session = new Session()
session.connect()
session.post('Profiler.enable')
// once for all: code that was compiled between two sessions would not be counted in the second
session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })

/** How often blocks ran since the last call. */
const takeCount = (): number => {
  let count = 0
  session.post('Profiler.takePreciseCoverage', (_, { result }) => {
    const ours = result.filter(
      ({ url }) => /\/statement-files\//.test(url) && !/\/test\//.test(url),
    )
    const ranges = ours.flatMap(({ functions }) => functions.flatMap((each) => each.ranges))
    for (const range of ranges) count += range.count
  })
  return count
}

const operationsOf = (work: () => void): number => {
  takeCount()
  work()
  return takeCount()
}

describe('twice the file is about twice the work', () => {
  test('every format is looked at', () => {
    expect(new Set(shapes.map(({ format }) => format))).toEqual(new Set(formats))
  })

  test.each(shapes)('$format with $name', ({ file }) => {
    const [once, twice] = [Buffer.from(file(2_000)), Buffer.from(file(4_000))]
    expect(brokenPromise(parse(once))).toBeNull()
    const operations = operationsOf(() => void parse(once))
    expect(operations).toBeGreaterThan(1_000)
    // a second piece of text costs a little on top; growth with the square makes four
    expect(operationsOf(() => void parse(twice)) / operations).toBeLessThan(2.6)
  })
})
