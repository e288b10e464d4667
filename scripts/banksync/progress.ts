/** How far something is: a bar on a terminal, else one line for each thing that begins. */
const barWidth = 30
const everyMs = 100

export interface Progress {
  /** Says what is being done and how far it is; while the total is 0 it is not known, and what is done is counted. */
  show: (what: string, done: number, total: number) => void
  /** Leaves the line of the bar. */
  end: () => void
}

const barOf = (done: number, total: number): string => {
  if (total === 0 && done > 0) return String(done)
  const part = total === 0 ? 0 : Math.min(done / total, 1)
  const filled = Math.round(part * barWidth)
  return `[${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)}] ${String(Math.floor(part * 100)).padStart(3)} %`
}

/** Progress on standard error, so that standard output holds results only. */
export const createProgress = (screen: {
  isTTY?: boolean
  write: (text: string) => unknown
}): Progress => {
  let told = ''
  let shownAtMs = Number.NEGATIVE_INFINITY
  const end = (): void => {
    if (screen.isTTY && told !== '') screen.write('\n')
    told = ''
  }
  return {
    show(what, done, total) {
      const isNew = what !== told
      if (!screen.isTTY) {
        if (isNew) screen.write(`${what} …\n`)
        told = what
        return
      }
      const nowMs = performance.now()
      if (!isNew && done < total && nowMs - shownAtMs < everyMs) return
      if (isNew) end()
      told = what
      shownAtMs = nowMs
      screen.write(`\r${what.padEnd(16)} ${barOf(done, total)}\u001b[K`)
    },
    end,
  }
}
