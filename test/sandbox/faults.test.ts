import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Client, Json } from './client.ts'
import { openClient } from './client.ts'

let client: Client
let access: string
let account: string
beforeAll(async () => {
  client = await openClient()
  access = (await client.link()).access
  account = (await client.accounts(access))[0].id
})
afterAll(() => client.stop())

const failNext = (fault: object) =>
  client.sim('POST', '/__sim/fail-next', { endpoint: 'transactions', ...fault })
const read = (signal?: AbortSignal) =>
  fetch(`${client.pontoUrl}/ponto-connect/accounts/${account}/transactions`, {
    headers: { authorization: `Bearer ${access}` },
    ...(signal === undefined ? {} : { signal }),
  })

test('a scripted error is answered so many times and no more', async () => {
  await failNext({ status: 503, times: 2 })
  expect([(await read()).status, (await read()).status, (await read()).status]).toEqual([
    503, 503, 200,
  ])
})

test('a fault can let calls pass first', async () => {
  await failNext({ status: 500, skip: 1 })
  expect([(await read()).status, (await read()).status, (await read()).status]).toEqual([
    200, 500, 200,
  ])
})

test('a scripted error carries the code, the headers and the envelope of the API', async () => {
  await failNext({ status: 429, headers: { 'retry-after': '17' } })
  const answer = await read()
  expect(answer.headers.get('retry-after')).toBe('17')
  expect(await answer.json()).toMatchObject({ errors: [{ code: 'tooManyRequests' }] })
})

test('a scripted error of a token has the form of OAuth', async () => {
  await client.sim('POST', '/__sim/fail-next', { endpoint: 'token', code: 'invalid_grant' })
  expect(await client.refresh('any')).toMatchObject({
    status: 400,
    body: { error: 'invalid_grant' },
  })
})

test('a body can be anything', async () => {
  await failNext({ status: 200, body: 'not json', contentType: 'text/plain' })
  const answer = await read()
  expect([answer.headers.get('content-type'), await answer.text()]).toEqual([
    'text/plain',
    'not json',
  ])
})

test('a page in HTML comes with status 200', async () => {
  await failNext({ mode: 'html' })
  const answer = await read()
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toContain('text/html')
  expect(await answer.text()).toContain('<h1>')
})

test('a garbled answer calls itself JSON and is none', async () => {
  await failNext({ mode: 'garbage' })
  await expect((await read()).json()).rejects.toThrow(SyntaxError)
})

test('a truncated answer ends before its length', async () => {
  await failNext({ mode: 'truncate' })
  const answer = await read()
  expect(answer.status).toBe(200)
  await expect(answer.text()).rejects.toThrow('terminated')
})

test('a reset cuts the connection without an answer', async () => {
  await failNext({ mode: 'reset' })
  await expect(read()).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } })
})

test('a hanging call never answers', async () => {
  await failNext({ mode: 'hang' })
  const patience = AbortSignal.timeout(150)
  await expect(read(patience)).rejects.toMatchObject({ name: 'TimeoutError' })
})

test('a delayed answer is the right one', async () => {
  await failNext({ mode: 'delay', delayMs: 20 })
  const answer: Json = await (await read()).json()
  expect(answer.data).toHaveLength(10)
})

test('a lost answer was carried out: the refresh token has changed', async () => {
  const { refresh } = await client.link()
  await client.sim('POST', '/__sim/fail-next', { endpoint: 'token', mode: 'lost' })
  await expect(client.refresh(refresh)).rejects.toThrow('fetch failed')
  expect((await client.refresh(refresh)).body.error).toBe('invalid_grant')
})

test('the link to the next page can lead to a foreign host', async () => {
  await failNext({ mode: 'foreignNext' })
  const answer: Json = await (await read()).json()
  expect(new URL(answer.links.next).host).toBe('elsewhere.example')
})

test('every third call for lines of Flaky Bank is answered 503', async () => {
  const flaky = await client.link('Flaky Bank')
  const [{ id }] = await client.accounts(flaky.access)
  const statuses: number[] = []
  for (let call = 0; call < 6; call += 1)
    statuses.push(
      (await client.call(flaky.access, `/ponto-connect/accounts/${id}/transactions`)).status,
    )
  expect(statuses).toEqual([200, 200, 503, 200, 200, 503])
})

test('the log has every call with its fault and without its secrets', async () => {
  const { last } = await client.sim('GET', '/__sim/requests')
  const { refresh } = await client.link()
  await failNext({ status: 500 })
  await read()
  const { requests } = await client.sim('GET', `/__sim/requests?since=${last}`)
  const text = JSON.stringify(requests)
  expect(text).not.toContain(refresh)
  expect(text).not.toContain(access)
  expect(text).not.toContain('sandbox-secret')
  expect(requests.at(-1)).toMatchObject({ endpoint: 'transactions', status: 500, fault: 'error' })
  const exchange = requests.find(({ body }: { body: string }) => body.includes('code_verifier'))
  expect(new URLSearchParams(exchange.body).get('code_verifier')).toMatch(/^….{4}$/)
})

test('every answer carries a request id of its own', async () => {
  const ids = [await read(), await read()].map(({ headers }) => headers.get('ibanity-request-id'))
  expect(ids[0]).toMatch(/^[0-9a-f-]{36}$/)
  expect(ids[0]).not.toBe(ids[1])
})
