/** The folder of one stack: one owner at a time, and nothing left running by an owner that was killed. */
import { renameSync, writeFileSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import type { Child } from './child.ts'
import { readJson } from './read-json.ts'
import { commandOf, hasEnded } from './running-process.ts'
import { canReach, databaseUser, reachableTwin } from './system-user.ts'
import { until } from './until.ts'

interface Running {
  pid: number
  /** The command line at that time; a number that now stands for another program is left alone. */
  command: string
}

export interface DevFolder {
  dir: string
  /** Notes a program we started, so that the next owner can end it when we are killed. */
  note: (child: Child) => Promise<void>
  release: () => Promise<void>
}

const endLimitMs = 15_000

/** Takes the folder for this process, ending what a killed owner left; rejects with a sentence while it is in use. */
export const claimFolder = async (dir: string, fresh = false): Promise<DevFolder> => {
  const file = path.join(dir, 'running.json')
  const [owner, ...children] = await readRunning(file)
  if (owner !== undefined && owner.pid !== process.pid && (await isRunning(owner))) {
    throw new Error(
      `Bank Sync is already running from ${dir} (process ${owner.pid}). Stop it first.`,
    )
  }
  // the youngest first: servers go when nobody uses them any more
  for (const child of children.toReversed()) await end(child)
  if (fresh) await wipe(dir)
  await mkdir(dir, { recursive: true })
  const running = [await runningOf(process.pid)]
  // programs start beside each other: one unbroken write per note, and never half a file
  const write = () => {
    writeFileSync(`${file}.new`, `${JSON.stringify(running, null, 2)}\n`)
    renameSync(`${file}.new`, file)
  }
  write()
  return {
    dir,
    note: async (child) => {
      running.push(await runningOf(child.pid))
      write()
    },
    release: () => rm(file, { force: true }),
  }
}

const runningOf = async (pid: number): Promise<Running> => ({
  pid,
  command: (await commandOf(pid)) ?? '',
})

const isRunning = async ({ pid, command }: Running): Promise<boolean> =>
  command !== '' && (await commandOf(pid)) === command

const end = async (child: Running): Promise<void> => {
  if (!(await isRunning(child))) return
  process.kill(child.pid, 'SIGTERM')
  const gone = async () => ((await hasEnded(child.pid)) ? true : undefined)
  const what = `The end of process ${child.pid}, left behind by an earlier start`
  await until(gone, { what, limitMs: endLimitMs }).catch(() => process.kill(child.pid, 'SIGKILL'))
}

const wipe = async (dir: string): Promise<void> => {
  // where we are root, the database may keep its data in another place
  if (!(await canReach(await databaseUser().catch(() => null), dir))) {
    await rm(await reachableTwin(dir), { recursive: true, force: true })
  }
  await rm(dir, { recursive: true, force: true })
}

const readRunning = async (file: string): Promise<Running[]> => {
  const value = await readJson(file)
  return Array.isArray(value) ? value.filter(isEntry) : []
}

const isEntry = (value: unknown): value is Running =>
  typeof value === 'object' &&
  value !== null &&
  'pid' in value &&
  typeof value.pid === 'number' &&
  'command' in value &&
  typeof value.command === 'string'
