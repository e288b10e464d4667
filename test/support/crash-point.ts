/** Stops a process at a named point: what is armed in a file strikes whichever process gets there first, once. */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import type { FaultPoint } from '../../activities/deps.ts'

export interface CrashPoint {
  point: FaultPoint
  /** Which time the point is reached, from 1. */
  hit: number
  signal: 'SIGKILL' | 'SIGSTOP'
}

/** Arms one point for every process that reads this file. */
export const armCrashPoint = (file: string, crashPoint: CrashPoint): void => {
  writeFileSync(`${file}.new`, JSON.stringify(crashPoint))
  // whole or not at all, because a worker may read it at any time
  renameSync(`${file}.new`, file)
}

const armed = (file: string): CrashPoint | null => {
  try {
    const crashPoint: CrashPoint = JSON.parse(readFileSync(file, 'utf8'))
    return crashPoint
  } catch {
    return null
  }
}

/** A `reach` that ends or freezes its own process at the armed point. */
export const createReach =
  (file: string) =>
  (point: FaultPoint): Promise<void> => {
    const crashPoint = armed(file)
    if (crashPoint?.point !== point) return Promise.resolve()
    if (crashPoint.hit > 1) {
      armCrashPoint(file, { ...crashPoint, hit: crashPoint.hit - 1 })
      return Promise.resolve()
    }
    rmSync(file)
    process.kill(process.pid, crashPoint.signal)
    // the signal strikes before the next turn of the event loop, never after the next step
    return new Promise((resolve) => {
      setImmediate(resolve)
    })
  }
