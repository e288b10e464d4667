import type { AddressInfo } from 'node:net'
import type { RequestListener, Server } from 'node:http'
import { createServer } from 'node:http'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { createPontoClient } from '../../../activities/providers/ponto/client.ts'
import { readPontoConfig } from '../../../activities/providers/ponto/config.ts'
import { userInfo } from '../../../activities/providers/ponto/schema.ts'
import { ProviderError } from '../../../activities/providers/provider.ts'
import { callOptions, openStore } from '../support/caller.ts'
import type { Linked } from '../support/linked-ponto.ts'
import { openLinked, pontoEnvironment } from '../support/linked-ponto.ts'

const failureOf = async (call: Promise<unknown>) => {
  const error = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof ProviderError)) throw new Error('not refused', { cause: error })
  return error.failure
}

describe('a server that misbehaves', () => {
  let server: Server
  afterEach(
    () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  )

  const ask = async (listener: RequestListener, signal = new AbortController().signal) => {
    server = createServer(listener)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const client = createPontoClient(readPontoConfig(pontoEnvironment(`http://127.0.0.1:${port}`)))
    const options = { ...callOptions(), signal }
    const call = { method: 'GET', path: '/userinfo', authorization: { bearer: 't-123' } } as const
    return { answer: client.call(call, userInfo, options), options }
  }

  const failed = async (listener: RequestListener) => failureOf((await ask(listener)).answer)

  test.each<[string, RequestListener, string]>([
    ['HTML with 200', (_, res) => res.end('<h1>Maintenance</h1>'), 'invalid_response'],
    ['nothing with 200', (_, res) => res.end(), 'invalid_response'],
    ['half of its JSON with 200', (_, res) => res.end('{"sub":"a'), 'invalid_response'],
    ['another shape', (_, res) => res.end('{"sub":null}'), 'invalid_response'],
    [
      'HTML with 503',
      (_, res) => res.writeHead(503).end('<h1>Back soon</h1>'),
      'provider_unavailable',
    ],
    ['a reset', (req) => req.socket.resetAndDestroy(), 'provider_unavailable'],
    ['an end before any answer', (req) => req.socket.destroy(), 'provider_unavailable'],
    [
      'a body cut off half-way',
      (_, res) => {
        res.writeHead(200, { 'content-length': '100' })
        res.write('{"sub":', () => res.destroy())
      },
      'provider_unavailable',
    ],
    [
      'a broken compression',
      (_, res) => res.writeHead(200, { 'content-encoding': 'gzip' }).end('no gzip at all'),
      'provider_unavailable',
    ],
    [
      'a body that is small only while compressed',
      (_, res) =>
        res
          .writeHead(200, { 'content-encoding': 'gzip' })
          .end(gzipSync(Buffer.alloc(30 * 1_024 * 1_024, 'x'))),
      'invalid_response',
    ],
  ])('answering with %s is a failure, never an empty answer', async (_, listener, code) => {
    expect((await failed(listener)).code).toBe(code)
  })

  test('a redirect is not followed, because the token would travel with it', async () => {
    let asked = 0
    const failure = await failed((_, res) => {
      asked += 1
      res.writeHead(302, { location: '/elsewhere' }).end()
    })
    expect(failure.code).toBe('invalid_response')
    expect(asked).toBe(1)
  })

  test('a body without end is left at ten megabytes', async () => {
    const listener: RequestListener = (_, res) => {
      const chunk = Buffer.alloc(1_024 * 1_024, ' ')
      const pour = () => {
        while (!res.destroyed && res.write(chunk));
        if (!res.destroyed) res.once('drain', pour)
      }
      pour()
    }
    expect(await failed(listener)).toMatchObject({
      code: 'invalid_response',
      reason: 'body_too_large',
    })
  })

  test.each(['before the answer', 'during the body'])(
    'a silence %s ends the call',
    async (when) => {
      const limit = new AbortController()
      const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(limit.signal)
      const failure = await failed((_, res) => {
        if (when === 'during the body') res.write('{')
        setImmediate(() => limit.abort(new DOMException('too long', 'TimeoutError')))
      })
      expect(failure).toMatchObject({ code: 'provider_unavailable', reason: 'no_answer' })
      expect(timeout).toHaveBeenCalledWith(30_000)
      timeout.mockRestore()
    },
  )

  test.each(['before the answer', 'during the body'])('a stop %s ends the call', async (when) => {
    const controller = new AbortController()
    const reason = new Error('the worker stops')
    const { answer } = await ask((_, res) => {
      if (when === 'during the body') res.write('{')
      setImmediate(() => controller.abort(reason))
    }, controller.signal)
    await expect(answer).rejects.toBe(reason)
  })

  test('a call is told with its failure and the request id, and without the token', async () => {
    const { answer, options } = await ask((_, res) =>
      res.writeHead(500, { 'ibanity-request-id': 'r-1' }).end('{}'),
    )
    await failureOf(answer)
    expect(options.exchanges).toEqual([
      {
        method: 'GET',
        path: '/ponto-connect/userinfo',
        status: 500,
        responseBytes: 2,
        durationMs: expect.any(Number),
        providerRequestId: 'r-1',
        failureCode: 'provider_unavailable',
      },
    ])
    expect(JSON.stringify(options.exchanges)).not.toContain('t-123')
  })
})

