/** Temporal's test server that skips time: twelve hours pass in it within milliseconds. */
import { chmod, copyFile, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { cacheFolder } from './cache-folder.ts'
import { startChild } from './child.ts'
import { onPath } from './on-path.ts'

const pom = path.resolve(import.meta.dirname, 'time-skipping/pom.xml')
const downloadLimitMs = 5 * 60_000

// exec, because the SDK ends the process it started and would otherwise end only the shell
const startScript = `#!/bin/sh
exec java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto \\
  -cp "$(dirname "$0")/lib/*" io.temporal.testserver.TestServer "$@"
`

interface Options {
  environment?: Readonly<Record<string, string | undefined>>
  log?: (line: string) => void
}

/**
 * Gives the path of a script that starts the server (arguments: a port and flags), fetching it with Maven
 * once per machine; null, with the reason in the log, where Java or Maven is missing or Maven fails.
 */
export const timeSkippingServer = async ({
  environment = process.env,
  log = () => {},
}: Options = {}): Promise<string | null> => {
  const skipped = (reason: string) => {
    log(`SKIPPED: tests that skip time do not run, because ${reason}.`)
    return null
  }
  if ((await onPath('java', environment)) === null) return skipped('there is no "java" on PATH')
  const version = await serverVersion()
  const folder = path.join(cacheFolder(environment), `time-skipping-${version}`)
  const script = path.join(folder, 'start')
  if ((await stat(script).catch(() => null)) !== null) return script
  const maven = await onPath('mvn', environment)
  if (maven === null) return skipped('there is no "mvn" on PATH to fetch the server with')
  log('Fetching the time-skipping test server with Maven, once per machine: about 10 seconds.')
  const problem = await download({ maven, folder, environment })
  return problem === null ? script : skipped(problem)
}

const serverVersion = async (): Promise<string> =>
  /<artifactId>temporal-test-server<\/artifactId>\s*<version>([^<]+)</.exec(
    await readFile(pom, 'utf8'),
  )?.[1] ?? 'unknown'

interface Download {
  maven: string
  folder: string
  environment: Readonly<Record<string, string | undefined>>
}

/** Fills a folder beside the wanted one and renames it, so that nobody ever sees half a server. */
const download = async ({ maven, folder, environment }: Download): Promise<string | null> => {
  const unfinished = `${folder}.${process.pid}`
  await mkdir(unfinished, { recursive: true })
  // Maven runs on a copy: it may write beside the file it reads
  await copyFile(pom, path.join(unfinished, 'pom.xml'))
  const child = await startChild({
    name: 'mvn',
    command: maven,
    args: [
      '--batch-mode',
      '--quiet',
      'dependency:copy-dependencies',
      '-DincludeScope=runtime',
      `-DoutputDirectory=${path.join(unfinished, 'lib')}`,
    ],
    cwd: unfinished,
    env: environment,
  })
  const limit = setTimeout(() => child.kill('SIGKILL'), downloadLimitMs)
  const end = await child.exited
  clearTimeout(limit)
  if (end !== 'exit code 0') {
    await rm(unfinished, { recursive: true, force: true })
    return `Maven could not fetch the server (${end}: ${child.tail().slice(-3).join(' ')})`
  }
  await writeFile(path.join(unfinished, 'start'), startScript)
  await chmod(path.join(unfinished, 'start'), 0o755)
  // where two runs fetched at once, the first one's folder stays
  await rename(unfinished, folder).catch(() => rm(unfinished, { recursive: true, force: true }))
  return null
}
