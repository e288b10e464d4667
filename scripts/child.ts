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

const alive = new Map<Child, NodeJS.Signals>()
let isClosing = false

/**
 * Starts a program in a process group of its own, so that a Ctrl-C in the terminal reaches only us and
 * we can end the programs in order; rejects with a sentence where it cannot be started.
 */
export const startChild = async (options: ChildOptions): Promise<Child> => {
  if (isClosing)
    throw new Error(`${options.name} is not started any more: everything is being stopped.`)
  const program = spawn(options.command, options.args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    ...(options.user === undefined ? {} : { uid: options.user.uid, gid: options.user.gid }),
  })
  const tail = collectLines(options, [program.stdout, program.stderr])
  let hasExited = false
  const exited = new Promise<string>((resolve) => {
    program.once('close', (code, signal) => {
      hasExited = true
      alive.delete(child)
      resolve(signal ?? `exit code ${code}`)
    })
  })
  const kill = (signal: NodeJS.Signals) => {
    if (program.pid === undefined || program.exitCode !== null || program.signalCode !== null)
      return
    // force is for the whole group: what the program started itself must not stay behind
    process.kill(signal === 'SIGKILL' ? -program.pid : program.pid, signal)
  }
  const stopSignal = options.stopSignal ?? 'SIGTERM'
  const child: Child = {
    name: options.name,
    pid: program.pid ?? 0,
    exited,
    hasExited: () => hasExited,
    kill,
    stop: async (graceMs = 10_000) => {
      if (hasExited) return
      kill(stopSignal)
      const timer = setTimeout(() => kill('SIGKILL'), graceMs)
      await exited
      clearTimeout(timer)
    },
    tail: () => [...tail],
  }
  await new Promise<void>((resolve, reject) => {
    program.once('spawn', resolve)
    program.once('error', (cause) =>
      reject(new Error(`${options.name} cannot be started from ${options.command}.`, { cause })),
    )
  })
  if (!hasExited) alive.set(child, stopSignal)
  return child
}

/** Signals every program that still runs and lets no further one start; for a stop that cannot wait for its turn. */
export const closeChildren = (signal?: NodeJS.Signals): void => {
  isClosing = true
  for (const [child, stopSignal] of alive) child.kill(signal ?? stopSignal)
}

// whatever ends us, even an uncaught error, ends what we started
process.once('exit', () => closeChildren())

const collectLines = (
  { logFile, onLine }: ChildOptions,
  outputs: readonly Readable[],
): string[] => {
  const tail: string[] = []
  const write = logWriter(logFile)
  for (const input of outputs) {
    createInterface({ input, crlfDelay: Infinity }).on('line', (line) => {
      const shown = line.slice(0, lineLength)
      tail.push(shown)
      if (tail.length > tailLines) tail.shift()
      write(shown)
      onLine?.(shown)
    })
  }
  return tail
}

const logWriter = (logFile: string | undefined): ((line: string) => void) => {
  if (logFile === undefined) return () => {}
  mkdirSync(path.dirname(logFile), { recursive: true })
  const file = createWriteStream(logFile, { flags: 'a', mode: 0o600 })
  // a full disk ends this log and not the program; the stream says so once
  file.on('error', ({ message }) => process.stderr.write(`${logFile} ends here: ${message}\n`))
  return (line) => void (file.errored ?? file.write(`${line}\n`))
}
