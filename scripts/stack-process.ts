/** One program of a stack: it can be killed and started again, and says when it ends by itself. */
import type { Child } from './child.ts'

export interface StackProcess {
  readonly name: string
  readonly pid: number
  /** Sends a signal; an end that follows is expected and stops nothing else. */
  kill: (signal: NodeJS.Signals) => void
  /** Resolves when the program that runs now has ended. */
  ended: () => Promise<string>
  /** Ends what is left of the program and starts it anew on the same ports; resolves when it is ready. */
  restart: (graceMs?: number) => Promise<void>
  /** Ends the program in order, with force after the given time. */
  stop: (graceMs: number) => Promise<void>
}

export interface UnexpectedEnd {
  name: string
  /** Such as "exit code 1" or "SIGKILL". */
  how: string
  tail: string[]
}

interface Start {
  name: string
  /** Starts the program and resolves when it is ready; rejects with a sentence. */
  start: () => Promise<Child>
  onUnexpectedEnd: (end: UnexpectedEnd) => void
}

/** Starts a program of a stack and keeps an eye on it. */
export const startProcess = async ({
  name,
  start,
  onUnexpectedEnd,
}: Start): Promise<StackProcess> => {
  let child: Child
  let isEndExpected = false
  const run = async () => {
    child = await start()
    isEndExpected = false
    const watched = child
    void watched.exited.then((how) => {
      if (!isEndExpected) onUnexpectedEnd({ name, how, tail: watched.tail() })
    })
  }
  const stop = async (graceMs: number) => {
    isEndExpected = true
    await child.stop(graceMs)
  }
  await run()
  return {
    name,
    get pid() {
      return child.pid
    },
    kill: (signal) => {
      isEndExpected = true
      child.kill(signal)
    },
    ended: () => child.exited,
    restart: async (graceMs = restartGraceMs) => {
      await stop(graceMs)
      await run()
    },
    stop,
  }
}

const restartGraceMs = 60_000
