/** What a process id stands for, so that we end only programs that are ours. */
import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

/** The command line of a live process, or null when there is none (a zombie counts as none). */
export const commandOf = async (pid: number): Promise<string | null> => {
  if (!Number.isSafeInteger(pid) || pid <= 0) return null
  const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => null)
  if (text !== null) return text === '' ? null : text.replaceAll('\0', ' ').trim()
  const listed = await promisify(execFile)('ps', ['-o', 'args=', '-p', String(pid)]).catch(
    () => null,
  )
  const line = listed?.stdout.trim() ?? ''
  return line === '' ? null : line
}

/**
 * True when a process has let go of everything, its ports included. Its command line is gone a moment before that, as
 * is its first thread.
 */
export const hasEnded = async (pid: number): Promise<boolean> => {
  const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null)
  if (state === null) return (await commandOf(pid)) === null
  const threads = await readdir(`/proc/${pid}/task`).catch(() => [])
  return /\) [ZX] [^)]*$/.test(state) && threads.length <= 1
}
