/** Express and pg and nothing else: sends the statements it is told and answers with the rows in the shape of the API. */
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import express from 'express'
import pg from 'pg'
import type { Statement } from './recorded-statements.ts'

/** What the bare server reads from the file its argument names. */
export interface BareScript {
  databaseUrl: string
  poolSize: number
  clientId: string
  /** Stands in recorded values where every request has an id of its own. */
  requestId: string
  routes: {
    method: Method
    path: string
    shape: Shape
    statements: Statement[]
  }[]
}

export type Method = 'get' | 'post' | 'patch'
type Shape = 'lines' | 'connection' | 'message'
type Row = Record<string, unknown>

const shapes: Record<Shape, (rows: Row[], clientId: string) => unknown> = {
  lines: (rows) => ({
    data: rows.map(({ seq, op, lineKey, ...line }) => ({ seq: Number(seq), op, lineKey, line })),
    nextCursor: String(rows.at(-1)?.['seq']),
  }),
  connection: ([row = {}], clientId) => {
    const { providerInstitutionId: id, institutionName: name, version: _, ...shown } = row
    // nothing is asked of anybody here
    const {
      mfaChallengeId: _id,
      mfaChallengeKind: _kind,
      mfaChallengeExpiresAt: _at,
      ...rest
    } = shown
    return {
      ...rest,
      institution: { id, name },
      actionRequired: null,
      mfaChallenge: null,
      accounts: Number(rest['accounts']),
      chosenAccounts: Number(rest['chosenAccounts']),
      clientId,
    }
  },
  message: ([row = {}]) => {
    const { authorKind, authorName, body, syncRunId, cause: _, ...rest } = row
    return {
      ...rest,
      seq: Number(rest['seq']),
      text: body,
      author: { kind: authorKind, name: authorName },
      runId: syncRunId,
    }
  },
}

const readScript = async (file: string): Promise<BareScript> => {
  const script: BareScript = JSON.parse(await readFile(file, 'utf8'))
  return script
}

const { databaseUrl, poolSize, clientId, requestId, routes } = await readScript(
  process.argv[2] ?? '',
)

const asText = (text: string) => text
// days stay days, as everywhere in the product
pg.types.setTypeParser(pg.types.builtins.DATE, asText)
const pool = new pg.Pool({ connectionString: databaseUrl, max: poolSize })

const fresh = (value: unknown, id: string): unknown => {
  if (typeof value === 'string') return value.replace(requestId, id)
  return Array.isArray(value) ? value.map((part) => fresh(part, id)) : value
}

/** Sends the statements one after the other on one connection; returns the rows of the last that gave some. */
const run = async (statements: readonly Statement[], id: string): Promise<Row[]> => {
  const client = await pool.connect()
  try {
    let rows: Row[] = []
    for (const { text, values } of statements) {
      const answer = await client.query<Row>(
        text,
        values.map((value) => fresh(value, id)),
      )
      if (answer.rows.length > 0) ({ rows } = answer)
    }
    return rows
  } finally {
    client.release()
  }
}

const app = express()
app.disable('x-powered-by')
app.set('etag', false)
app.use(express.json())
for (const { method, path, shape, statements } of routes)
  app[method](path, async (_request, response) => {
    const rows = await run(statements, randomUUID())
    response.status(method === 'post' ? 201 : 200).json(shapes[shape](rows, clientId))
  })

const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object' && address !== null) console.log(`listening on ${address.port}`)
})
