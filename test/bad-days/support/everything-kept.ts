/** All that the product writes anywhere, as text: every table, every workflow history, every log file. */
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { Client } from 'pg'
import { readConfig } from '../../../config.ts'
import { connectTemporal } from '../../../temporal.ts'
import type { Stage } from './stage.ts'

export interface Kept {
  /** Such as "table connection" or "log worker.log". */
  place: string
  text: string
}

const tables = async ({ stack }: Stage): Promise<Kept[]> => {
  const client = new Client({ connectionString: stack.env['MIGRATION_DATABASE_URL'] })
  await client.connect()
  try {
    const { rows } = await client.query<{ name: string }>(
      "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')",
    )
    const kept: Kept[] = []
    for (const { name } of rows) {
      const { rows: contents } = await client.query<{ text: string | null }>(
        `SELECT string_agg(to_jsonb(one)::text, E'\\n') AS text FROM ${name} AS one`,
      )
      kept.push({ place: `table ${name}`, text: contents[0]?.text ?? '' })
    }
    return kept
  } finally {
    await client.end()
  }
}

/** Every text inside a value; payloads are bytes that hold text. */
const textsIn = (value: unknown): string[] => {
  if (typeof value === 'string') return [value]
  if (value instanceof Uint8Array) return [Buffer.from(value).toString('utf8')]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, part]) => [key, ...textsIn(part)])
}

const histories = async ({ stack }: Stage): Promise<Kept[]> => {
  const temporal = connectTemporal(readConfig({ ...process.env, ...stack.env }))
  const kept: Kept[] = []
  for await (const { workflowId, runId } of temporal.workflow.list()) {
    const handle = temporal.workflow.getHandle(workflowId, runId)
    const history = await handle.fetchHistory()
    kept.push({ place: `history ${workflowId}`, text: textsIn(history).join('\n') })
  }
  await temporal.connection.close()
  return kept
}

const logs = async ({ dir }: Stage): Promise<Kept[]> => {
  const folder = path.join(dir, 'logs')
  const files = await readdir(folder)
  return Promise.all(
    files.map(async (file) => ({
      place: `log ${file}`,
      text: await readFile(path.join(folder, file), 'utf8'),
    })),
  )
}

/** Reads all of it. */
export const everythingKept = async (stage: Stage): Promise<Kept[]> => [
  ...(await tables(stage)),
  ...(await histories(stage)),
  ...(await logs(stage)),
]
