/** What the thread that tries inputs and the one that watches it have in common. */
import type { Format } from '../../statement-files/detect.ts'

export interface FuzzOrder {
  format: Format
  seed: number
  untilAt: number
  /** Two numbers: how many inputs were begun, and how long the present one is. */
  counters: SharedArrayBuffer
  /** The input that is being read, so that it is known even if it never ends. */
  input: SharedArrayBuffer
}

export interface Finding {
  reason: string
  input: Uint8Array
}

export interface FuzzResult {
  runs: number
  covered: number
  corpus: number
  findings: readonly Finding[]
}

export const inputBytes = 1024 * 1024
/** A file of less than 1 MB is read within this time, whatever stands in it. */
export const limitMs = 2_000
