import { generateKeyPairSync, verify } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ProviderError } from '../../../activities/providers/provider.ts'
import { createSaltEdgeClient } from '../../../activities/providers/saltedge/client.ts'
import { readSaltEdgeConfig } from '../../../activities/providers/saltedge/config.ts'
import { callOptions } from '../support/caller.ts'

const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
const privatePem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const publicPem = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString()

interface Seen {
  method: string
  url: string
  headers: IncomingHttpHeaders
  body: string
}
const seen: Seen[] = []
let answer = { status: 200, body: '{"data":{}}' }
let apiUrl = ''
const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const { method = '', url = '', headers } = request
    seen.push({ method, url, headers, body: Buffer.concat(chunks).toString() })
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body)
  })
})
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v6`
})
afterAll(() => server.close())
beforeEach(() => {
  seen.length = 0
  answer = { status: 200, body: '{"data":{}}' }
})

const environment = (more: Record<string, string> = {}) => ({
  SALTEDGE_API_URL: apiUrl,
  SALTEDGE_APP_ID: 'app',
  SALTEDGE_SECRET: 'a-secret-that-nobody-sees',
  SALTEDGE_SANDBOX: 'true',
  SALTEDGE_PRIVATE_KEY: privatePem,
  ...more,
})
const clientOf = (more?: Record<string, string>) =>
  createSaltEdgeClient(readSaltEdgeConfig(environment(more)))
const anything = z.object({ data: z.unknown() })

const isSigned = ({ method, url, headers, body }: Seen): boolean => {
  const signed = `${String(headers['expires-at'])}|${method}|${new URL(url, apiUrl).href}|${body}`
  const signature = Buffer.from(String(headers['signature']), 'base64')
  return verify('sha256', Buffer.from(signed), pair.publicKey, signature)
}

describe('every call is signed', () => {
  test.each([
    ['GET', '/transactions?connection_id=1&from_id=20%2B5', undefined],
    ['POST', '/connections/connect', { text: 'é € "quoted"', list: [1] }],
    ['DELETE', '/connections/1', undefined],
  ] as const)('over exactly what is sent: %s %s', async (method, path, data) => {
    await clientOf().call({ method, path, data }, anything, callOptions())
    expect(isSigned(seen[0]!)).toBe(true)
    expect(seen[0]!.headers).toMatchObject({ 'app-id': 'app', secret: 'a-secret-that-nobody-sees' })
  })

  test('anew, for a minute in whole seconds', async () => {
    const before = Math.floor(Date.now() / 1_000)
    await clientOf().call({ method: 'GET', path: '/countries' }, anything, callOptions())
    const expiresAt = String(seen[0]!.headers['expires-at'])
    expect(expiresAt).toMatch(/^\d+$/)
    expect(Number(expiresAt)).toBeGreaterThanOrEqual(before + 60)
    expect(Number(expiresAt)).toBeLessThan(before + 120)
  })

  test('but not without a key, as in the test phase', async () => {
    const client = clientOf({ SALTEDGE_PRIVATE_KEY: '' })
    await client.call({ method: 'GET', path: '/countries' }, anything, callOptions())
    expect(seen[0]!.headers).not.toHaveProperty('signature')
    expect(seen[0]!.headers).not.toHaveProperty('expires-at')
  })
})

describe('what goes wrong', () => {
  const failing = async (status: number, body: string) => {
    answer = { status, body }
    const calling = clientOf().call({ method: 'GET', path: '/accounts' }, anything, callOptions())
    const error: unknown = await calling.catch((thrown: unknown) => thrown)
    if (!(error instanceof ProviderError)) throw new Error('no failure')
    return error
  }

  test('is one failure, without a header or a word of the provider', async () => {
    const error = await failing(400, '{"error":{"class":"ClientPending","message":"canary"}}')
    expect(error.failure).toEqual({
      code: 'operator_misconfigured',
      scope: 'provider',
      providerCode: 'ClientPending',
    })
    const told = JSON.stringify([error.message, error.failure, String(error.cause), error.stack])
    expect(told).not.toContain('a-secret-that-nobody-sees')
    expect(told).not.toContain('canary')
  })

  test('with a signature that came too late is asked once more, newly signed; then our clock is wrong', async () => {
    const error = await failing(400, '{"error":{"class":"RequestExpired"}}')
    expect(error.failure).toMatchObject({
      code: 'operator_misconfigured',
      scope: 'provider',
      providerCode: 'RequestExpired',
    })
    expect(seen).toHaveLength(2)
    expect(seen.every(isSigned)).toBe(true)
    seen.length = 0
    const removing = clientOf().remove('/connections/1', callOptions())
    await expect(removing).rejects.toMatchObject({ failure: { code: 'operator_misconfigured' } })
    expect(seen).toHaveLength(2)
  })

  test('once passes with the second signature', async () => {
    answer = { status: 400, body: '{"error":{"class":"RequestExpired"}}' }
    const options = {
      ...callOptions(),
      onExchange: () => {
        answer = { status: 200, body: '{"data":7}' }
      },
    }
    const calling = clientOf().call({ method: 'GET', path: '/accounts' }, anything, options)
    expect(await calling).toEqual({ data: 7 })
  })

  test.each(['', '<html>', '{"data"', 'null', '[]'])(
    'a success that says %s cannot be used',
    async (body) => {
      expect((await failing(200, body)).failure.code).toBe('invalid_response')
    },
  )

  test('a bare string instead of an error is tolerated', async () => {
    expect((await failing(400, '{"error":"Your client is pending."}')).failure.code).toBe('defect')
    expect((await failing(503, '"sorry"')).failure.code).toBe('provider_unavailable')
  })

  test.each([
    [404, '{"error":{"class":"ConnectionNotFound"}}', true],
    [404, '', true],
    [400, '{"error":{"class":"ConsentAlreadyRevoked"}}', true],
    [404, '{"error":{"class":"RouteNotFound"}}', false],
    [500, '', false],
  ])('removing what answers %i %s is a success: %s', async (status, body, isGone) => {
    answer = { status, body }
    const removing = clientOf().remove('/connections/1', callOptions())
    const result = await removing.catch((error: unknown) => error)
    if (isGone) expect(result).toBeUndefined()
    else expect(result).toBeInstanceOf(ProviderError)
  })
})

describe('the configuration', () => {
  const folder = mkdtempSync(join(tmpdir(), 'saltedge-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const problemOf = (more: Record<string, string>): string => {
    try {
      readSaltEdgeConfig(environment(more))
    } catch (error) {
      return (error as Error).message
    }
    return ''
  }

  test('names each wrong key in a sentence and never a value', () => {
    expect(problemOf({ SALTEDGE_APP_ID: '', SALTEDGE_SECRET: '' })).toBe(
      'Salt Edge is not configured.\nSALTEDGE_APP_ID must be set.\nSALTEDGE_SECRET must be set.',
    )
    expect(problemOf({ SALTEDGE_SANDBOX: 'false' })).toContain('SALTEDGE_API_URL must be an https')
    expect(problemOf({ SALTEDGE_PRIVATE_KEY: 'canary' })).toMatch(/must be an RSA key in PEM form/)
    expect(problemOf({ SALTEDGE_PRIVATE_KEY: 'canary' })).not.toContain('canary')
    expect(problemOf({ SALTEDGE_CALLBACK_URL: 'nowhere' })).toContain('SALTEDGE_CALLBACK_URL')
    expect(problemOf({ SALTEDGE_PRIVATE_KEY_FILE: '/x' })).toContain('must not be set beside')
    const missing = { SALTEDGE_PRIVATE_KEY: '', SALTEDGE_PRIVATE_KEY_FILE: join(folder, 'none') }
    expect(problemOf(missing)).toContain('SALTEDGE_PRIVATE_KEY_FILE names a file')
  })

  test('takes keys from a file, or from one line with written line breaks', () => {
    const path = join(folder, 'callback.pem')
    writeFileSync(path, `${publicPem}\n${publicPem}`)
    const config = readSaltEdgeConfig(
      environment({
        SALTEDGE_PRIVATE_KEY: privatePem.replaceAll('\n', '\\n'),
        SALTEDGE_CALLBACK_PUBLIC_KEY_FILE: path,
      }),
    )
    expect(config.callbackKeys).toHaveLength(2)
    expect(config.privateKey?.reveal().type).toBe('private')
    expect(JSON.stringify(config)).not.toContain('a-secret-that-nobody-sees')
  })
})
