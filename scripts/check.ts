/** `npm run check`: everything a change has to pass, quick steps first, ending at the first that fails. */
import { spawnSync } from 'node:child_process'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '..')

const steps: readonly [what: string, command: string, ...args: string[]][] = [
  ['format', 'prettier', '--check', '--log-level=warn', '.'],
  ['lint', 'oxlint', '.'],
  ['types', 'tsc', '--project', '.'],
  ['dead code', 'knip'],
  ['db/schema.sql is what the migrations make', 'node', 'scripts/db-dump.ts', '--check'],
  ['openapi.json is what the routes say', 'node', 'scripts/api-dump.ts', '--check'],
  ['tests', 'vitest', 'run'],
]

for (const [what, command, ...args] of steps) {
  const startedAt = performance.now()
  console.log(`\n── ${what}: ${command} ${args.join(' ')}`)
  const { status, error } = spawnSync(path.join(root, 'node_modules/.bin', command), args, {
    cwd: root,
    stdio: 'inherit',
  })
  if (error !== undefined) console.error(error.message)
  if (status !== 0) {
    console.error(`\n✗ ${what} failed; the steps after it were not run.`)
    process.exit(1)
  }
  console.log(`✓ ${what} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`)
}
console.log('\nEverything passed.')
