/** Restarts programs of a stack when their source changes. */
import path from 'node:path'
import type { ProgramName } from './stack-options.ts'
import type { Programs } from './stack-programs.ts'
import { watchFiles } from './watch-files.ts'

const root = path.resolve(import.meta.dirname, '..')
// an editor writes several files at once, and some of them in two steps
const quietMs = 300
const graceMs = 2_000

const shared = ['domain', 'db', 'locales', 'config.ts', 'temporal.ts']

/** The folders and files that each program is made of. */
export const sources: Record<ProgramName, readonly string[]> = {
  sandbox: ['sandbox'],
  worker: ['activities', 'workflows', 'statement-files', ...shared],
  api: ['api', 'activities/providers', 'workflows/messages.ts', ...shared],
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
    const onChange = (file: string) => {
      if (/\.(ts|json|sql)$/.test(file)) changed(file)
    }
    watchFiles(root, { parts: sources[name], onChange, signal })
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
