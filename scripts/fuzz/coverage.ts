/** Which parts of the parsers have run: an input that reaches a new one is worth being changed further. */
import { Session, type Profiler } from 'node:inspector'

export interface Coverage {
  /** Whether something ran for the first time since the last call. */
  isNew: () => boolean
  /** How many parts have run so far. */
  size: () => number
}

/** Watches the code of the parsers within this thread, block by block. */
export const watchCoverage = (): Coverage => {
  const session = new Session()
  session.connect()
  session.post('Profiler.enable')
  session.post('Profiler.startPreciseCoverage', { callCount: false, detailed: true })
  const seen = new Set<string>()

  const keep = (script: Profiler.ScriptCoverage) => {
    // generated files have a folder of the same name
    if (!/(?<!\/bench)\/statement-files\//.test(script.url)) return
    for (const { ranges } of script.functions)
      for (const { startOffset, endOffset, count } of ranges)
        if (count > 0) seen.add(`${script.url}:${startOffset}:${endOffset}`)
  }
  return {
    isNew() {
      const before = seen.size
      // answered at once, as the session is of this thread
      session.post('Profiler.takePreciseCoverage', (error, taken) => {
        if (error === null) for (const script of taken.result) keep(script)
      })
      return seen.size > before
    },
    size: () => seen.size,
  }
}
