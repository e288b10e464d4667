/** Writes openapi.json from the routes; `--check` only tells whether it is up to date. */
import { readFile, writeFile } from 'node:fs/promises'
import { routes } from '../api/app.ts'
import { createOpenApi } from '../api/openapi.ts'

const file = new URL('../openapi.json', import.meta.url)
const document = `${JSON.stringify(createOpenApi(routes), null, 2)}\n`

if (process.argv.includes('--check')) {
  const stored = await readFile(file, 'utf8').catch(() => '')
  if (stored !== document) {
    console.error('openapi.json differs from the routes. Run: npm run api:dump')
    process.exitCode = 1
  }
} else {
  await writeFile(file, document)
  console.log('openapi.json written')
}
