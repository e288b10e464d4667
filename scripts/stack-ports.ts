/** The ports of one stack, the same at every start where they are still free. */
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { SideName } from '../sandbox/sides.ts'
import { sides } from '../sandbox/sides.ts'
import { reservePort, type Reservation } from './ports.ts'
import { readJson } from './read-json.ts'

const defaults = {
  api: 3000,
  sandbox: 3101,
  sandboxControl: 3109,
  temporal: 7233,
  temporalUi: 8233,
  postgres: 54_320,
}
const firstSidePort = 3102

type PortName = keyof typeof defaults | SideName

/** The sides of the sandbox beside Ponto's have a port each, under their names. */
export const sideNames: readonly SideName[] = sides.map(({ name }) => name)

const usualPort = (name: PortName): number =>
  isSide(name) ? firstSidePort + sideNames.indexOf(name) : defaults[name]

const isSide = (name: PortName): name is SideName => !Object.hasOwn(defaults, name)

export interface StackPorts {
  of: (name: PortName) => number
  /** Frees a port a moment before its program takes it. */
  release: (name: PortName) => Promise<void>
  releaseAll: () => Promise<void>
}

/** Reserves every port of a stack: remembered in `dir` and close to the usual numbers, or random ones. */
export const reservePorts = async (
  dir: string,
  kind: 'remembered' | 'random',
): Promise<StackPorts> => {
  const file = path.join(dir, 'ports.json')
  const remembered = await readPorts(file)
  const reserved = new Map<PortName, Reservation>()
  for (const name of names) {
    const wanted = remembered[name] ?? (kind === 'random' ? 0 : usualPort(name))
    reserved.set(name, await reservePort(wanted))
  }
  const of = (name: PortName) => reserved.get(name)?.port ?? 0
  await writeFile(
    file,
    `${JSON.stringify(Object.fromEntries(names.map((name) => [name, of(name)])), null, 2)}\n`,
  )
  const release = async (name: PortName) => reserved.get(name)?.release()
  return {
    of,
    release,
    releaseAll: async () => {
      await Promise.all(names.map((name) => release(name)))
    },
  }
}

const names: readonly PortName[] = [
  'api',
  'sandbox',
  ...sideNames,
  'sandboxControl',
  'temporal',
  'temporalUi',
  'postgres',
]

const readPorts = async (file: string): Promise<Partial<Record<PortName, number>>> => {
  const value = await readJson(file)
  if (typeof value !== 'object' || value === null) return {}
  const entries = Object.entries(value).filter(([, port]) => isPort(port))
  return Object.fromEntries(entries)
}

const isPort = (value: unknown): boolean =>
  typeof value === 'number' && Number.isSafeInteger(value) && value > 0 && value < 65_536
