/** The version that the header of an OFX file names, in whatever shape it is written. */
import type { Problem } from '../problem.ts'
import { problem } from '../problem.ts'

const maxHeader = 4_000
const shape = /VERSION\s*[:=]\s*["']?\s*(\d{3,4})/i

export interface Header {
  add: (text: string) => void
  /** Digits such as 102 or 211; null where none are written. */
  version: () => string | null
}

/** Collects what stands before the first document. */
export const createHeader = (): Header => {
  let text = ''
  return {
    add(part) {
      if (text.length < maxHeader) text += part.slice(0, maxHeader)
    },
    version: () => shape.exec(text)?.[1] ?? null,
  }
}

/** Versions 1 and 2 are told apart by their text alone; anything later is not known. */
export const versionProblem = (version: string): Problem | null =>
  Number(version) < 300
    ? null
    : problem('unsupported_version', { format: 'OFX', version, wanted: '102' })
