/** Files to begin with: the project's own samples, generated ones, and other samples where a folder of them is named. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import type { Format } from '../../statement-files/detect.ts'

const root = path.resolve(import.meta.dirname, '../..')
const largest = 40_000

const filesIn = (folder: string): Uint8Array[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .map((name) => path.join(folder, name))
        .filter((file) => statSync(file).isFile() && statSync(file).size <= largest)
        .map((file) => readFileSync(file))
    : []

type Generator = (count: number) => Iterable<string>

const generatorIn = (module: Record<string, unknown>): Generator | undefined =>
  Object.entries(module)
    .filter(([name]) => name.endsWith('File'))
    .map(([, value]) => value)
    .find((value): value is Generator => typeof value === 'function')

const generated = async (format: Format): Promise<Uint8Array[]> => {
  const file = path.join(root, 'bench/statement-files', `${format}.ts`)
  if (!existsSync(file)) return []
  const loaded: Record<string, unknown> = await import(file)
  const generate = generatorIn(loaded)
  return generate === undefined
    ? []
    : [1, 8].map((count) => Buffer.from([...generate(count)].join('')))
}

/** At least one file of the format. */
export const listSeeds = async (format: Format): Promise<Uint8Array[]> => {
  const samples = process.env['REFERENCE_DIR'] ?? ''
  const seeds = [
    ...filesIn(path.join(root, 'test/fixtures/statement-files', format)),
    ...(await generated(format)),
    ...(samples === '' ? [] : filesIn(path.join(samples, 'samples', format))),
  ]
  return seeds.length > 0 ? seeds : [Buffer.from('a;b\n1;2\n')]
}