describe('a paging link', () => {
  const { pathOf } = createPontoClient(readPontoConfig(pontoEnvironment('https://api.example')))

  test('is followed where it stays within the API', () => {
    for (const link of [
      'https://api.example/ponto-connect/accounts?page%5Bafter%5D=a',
      'https://API.EXAMPLE:443/ponto-connect/accounts?page%5Bafter%5D=a',
      '/ponto-connect/accounts?page%5Bafter%5D=a',
    ])
      expect(pathOf(link), link).toBe('/accounts?page%5Bafter%5D=a')
  })

  test.each([
    'https://elsewhere.example/ponto-connect/accounts',
    'http://api.example/ponto-connect/accounts',
    'https://api.example:8443/ponto-connect/accounts',
    'https://api.example.evil.example/ponto-connect/accounts',
    'https://api.example@evil.example/ponto-connect/accounts',
    '//evil.example/ponto-connect/accounts',
    'https://api.example/ponto-connect/../admin',
    'https://api.example/ponto-connect-evil/accounts',
    'javascript:alert(1)',
    'https://',
  ])('%s is refused, because a token would follow it', (link) => {
    expect(() => pathOf(link)).toThrow(ProviderError)
  })
})

describe('faults of the sandbox while lines are read', () => {
  let linked: Linked
  beforeAll(async () => {
    linked = await openLinked()
  })
  afterAll(() => linked.stop())
  beforeEach(() => linked.sim('POST', '/__sim/reset'))

  const arrange = async (fault: object) => {
    const { kept, accounts } = await linked.link()
    const store = openStore()
    await linked.sim('POST', '/__sim/fail-next', { endpoint: 'transactions', ...fault })
    return () => store.read(linked.open(kept), accounts[0]!.providerAccountId).then(() => store)
  }

  test.each([
    ['html', {}, 'invalid_response'],
    ['garbage', {}, 'invalid_response'],
    ['truncate', {}, 'provider_unavailable'],
    ['reset', {}, 'provider_unavailable'],
    ['lost', {}, 'provider_unavailable'],
    ['foreignNext', {}, 'invalid_response'],
    ['error', { status: 503 }, 'provider_unavailable'],
    ['error', { status: 429, headers: { 'retry-after': '90' } }, 'rate_limited'],
    ['error', { status: 400, code: 'somethingNew' }, 'defect'],
  ])(
    '%s %o is told as one failure, and the next run reads everything',
    async (mode, more, code) => {
      const read = await arrange({ mode, ...more })
      expect((await failureOf(read())).code).toBe(code)
      const { lines } = await read()
      expect(lines.size).toBe(270)
    },
  )
})
