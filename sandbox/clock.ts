/** The sandbox's own time: it runs with the wall clock and can be moved ahead. */
export interface Clock {
  /** Milliseconds since 1970 by the virtual clock. */
  now(): number
  /** The virtual instant as ISO text. */
  instant(): string
  /** Moves the clock ahead and runs, in order, everything that became due on the way. */
  advance(byMs: number): void
  /** Runs something once at a virtual time. */
  at(dueMs: number, run: () => void): void
  /** Where the clock is being moved to; the present while it is not being moved. */
  targetMs(): number
  /** How far the clock is ahead of the wall clock. */
  offsetMs(): number
  /** Forgets what is due and goes back to where it began. */
  reset(): void
  stop(): void
}

interface Task {
  dueMs: number
  run: () => void
}

const longestTimerMs = 60_000

/** Starts a clock that is the given number of milliseconds ahead of the wall clock. */
export const startClock = (startOffsetMs = 0): Clock => {
  let aheadMs = startOffsetMs
  let tasks: Task[] = []
  let timer: NodeJS.Timeout | undefined
  let movingToMs: number | null = null

  const now = () => Date.now() + aheadMs

  const arm = () => {
    clearTimeout(timer)
    const [next] = tasks
    if (next === undefined) return
    timer = setTimeout(runDue, Math.min(Math.max(next.dueMs - now(), 0), longestTimerMs)).unref()
  }

  const runDue = () => {
    for (let next = tasks[0]; next !== undefined && next.dueMs <= now(); next = tasks[0]) {
      tasks = tasks.slice(1)
      next.run()
    }
    arm()
  }

  const advance = (byMs: number) => {
    const wantedAheadMs = aheadMs + byMs
    const target = now() + byMs
    movingToMs = target
    for (let next = tasks[0]; next !== undefined && next.dueMs <= target; next = tasks[0]) {
      aheadMs += Math.max(next.dueMs - now(), 0)
      tasks = tasks.slice(1)
      next.run()
    }
    aheadMs = Math.max(aheadMs, wantedAheadMs)
    movingToMs = null
    arm()
  }

  const at = (dueMs: number, run: () => void) => {
    const position = tasks.findIndex((task) => task.dueMs > dueMs)
    tasks = tasks.toSpliced(position === -1 ? tasks.length : position, 0, { dueMs, run })
    arm()
  }

  const stop = () => {
    clearTimeout(timer)
    tasks = []
  }

  return {
    now,
    instant: () => new Date(now()).toISOString(),
    advance,
    at,
    targetMs: () => movingToMs ?? now(),
    offsetMs: () => aheadMs,
    reset: () => {
      stop()
      aheadMs = startOffsetMs
    },
    stop,
  }
}
