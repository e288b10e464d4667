import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import type { DatabasePool, DatabaseTransactionConnection } from 'slonik'
import { sql } from 'slonik'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { createDatabasePool } from '../../db/pool.ts'
import * as events from '../../db/queries/events.ts'
import * as messages from '../../db/queries/messages.ts'
import * as lines from '../../db/queries/statement-lines.ts'
import { withTenant } from '../../db/tenant.ts'
import type { Arranged, Linked } from './arrange.ts'
import { aLine, aLinkedAccount, arrange } from './arrange.ts'

let arranged: Arranged
beforeAll(async () => {
  arranged = await arrange()
})
afterAll(() => arranged.end())

interface Proxy {
  url: string
  /** From now on, this many connections are cut after COMMIT was passed on and before its answer is. */
  cutAnswers: (times: number) => void
  close: () => Promise<void>
}

const proxyTo = async (target: string): Promise<Proxy> => {
  const { hostname, port } = new URL(target)
  let cutsLeft = 0
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname)
    let isCommitting = false
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => sockets.delete(socket))
    }
    client.on('data', (bytes) => {
      if (cutsLeft > 0 && bytes.includes('COMMIT')) isCommitting = true
      upstream.write(bytes)
    })
    upstream.on('data', (bytes) => {
      if (!isCommitting) return void client.write(bytes)
      // the server has answered, so the commit is done; the client never learns of it
      isCommitting = false
      cutsLeft -= 1
      client.destroy()
      upstream.destroy()
    })
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => client.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = new URL(target)
  // oxlint-disable-next-line no-unsafe-type-assertion -- a TCP server has an address of this shape
  url.port = String((server.address() as AddressInfo).port)
  return {
    url: url.href,
    cutAnswers: (times) => {
      cutsLeft = times
    },
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Runs work as an activity does, which is tried again until it is told that it succeeded; returns the tries. */
const persistently = async (work: () => Promise<unknown>): Promise<number> => {
  for (let tries = 1; ; tries += 1)
    try {
      await work()
      return tries
    } catch (error) {
      if (tries === 10) throw error
    }
}

const throughCuts = async (
  work: (tx: DatabaseTransactionConnection) => Promise<unknown>,
  { tenantId }: Linked,
): Promise<number> => {
  const proxy = await proxyTo(arranged.appUrl)
  let pool: DatabasePool | undefined
  try {
    const opened = await createDatabasePool(proxy.url)
    pool = opened
    proxy.cutAnswers(3)
    return await persistently(() => withTenant(opened, tenantId, work))
  } finally {
    await pool?.end()
    await proxy.close()
  }
}

const totalRow = z.object({ total: z.string() })

test('a page whose commit was cut off before the answer is stored once', async () => {
  const account = await aLinkedAccount(arranged.pool)
  const { accountId, connectionId, syncRunId } = account
  const page = Array.from({ length: 20 }, () => aLine())
  const tries = await throughCuts(
    (tx) =>
      lines.storePage(tx, {
        accountId,
        connectionId,
        generation: 0,
        syncRunId,
        lines: page,
        removedLineKeys: [],
      }),
    account,
  )
  expect(tries).toBe(4)
  expect(await account.feed()).toHaveLength(20)
})

test('messages and events whose commit was cut off are there once', async () => {
  const account = await aLinkedAccount(arranged.pool)
  const { connectionId, syncRunId: runId } = account
  const message = (cause?: string) => ({
    dedupeKey: `run:${runId}:${cause}`,
    kind: 'message' as const,
    code: 'sync.delayed' as const,
    params: {},
    author: { kind: 'robot' as const },
    ...(cause === undefined ? {} : { cause }),
  })
  await throughCuts(async (tx) => {
    await messages.post(tx, connectionId, [message(), message('failure:transient')])
    await events.append(tx, [{ dedupeKey: `run:${runId}`, type: 'run.failed', content: {} }])
  }, account)
  await account.within(async (tx) => {
    expect(await events.list(tx, 0, 100)).toHaveLength(1)
    const posted = await messages.list(tx, connectionId, { limit: 100 })
    expect(posted.map(({ times }) => times)).toEqual([1, 1])
  })
})

test('a plain insert under the same cuts would store the page four times', async () => {
  const account = await aLinkedAccount(arranged.pool)
  await throughCuts(
    (tx) =>
      tx.query(sql.unsafe`
        INSERT INTO statement_line (tenant_id, account_id, line_key, seq, added_seq, booked_on,
          amount, currency, text, content_hash, fingerprint, fingerprint_version, raw)
        SELECT ${account.tenantId}, ${account.accountId}, ${randomUUID()} || n, base + n, base + n,
          '2026-03-02', 1, 'EUR', '', '', '', 1, '{}'
        FROM generate_series(1, 20) AS n,
          (SELECT coalesce(max(seq), 0) AS base FROM statement_line) AS numbered`),
    account,
  )
  const { total } = await account.within((tx) =>
    tx.one(sql.type(totalRow)`SELECT count(*) AS total FROM statement_line`),
  )
  expect(total).toBe('80')
})
