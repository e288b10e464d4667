import { expect, test } from 'vitest'
import { createProgress } from '../../scripts/banksync/progress.ts'

const shownOn = (isTTY: boolean, ...steps: [what: string, done: number, total: number][]) => {
  let text = ''
  const progress = createProgress({ isTTY, write: (more) => (text += more) })
  for (const step of steps) progress.show(...step)
  progress.end()
  return text
}

test('a terminal sees a bar, and a count while nobody knows how much there is', () => {
  expect(shownOn(true, ['Uploading', 5, 10])).toMatch(/^\rUploading +\[█{15}░{15}\] {2}50 %.*\n$/)
  expect(shownOn(true, ['Reading', 13_000, 0])).toMatch(/^\rReading +13000\D*\n$/)
})

test('elsewhere one line tells each thing that begins', () => {
  const steps: [string, number, number][] = [
    ['Uploading', 0, 10],
    ['Uploading', 10, 10],
    ['Reading', 0, 0],
  ]
  expect(shownOn(false, ...steps)).toBe('Uploading …\nReading …\n')
})
