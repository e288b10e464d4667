/** Makes the next numbered migration: `npm run db:new add_line_note`. */
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { migrationNames, migrationsFolder } from '../db/migration-files.ts'

const [what = ''] = process.argv.slice(2)

if (/^[a-z][a-z0-9_]{2,60}$/.test(what)) {
  const last = (await migrationNames()).at(-1) ?? '0000'
  const number = String(Number(last.slice(0, 4)) + 1).padStart(4, '0')
  const file = path.join(migrationsFolder, `${number}_${what}.sql`)
  const template = [
    '--! breaking: no',
    '-- Why this change is needed, and what old code does with the new schema while both run, in two lines.',
    '-- A table with tenant rows: tenant_id first in its keys, ROW LEVEL SECURITY, policy tenant_isolation, grants.',
    '',
  ].join('\n')
  await writeFile(file, template, { flag: 'wx' })
  console.log(path.relative(process.cwd(), file))
} else {
  console.error('Say what the migration does in lower case: npm run db:new add_line_note')
  process.exitCode = 1
}
