/** The Temporal command line, whose `server start-dev` is our server for development and tests. */
import { mkdir, readFile, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { cacheFolder } from './cache-folder.ts'
import { startChild } from './child.ts'
import { onPath } from './on-path.ts'

const toolModule = path.resolve(import.meta.dirname, 'temporal-cli')
const progressEveryMs = 15_000
const buildLimitMs = 30 * 60_000

type Environment = Readonly<Record<string, string | undefined>>

interface Options {
  environment?: Environment
  log?: (line: string) => void
}

/**
 * Gives the path of the program: TEMPORAL_CLI_PATH, else `temporal` on PATH, else the one built earlier,
 * else one built now with Go. Rejects with a sentence naming these ways where none is open.
 */
export const temporalBinary = async ({
  environment = process.env,
  log = () => {},
}: Options = {}): Promise<string> => {
  const installed = (await named(environment)) ?? (await onPath('temporal', environment))
  if (installed !== null) return installed
  const version = await wantedVersion()
  const platform = `${process.platform}-${process.arch}`
  const built = path.join(cacheFolder(environment), `temporal-${version}-${platform}`)
  if (await isFile(built)) return built
  const go = await onPath('go', environment)
  if (go === null) throw new Error(noWayOpen(version))
  await build({ go, version, target: built, log, environment })
  return built
}

const named = async (environment: Environment): Promise<string | null> => {
  const file = environment['TEMPORAL_CLI_PATH'] ?? ''
  if (file === '') return null
  if (await isFile(file)) return file
  throw new Error(`TEMPORAL_CLI_PATH names ${file}, which is not a file.`)
}

const isFile = async (file: string): Promise<boolean> =>
  (await stat(file).catch(() => null))?.isFile() === true

const wantedVersion = async (): Promise<string> => {
  const text = await readFile(path.join(toolModule, 'go.mod'), 'utf8')
  const version = /^require github\.com\/temporalio\/cli v(\S+)$/m.exec(text)?.[1]
  if (version === undefined)
    throw new Error(`${toolModule}/go.mod names no version of the Temporal CLI.`)
  return version
}

const noWayOpen = (version: string): string =>
  'No Temporal server can be had. Do one of these, then start again: ' +
  'set TEMPORAL_ADDRESS to a server that is running; ' +
  'install the Temporal CLI so that "temporal" is on PATH (or set TEMPORAL_CLI_PATH to it); ' +
  `or install Go 1.21 or newer, with which version ${version} is built here once (4 to 7 minutes).`

interface Build {
  go: string
  version: string
  target: string
  environment: Environment
  log: (line: string) => void
}

const build = async ({ go, version, target, environment, log }: Build): Promise<void> => {
  await mkdir(path.dirname(target), { recursive: true })
  // built beside its place and renamed, so that nobody ever runs half a program
  const unfinished = `${target}.${process.pid}`
  log(`Building the Temporal server (CLI ${version}) with Go, once per machine: 4 to 7 minutes.`)
  const child = await startChild({
    name: 'go build',
    command: go,
    args: [
      'build',
      '-ldflags',
      `-s -w -X github.com/temporalio/cli/internal/temporalcli.Version=${version}`,
      '-o',
      unfinished,
      'github.com/temporalio/cli/cmd/temporal',
    ],
    cwd: toolModule,
    env: { ...environment, CGO_ENABLED: '0' },
  })
  const startedAt = performance.now()
  const seconds = () => Math.round((performance.now() - startedAt) / 1000)
  const progress = setInterval(
    () => log(`  still building the Temporal server, ${seconds()} s so far`),
    progressEveryMs,
  )
  const limit = setTimeout(() => child.kill('SIGKILL'), buildLimitMs)
  const end = await child.exited
  clearInterval(progress)
  clearTimeout(limit)
  if (end !== 'exit code 0') {
    await rm(unfinished, { force: true })
    throw new Error(
      `Go could not build the Temporal server (${end}).\n${child.tail().slice(-10).join('\n')}`,
    )
  }
  await rename(unfinished, target)
  log(`Temporal server built in ${seconds()} s: ${target}`)
}
