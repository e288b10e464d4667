/** `npm run history -- <workflow id> <what>`: writes a workflow's history as a replay fixture. */
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Client, Connection } from '@temporalio/client'
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js'
import { readJson } from './read-json.ts'

const [workflowId, what] = process.argv.slice(2)
if (workflowId === undefined || what === undefined || !/^[a-z0-9-]+$/.test(what)) {
  console.error(
    'Usage: npm run history -- <workflow id> <what-it-shows>, for example connection/… mfa-expired',
  )
  process.exit(1)
}

/** The server of the stack that `npm start` started last, unless another one is named. */
const addressOf = async (): Promise<string> => {
  const ports = await readJson(path.resolve(import.meta.dirname, '../.dev/ports.json'))
  const port =
    typeof ports === 'object' && ports !== null && 'temporal' in ports ? ports.temporal : 7233
  return process.env['TEMPORAL_ADDRESS'] ?? `127.0.0.1:${String(port)}`
}

const connection = await Connection.connect({ address: await addressOf() })
const namespace = process.env['TEMPORAL_NAMESPACE'] ?? 'default'
const handle = new Client({ connection, namespace }).workflow.getHandle(workflowId)
const { type } = await handle.describe()
const history = await handle.fetchHistory()
const day = new Date().toISOString().slice(0, 10)
const file = path.resolve(import.meta.dirname, '../test/histories', type, `${day}-${what}.json`)
await mkdir(path.dirname(file), { recursive: true })
// stack traces name the folder of whoever recorded it
await writeFile(file, `${historyToJSON(history).replaceAll(process.cwd(), '/app')}\n`)
await connection.close()
console.log(`Written: ${path.relative(process.cwd(), file)}`)
