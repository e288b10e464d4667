import { afterEach, expect, test, vi } from 'vitest'
import type { Clock } from '../../sandbox/clock.ts'
import { startClock } from '../../sandbox/clock.ts'

let clock: Clock
afterEach(() => {
  clock.stop()
  vi.useRealTimers()
})

test('the clock runs with the wall clock and stands as far ahead as it was moved', () => {
  vi.useFakeTimers({ now: 1_000_000 })
  clock = startClock()
  clock.advance(60_000)
  expect(clock.now()).toBe(1_060_000)
  vi.setSystemTime(1_000_500)
  expect(clock.now()).toBe(1_060_500)
  expect(clock.offsetMs()).toBe(60_000)
})

test('moving the clock does everything that became due, in order and at its own time', () => {
  vi.useFakeTimers({ now: 0 })
  clock = startClock()
  const seen: [string, number][] = []
  const note = (name: string) => () => void seen.push([name, clock.now()])
  clock.at(300, note('late'))
  clock.at(100, () => {
    note('early')()
    clock.at(200, note('born on the way'))
  })
  clock.at(900, note('not yet'))
  clock.advance(500)
  expect(seen).toEqual([
    ['early', 100],
    ['born on the way', 200],
    ['late', 300],
  ])
  expect(clock.now()).toBe(500)
})

test('what is due happens by the passing of time, too', () => {
  vi.useFakeTimers({ now: 0 })
  clock = startClock(1000)
  const run = vi.fn<() => void>()
  clock.at(1050, run)
  vi.advanceTimersByTime(49)
  expect(run).not.toHaveBeenCalled()
  vi.advanceTimersByTime(1)
  expect(run).toHaveBeenCalledOnce()
})

test('after a reset nothing is due any more', () => {
  vi.useFakeTimers({ now: 0 })
  clock = startClock(1000)
  const run = vi.fn<() => void>()
  clock.at(2000, run)
  clock.advance(500)
  clock.reset()
  expect(clock.now()).toBe(1000)
  clock.advance(5000)
  expect(run).not.toHaveBeenCalled()
})
