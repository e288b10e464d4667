/** Restarts programs of a stack when their source changes. */
import { watch, type FSWatcher } from 'node:fs'
import path from 'node:path'
import type { ProgramName } from './stack-options.ts'
import type { Programs } from './stack-programs.ts'

const root = path.resolve(import.meta.dirname, '..')
// an editor writes several files at once, and some of them in two steps
const quietMs = 300
const graceMs = 2_000

const sources: Record<ProgramName, readonly string[]> = {
  sandbox: ['sandbox'],
  worker: ['activities', 'workflows', 'domain', 'db', 'locales', 'config.ts', 'temporal.ts'],
  api: ['api', 'activities/providers', 'domain', 'db', 'locales', 'config.ts', 'temporal.ts'],
}

/**
 * Watches until the signal ends it. (Node's own --watch sends messages into worker threads, which Temporal's worker
 * takes for its own and dies of.)
 */
export const watchSource = (
  programs: Programs,
  tell: (line: string) => void,
  signal: AbortSignal,
): void => {
  for (const name of ['sandbox', 'worker', 'api'] as const) {
    const changed = restarter(programs, name, tell)
    const watchers = sources[name].map((part): FSWatcher =>
      watch(path.join(root, part), { recursive: true }, (_event, file) => {
        if (!signal.aborted && /\.(ts|json|sql)$/.test(file ?? '')) changed(file ?? part)
      }),
    )
    signal.addEventListener('abort', () => {
      for (const watcher of watchers) watcher.close()
    })
  }
}

/** Restarts one at a time: a change during a restart causes another one after it. */
const restarter = (programs: Programs, name: ProgramName, tell: (line: string) => void) => {
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()
  const restart = async (file: string) => {
    tell(`${file} changed: ${name} starts again`)
    await programs[name].restart(graceMs).catch((error: unknown) => {
      tell(error instanceof Error ? error.message : String(error))
    })
  }
  return (file: string): void => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      running = running.then(() => restart(file))
    }, quietMs)
  }
}
