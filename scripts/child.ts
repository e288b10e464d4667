/** One program we started: its log on disk, its last lines in memory, and an end that always comes. */
import { spawn } from 'node:child_process'
import { createWriteStream, mkdirSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

const tailLines = 40
const lineLength = 4_000

export interface ChildOptions {
  name: string
  command: string
  args: readonly string[]
  env?: Readonly<Record<string, string | undefined>>
  cwd?: string
  /** Both outputs are written here; the folder is made when missing. */
  logFile?: string
  /** Called with every line of either output. */
  onLine?: (line: string) => void
  /** The system user to run as, where we are root and the program refuses to be. */
  user?: { uid: number; gid: number }
  /** The signal that asks for an orderly end; SIGTERM when absent. */
  stopSignal?: NodeJS.Signals
}

export interface Child {
  name: string
  pid: number
  /** Settles with a phrase such as "exit code 1" or "SIGKILL" once the program has ended. */
  exited: Promise<string>
  hasExited: () => boolean
  kill: (signal: NodeJS.Signals) => void
  /** Asks for an orderly end and forces it after `graceMs` (10 s); resolves when the program is gone. */
  stop: (graceMs?: number) => Promise<void>
  /** The last lines of its output, for the person who has to find out what went wrong. */
  tail: () => string[]
}

/**
 * Starts a program in a process group of its own, so that a Ctrl-C in the terminal reaches only us and
 * we can end the programs in order; rejects with a sentence where it cannot be started.
 */
export const startChild = async (options: ChildOptions): Promise<Child> => {
  const program = spawn(options.command, options.args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    ...(options.user === undefined ? {} : { uid: options.user.uid, gid: options.user.gid }),
  })
  const lines: string[] = []
  const write = logWriter(options.logFile)
  const onLine = (line: string) => {
    const shown = line.slice(0, lineLength)
    lines.push(shown)
    if (lines.length > tailLines) lines.shift()
    write(shown)
    options.onLine?.(shown)
  }
  readLines(program.stdout, onLine)
  readLines(program.stderr, onLine)
  let ended = false
  const exited = new Promise<string>((resolve) => {
    program.once('close', (code, signal) => {
      ended = true
      resolve(signal ?? `exit code ${code}`)
    })
  })
  await new Promise<void>((resolve, reject) => {
    program.once('spawn', resolve)
    program.once('error', (cause) =>
      reject(new Error(`${options.name} cannot be started from ${options.command}.`, { cause })),
    )
  })
  const pid = program.pid ?? 0
  const kill = (signal: NodeJS.Signals) => void program.kill(signal)
  const stop = async (graceMs = 10_000) => {
    if (ended) return
    kill(options.stopSignal ?? 'SIGTERM')
    const timer = setTimeout(() => kill('SIGKILL'), graceMs)
    await exited
    clearTimeout(timer)
  }
  return {
    name: options.name,
    pid,
    exited,
    hasExited: () => ended,
    kill,
    stop,
    tail: () => [...lines],
  }
}

const readLines = (stream: Readable, onLine: (line: string) => void): void => {
  createInterface({ input: stream, crlfDelay: Infinity }).on('line', onLine)
}

const logWriter = (logFile: string | undefined): ((line: string) => void) => {
  if (logFile === undefined) return () => {}
  mkdirSync(path.dirname(logFile), { recursive: true })
  const file = createWriteStream(logFile, { flags: 'a', mode: 0o600 })
  return (line) => void file.write(`${line}\n`)
}
