/** Files to begin with: the project's own samples, generated ones, and other samples where a folder of them is named. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { bytesOf } from '../../bench/statement-files/generate.ts'
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

/** At least two files of the format. */
export const listSeeds = (format: Format): Uint8Array[] => {
  const samples = process.env['REFERENCE_DIR'] ?? ''
  return [
    ...filesIn(path.join(root, 'test/fixtures/statement-files', format)),
    ...[1, 8].map((count) => bytesOf(format, count)),
    ...(samples === '' ? [] : filesIn(path.join(samples, 'samples', format))),
  ]
}
