import { createHash, randomBytes } from 'node:crypto'
import { request as send } from 'node:http'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { until } from '../../scripts/until.ts'
import { asAdministrator } from '../support/template-database.ts'
import { receivedByImport, upload, type Upload } from './support/uploads.ts'
import type { World } from './support/world.ts'
import { createWorld } from './support/world.ts'

let world: World
beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.close())

const countOf = async (table: string): Promise<number> => {
  const { rows } = await asAdministrator(world.adminUrl, (client) =>
    client.query<{ n: string }>(`SELECT count(*) AS n FROM ${table}`),
  )
  return Number(rows[0]?.n)
}

const tooMany = 50 * 1024 * 1024 + 1

describe('an upload', () => {
  test('is kept in encrypted parts and comes back byte for byte, under its name', async () => {
    const canary = 'CANARY-8d1f'
    const bytes = Buffer.concat([Buffer.from(canary), randomBytes(2_500_000)])
    const { status, headers, body } = await upload(world, {
      body: bytes,
      headers: { 'content-disposition': "attachment; filename*=UTF-8''relev%C3%A9%20mars.xml" },
    })
    expect([status, body.state]).toEqual([202, 'uploaded'])
    expect(headers.get('location')).toBe(`/v1/imports/${body.id}`)
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    expect(body.file).toEqual({ name: 'relevé mars.xml', sizeBytes: bytes.length, sha256 })
    const { rows } = await asAdministrator(world.adminUrl, (client) =>
      client.query<{ content: string }>(
        `SELECT content FROM statement_file_part JOIN statement_import USING (tenant_id, file_id)
         WHERE statement_import.id = $1`,
        [body.id],
      ),
    )
    expect(rows.length).toBe(3)
    for (const { content } of rows) {
      expect(content).not.toContain(canary)
      expect(content).not.toContain(Buffer.from(canary).toString('base64').slice(0, 12))
    }
    const back = await fetch(`${world.url}/v1/imports/${body.id}/file`, {
      headers: { authorization: `Bearer ${world.a.key}` },
    })
    expect(back.headers.get('content-disposition')).toContain('relev%C3%A9%20mars.xml')
    expect(Buffer.from(await back.arrayBuffer()).equals(bytes)).toBe(true)
  })

  test('begins the workflow of its import, which is told ids and nothing else', async () => {
    const { body } = await upload(world)
    expect(await receivedByImport(world, body.id)).toEqual([
      { name: 'start', input: { tenantId: world.a.tenantId, importId: body.id } },
    ])
  })

  test('of more than 50 MB is refused by what it announces, before any of it is kept', async () => {
    const files = await countOf('statement_file')
    const refused = await new Promise<number | undefined>((resolve, reject) => {
      const request = send(`${world.url}/v1/imports`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${world.a.key}`,
          'content-type': 'application/octet-stream',
          'content-length': tooMany,
        },
      })
      request.once('response', (response) => {
        resolve(response.statusCode)
        request.destroy()
      })
      request.once('error', reject)
      // the body never follows: the answer does not wait for it
      request.flushHeaders()
    })
    expect(refused).toBe(413)
    expect(await countOf('statement_file')).toBe(files)
  })

  /** Sends pieces of 1 MB until its connection is closed, and gives what it was answered. */
  const sendForEver = async (key: string): Promise<string> => {
    const { port } = new URL(world.url)
    const socket = connect(Number(port), '127.0.0.1')
    let answer = ''
    socket.on('data', (piece) => (answer += piece.toString('latin1')))
    socket.on('error', () => undefined)
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.write(
      `POST /v1/imports HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n`,
    )
    const piece = Buffer.from(`100000\r\n${'x'.repeat(1024 * 1024)}\r\n`)
    const goOn = (): void => {
      while (socket.write(piece));
    }
    socket.on('drain', goOn)
    goOn()
    await closed
    return answer
  }

  test('that announces nothing and grows beyond 50 MB is cut off, and nothing of it stays', async () => {
    const [files, parts] = [await countOf('statement_file'), await countOf('statement_file_part')]
    const answer = await sendForEver(world.a.key)
    expect(answer).toContain(' 413 ')
    expect(answer).toContain('payload-too-large')
    expect([await countOf('statement_file'), await countOf('statement_file_part')]).toEqual([
      files,
      parts,
    ])
  })

  test('that goes on although it was refused is cut off', async () => {
    expect(await sendForEver('nobody')).toContain(' 401 ')
  })

  test('that breaks off leaves nothing behind', async () => {
    const [files, parts] = [await countOf('statement_file'), await countOf('statement_file_part')]
    const { port } = new URL(world.url)
    const socket = connect(Number(port), '127.0.0.1')
    socket.write(
      `POST /v1/imports HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${world.a.key}\r\nContent-Length: 3000000\r\n\r\n${'x'.repeat(1_500_000)}`,
    )
    await until(async () => ((await countOf('statement_file_part')) > parts ? true : undefined), {
      what: 'the first part',
      limitMs: 10_000,
    })
    expect(await countOf('statement_file')).toBe(files + 1)
    socket.destroy()
    await until(async () => ((await countOf('statement_file')) === files ? true : undefined), {
      what: 'the end of it',
      limitMs: 10_000,
    })
  })

  const wrong: Record<string, Upload & { code?: string }> = {
    nothing: { body: '', code: 'validation-failed' },
    JSON: { headers: { 'content-type': 'application/json' } },
    'a form with the file in it': {
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
    },
    'fields of a form': { headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    'compressed bytes': { headers: { 'content-encoding': 'gzip' } },
  }

  test.each(Object.keys(wrong))('of %s is refused', async (what) => {
    const { code = 'unsupported-media-type', ...given } = wrong[what] ?? {}
    const { status, body } = await upload(world, given)
    expect([status, body.code]).toEqual([code === 'validation-failed' ? 400 : 415, code])
  })

  test('repeated with its key is the same import, and another file under that key is refused', async () => {
    const headers = { 'idempotency-key': 'march-file' }
    const first = await upload(world, { headers, body: 'march' })
    const files = await countOf('statement_file')
    const again = await upload(world, { headers, body: 'march' })
    expect([again.status, again.body.id]).toEqual([202, first.body.id])
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    expect(await countOf('statement_file')).toBe(files)
    const other = await upload(world, { headers, body: 'april' })
    expect([other.status, other.body.code]).toEqual([422, 'idempotency-key-reused'])
    const elsewhere = await upload(world, { headers, body: 'march', tenant: world.b })
    expect(elsewhere.body.id).not.toBe(first.body.id)
  })

  test('may name its account by id or number, but none of another tenant', async () => {
    const number = 'BE68 5390 0754 7034'
    const made = await world.call<{ id: string }>('POST', '/v1/accounts', {
      body: { number, currency: 'EUR' },
    })
    for (const account of [made.body.id, number, 'be68539007547034']) {
      const { body } = await upload(world, {
        path: `/v1/imports?account=${encodeURIComponent(account)}`,
      })
      expect(body.options).toEqual({ accountId: made.body.id })
    }
    for (const account of [made.body.id, number, 'BE00']) {
      const path = `/v1/imports?account=${encodeURIComponent(account)}`
      expect((await upload(world, { path, tenant: world.b })).status).toBe(404)
    }
  })
})
