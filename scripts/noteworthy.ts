/** Log levels from which a line belongs on the screen; everything is in the log files anyway. */
const warn = 40

/** Tells whether a program's line is a warning or an error: pino's JSON by level, Temporal's logger by word. */
export const isNoteworthy = (line: string): boolean => {
  const level = /^\{"level":(\d+)/.exec(line)?.[1]
  if (level !== undefined) return Number(level) >= warn
  // a queue for provider calls has no workflows, and that is how it should be
  if (line.includes('No workflows registered')) return false
  return /\[(WARN|ERROR)\]|\bError\b/.test(line)
}
