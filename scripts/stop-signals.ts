/** Ctrl-C of a script that has started programs: the first one asks for an orderly stop, a later one forces it. */
import { closeChildren } from './child.ts'

// npm passes a signal on that the terminal has sent already: only a later one means "now"
const forceAfterMs = 1_000

export interface StopSignals {
  isStopRequested: () => boolean
}

/** Listens from now on; `onStop` is called once and has to bring the script to its end. */
export const onStopSignal = (tell: (line: string) => void, onStop: () => void): StopSignals => {
  let requestedAt: number | null = null
  const onSignal = (signal: NodeJS.Signals): void => {
    const now = performance.now()
    if (requestedAt !== null && now - requestedAt < forceAfterMs) return
    if (requestedAt !== null) {
      closeChildren('SIGKILL')
      process.exit(1)
    }
    requestedAt = now
    tell(`\nStopping (${signal}); press Ctrl-C again to force it …`)
    onStop()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal)
  // a terminal that is gone must not keep us from stopping in order
  process.stdout.on('error', () => {})
  return { isStopRequested: () => requestedAt !== null }
}
