/** Measures the product against the bare tools, side by side: `npm run bench`, or `npm run bench -- lines`. */
import { mkdir, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import path from 'node:path'
import { onStopSignal } from '../scripts/stop-signals.ts'
import type { Figure, Measurement } from './figure.ts'
import { isMet } from './figure.ts'
import { measureApi } from './api.ts'
import { measureIdleCycle } from './idle-cycle.ts'
import { measureInstitutions } from './institutions.ts'
import { measureLines } from './lines.ts'
import { measureProviders } from './providers.ts'
import { measureStatementFiles } from './statement-files.ts'
import { measureSyncNow } from './sync-now.ts'

const measurements: Readonly<Record<string, Measurement>> = {
  lines: measureLines,
  api: measureApi,
  'idle-cycle': measureIdleCycle,
  institutions: measureInstitutions,
  providers: measureProviders,
  'statement-files': measureStatementFiles,
  'sync-now': measureSyncNow,
}

const log = (line: string): void => console.log(line)

const digits = (number: number): string => number.toFixed(Math.abs(number) < 10 ? 2 : 0)

const row = (figure: Figure): string[] => {
  const { what, unit, measured, low, high, goal } = figure
  const met = isMet(figure)
  return [
    what,
    `${digits(measured)} ${unit}`,
    `${digits(low)} – ${digits(high)}`,
    goal === undefined ? '' : `${goal.kind} ${goal.value}`,
    met === null ? '' : met ? 'met' : 'NOT MET',
  ]
}

const table = (rows: readonly string[][]): string => {
  const widths = (rows[0] ?? []).map((_cell, column) =>
    Math.max(...rows.map((cells) => cells[column]?.length ?? 0)),
  )
  return rows
    .map((cells) => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .join('\n')
}

const writeResults = async (figures: readonly Figure[]): Promise<string> => {
  const folder = path.resolve(import.meta.dirname, 'results')
  await mkdir(folder, { recursive: true })
  const at = new Date().toISOString()
  const file = path.join(folder, `${at.replaceAll(':', '').slice(0, 17)}.json`)
  const machine = { node: process.version, processors: cpus().length, model: cpus()[0]?.model }
  await writeFile(file, `${JSON.stringify({ at, machine, figures }, null, 2)}\n`)
  return file
}

const main = async (wanted: readonly string[]): Promise<void> => {
  const unknown = wanted.filter((name) => measurements[name] === undefined)
  if (unknown.length > 0)
    throw new Error(
      `There is no "${unknown[0]}"; there are: ${Object.keys(measurements).join(', ')}.`,
    )
  const figures: Figure[] = []
  for (const [name, measure] of Object.entries(measurements)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue
    log(`${name}:`)
    figures.push(...(await measure(log)))
  }
  const head = ['measured', 'median', 'middle half', 'goal', '']
  log(`\n${table([head, ...figures.map(row)])}`)
  log(`\nwritten to ${await writeResults(figures)}`)
}

// whatever was started ends with us
onStopSignal(log, () => process.exit(130))
await main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error)
  process.exitCode = 1
})
