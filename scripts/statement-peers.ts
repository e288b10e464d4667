/** Other readers of statement files, for comparison: installed by name once per machine, where Debian and PyPI can be reached. */
import { execFile } from 'node:child_process'
import { access, mkdir, readdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { cacheFolder } from './cache-folder.ts'
import { onPath } from './on-path.ts'

const run = promisify(execFile)

export interface PeerProgram {
  command: string
  /** Environment that the program needs beside our own. */
  env: Readonly<Record<string, string>>
  version: string
}

export interface Peers {
  /** libofx: prints what it reads of an OFX file. */
  ofxdump: PeerProgram | null
  hledger: PeerProgram | null
  /** A Python that can import ofxtools, ofxparse, coda (pycoda), quiffen and lxml. */
  python: PeerProgram | null
}

const debianPackages = ['ofx', 'libofx7', 'libosp5', 'hledger']
const pythonPackages = ['ofxtools', 'ofxparse', 'pycoda', 'quiffen', 'lxml']
const modules = ['ofxtools', 'ofxparse', 'coda', 'quiffen', 'lxml']
const installMaxMs = 300_000
const answerMaxMs = 60_000

const folder = path.join(cacheFolder(), 'statement-peers')

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  )

/** Fills a folder once; two that do it at the same time do not meet, because it only then takes its name. */
const install = async (name: string, fill: (unfinished: string) => Promise<void>) => {
  const finished = path.join(folder, name)
  if (await exists(finished)) return finished
  const unfinished = `${finished}.${process.pid}`
  await mkdir(unfinished, { recursive: true })
  try {
    await fill(unfinished)
    await rename(unfinished, finished).catch(async (cause: unknown) => {
      if (!(await exists(finished))) throw cause
    })
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
  return finished
}

/** Debian's packages are unpacked, not installed: nothing needs root and nothing else changes. */
const fillDebian = async (unfinished: string): Promise<void> => {
  const options = { cwd: unfinished, timeout: installMaxMs }
  await run('apt-get', ['download', ...debianPackages], options)
  for (const file of await readdir(unfinished)) {
    if (!file.endsWith('.deb')) continue
    await run('dpkg-deb', ['-x', file, '.'], options)
    await rm(path.join(unfinished, file))
  }
}

const fillPython = async (unfinished: string): Promise<void> => {
  const options = { timeout: installMaxMs }
  await run('python3', ['-m', 'venv', unfinished], options)
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...pythonPackages]
  await run(path.join(unfinished, 'bin', 'python'), pip, options)
}

const environmentOf = (root: string): Record<string, string> => ({
  LD_LIBRARY_PATH: [
    path.join(root, 'usr', 'lib', `${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`),
    path.join(root, 'usr', 'lib'),
  ].join(':'),
  OFX_DTD_PATH: path.join(root, 'usr', 'share', 'libofx7', 'libofx', 'dtd'),
})

// days are compared as written, and texts beyond ASCII are read
const common = { TZ: 'UTC', LC_ALL: 'C.UTF-8' }

const asked = async (
  program: Omit<PeerProgram, 'version'>,
  args: readonly string[],
): Promise<PeerProgram> => {
  const env = { ...process.env, ...program.env }
  const { stdout } = await run(program.command, args, { env, timeout: answerMaxMs })
  return { ...program, version: stdout.trim().replaceAll('\n', ', ') }
}

const debianProgram = async (name: string): Promise<PeerProgram> => {
  const own = await onPath(name)
  if (own !== null) return asked({ command: own, env: common }, ['--version'])
  const root = await install('debian', fillDebian)
  const env = { ...common, ...environmentOf(root) }
  return asked({ command: path.join(root, 'usr', 'bin', name), env }, ['--version'])
}

const versionScript = `
from importlib import import_module, metadata
for name in ${JSON.stringify(modules)}: import_module(name)
for name in ${JSON.stringify(pythonPackages)}: print(name, metadata.version(name))
`

const pythonProgram = async (): Promise<PeerProgram> => {
  const root = await install('python', fillPython)
  return asked({ command: path.join(root, 'bin', 'python'), env: common }, ['-c', versionScript])
}

/** Finds the peers and installs what is missing; one that cannot be had is null, and `log` hears why. */
export const findPeers = async (
  log: (line: string) => void = (line) => console.error(line),
): Promise<Peers> => {
  const orNull = (name: string, found: Promise<PeerProgram>): Promise<PeerProgram | null> =>
    found.catch((error: unknown) => {
      const reason = error instanceof Error ? error.message.split('\n')[0] : String(error)
      log(`SKIPPED: ${name} is not here and cannot be installed (${reason}).`)
      return null
    })
  const ofxdump = await orNull('ofxdump (libofx)', debianProgram('ofxdump'))
  const hledger = await orNull('hledger', debianProgram('hledger'))
  const names = pythonPackages.join(', ')
  return { ofxdump, hledger, python: await orNull(`Python with ${names}`, pythonProgram()) }
}
