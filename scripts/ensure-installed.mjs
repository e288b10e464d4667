/**
 * Runs a script or an installed program with the project's own Node, after installing what is missing:
 *   node scripts/ensure-installed.mjs <script-or-program> [arguments…]
 * Plain JavaScript without dependencies, because it runs before anything is installed, on Node 20 and newer.
 */
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { constants } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = path.resolve(import.meta.dirname ?? path.dirname(fileURLToPath(import.meta.url)), '..')

/** Says why the installed packages do not fit the lock file, or null when they do. */
export const reasonToInstall = (folder) => {
  const wanted = packagesOf(path.join(folder, 'package-lock.json'))
  const installed = packagesOf(path.join(folder, 'node_modules/.package-lock.json'))
  if (wanted === null) return null
  if (installed === null) return 'nothing is installed yet'
  for (const [name, { version, optional, devOptional }] of Object.entries(wanted)) {
    if (name === '') continue
    // packages for other platforms are optional and rightly absent
    const isAbsent = installed[name] === undefined
    if (isAbsent && !optional && !devOptional) return `${shortName(name)} is missing`
    if (!isAbsent && installed[name].version !== version)
      return `${shortName(name)} ${version} is wanted`
  }
  return null
}

const packagesOf = (file) =>
  existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')).packages ?? {}) : null

const shortName = (name) => name.slice(name.lastIndexOf('node_modules/') + 'node_modules/'.length)

/** Runs a program with our terminal and resolves with its exit code, as a shell would count it. */
const run = (command, args, options = {}) =>
  new Promise((resolve) => {
    const child = spawn(command, args, { stdio: 'inherit', cwd: root, ...options })
    // Ctrl-C reaches the whole group by itself: the child decides when to end, and we wait for it
    const forward = (signal) => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
    }
    for (const signal of signals) process.on(signal, forward)
    const parent = watchParent(() => child.kill('SIGTERM'))
    child.once('error', (error) => {
      console.error(`${command} cannot be started: ${error.message}`)
      resolve(127)
    })
    child.once('close', (code, signal) => {
      clearInterval(parent)
      for (const name of signals) process.off(name, forward)
      resolve(code ?? 128 + (constants.signals[signal] ?? 0))
    })
  })

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']

/** npm passes a signal to its shell, which ends without telling us: then the only sign is another parent. */
const watchParent = (onGone) => {
  if (process.env['npm_lifecycle_event'] === undefined) return undefined
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    onGone()
  }, 500)
  return timer
}

const install = async () => {
  const reason = reasonToInstall(root)
  if (reason === null) return 0
  console.error(`Installing packages with npm ci, because ${reason}: about half a minute.`)
  const npm = process.env['npm_execpath'] ?? ''
  // an older Node only installs here and runs nothing: its warnings about engines would be noise
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error']
  // what a script prints may be read by a program: npm's words do not belong among it
  const stdio = ['inherit', process.stderr, process.stderr]
  return npm.endsWith('npm-cli.js')
    ? run(process.execPath, [npm, ...args], { stdio })
    : run('npm', args, { stdio, shell: process.platform === 'win32' })
}

/** Switches our pre-commit hook on where this is a git checkout of its own that has not chosen its hooks. */
const enableHooks = () => {
  if (!existsSync(path.join(root, '.git'))) return
  const git = (...args) =>
    execFileSync('git', args, { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] })
  try {
    git('config', 'core.hooksPath')
  } catch (error) {
    // exit code 1 means "not set"; anything else (no git, foreign owner) is no reason to stop
    if (error.status !== 1) return
    try {
      git('config', 'core.hooksPath', '.githooks')
    } catch {
      // a read-only checkout works without hooks
    }
  }
}

/** The project's Node; a shell may have remembered where an older one is, so it is named in full. */
const projectNode = () => {
  const node = path.join(root, 'node_modules/.bin/node')
  if (existsSync(node)) return node
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath
  console.error(
    `Node 24 is needed and this is ${process.version}; npm installs it unless its install scripts are switched off ` +
      '(npm config get ignore-scripts). Switch them on and remove node_modules, or install Node 24.',
  )
  process.exit(1)
}

const fileOf = (name) => {
  const script = path.resolve(root, name)
  if (existsSync(script)) return script
  const program = path.join(root, 'node_modules/.bin', name)
  if (existsSync(program)) return realpathSync(program)
  console.error(`There is neither a script nor an installed program called ${name}.`)
  process.exit(1)
}

/** Runs a script of ours or an installed program in a folder, ours by default; resolves with its exit code. */
export const runInstalled = async ([name, ...args], cwd = root) => {
  const installed = await install()
  if (installed !== 0) return installed
  enableHooks()
  const bin = path.join(root, 'node_modules/.bin')
  const env = { ...process.env, PATH: [bin, process.env['PATH']].join(path.delimiter) }
  return run(projectNode(), [fileOf(name), ...args], { env, cwd })
}

const isEntry =
  process.argv[1] !== undefined &&
  realpathSync(process.argv[1]) === realpathSync(fileURLToPath(import.meta.url))
if (isEntry) {
  if (process.argv.length < 3) {
    console.error(
      'Say what to run: node scripts/ensure-installed.mjs <script-or-program> [arguments…]',
    )
    process.exit(1)
  }
  process.exitCode = await runInstalled(process.argv.slice(2))
}
