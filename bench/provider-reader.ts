/** A process that holds nothing but an adapter: reads one history and tells how long it took and what it held. */
import type { Linked } from './provider-run.ts'
import { openLinked, readHistory } from './provider-run.ts'

export interface ReaderReport {
  lines: number
  seconds: number
  /** Resident memory beyond that before the first call, at its highest, in MB. */
  overIdleMb: number
}

const residentMb = (): number => process.memoryUsage.rss() / 1_048_576

process.on('message', (linked: Linked) => {
  const session = openLinked(linked)
  const idleMb = residentMb()
  let highestMb = idleMb
  const startedAt = performance.now()
  const reading = readHistory(session, linked.providerAccountId, () => {
    highestMb = Math.max(highestMb, residentMb())
  })
  reading.then(
    (lines) => {
      const seconds = (performance.now() - startedAt) / 1_000
      process.send?.({ lines, seconds, overIdleMb: highestMb - idleMb } satisfies ReaderReport)
    },
    (error: unknown) => {
      console.error(error)
      process.exit(1)
    },
  )
})
process.on('disconnect', () => process.exit())
process.send?.('ready')
