import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as secrets from '../../db/queries/connection-secrets.ts'
import * as idempotency from '../../db/queries/idempotency.ts'
import * as oneTimeSecrets from '../../db/queries/one-time-secrets.ts'
import { Secret } from '../../domain/secret.ts'
import type { Arranged } from './arrange.ts'
import { aLine, aLinkedAccount, arrange } from './arrange.ts'

let arranged: Arranged
beforeAll(async () => {
  arranged = await arrange()
})
afterAll(() => arranged.end())

const canary = `canary-${randomUUID()}`

/** Every row of every table as text, read behind row-level security. */
const dump = async (): Promise<string> => {
  const client = new pg.Client(arranged.adminUrl)
  await client.connect()
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'",
    )
    const texts: string[] = []
    for (const { name } of tables) {
      const { rows } = await client.query<{ row: string }>(
        `SELECT to_jsonb(t)::text AS row FROM public.${client.escapeIdentifier(name)} AS t`,
      )
      texts.push(...rows.map(({ row }) => row))
    }
    return texts.join('\n')
  } finally {
    await client.end()
  }
}

const encodings = [
  canary,
  Buffer.from(canary).toString('hex'),
  Buffer.from(canary).toString('base64').slice(0, 40),
]

test('nothing that is secret stands readable in any table', async () => {
  const { pool, vault } = arranged
  const { within, connectionId, store } = await aLinkedAccount(pool)
  await store([aLine({ text: 'this is found' })])
  await within(async (tx) => {
    const opener = { tx, vault }
    await secrets.store(opener, { connectionId, secret: new Secret(canary) })
    for (const purpose of ['completion', 'link_url', 'link_state', 'person'] as const)
      await oneTimeSecrets.store(opener, {
        purpose,
        id: randomUUID(),
        value: canary,
        ttlSeconds: 60,
      })
    const command = { key: 'POST /v1/x 1', request: JSON.stringify({ code: canary }) }
    await idempotency.claim(opener, command)
    await idempotency.complete(opener, { key: command.key, status: 200, body: canary })
  })
  const text = await dump()
  expect(text).toContain('this is found')
  for (const encoding of encodings) expect(text).not.toContain(encoding)
})
