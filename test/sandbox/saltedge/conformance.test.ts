import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Observed } from '../../../sandbox/observe.ts'
import { hasReference, referenceFolder } from '../reference.ts'
import { envelopeProblems, openConformance, problemsOf } from './conformance.ts'

const canCompare = hasReference('samples of Salt Edge')
const folder = join(referenceFolder, 'specs', 'saltedge', 'samples-synthetic')

interface Sample {
  data: unknown
  meta: unknown
}

const sample = (file: string): Sample => JSON.parse(readFileSync(join(folder, file), 'utf8'))

const lists: Record<string, string> = {
  accounts: 'account',
  consents: 'consent',
  transactions: 'transaction',
}

const sampleProblems = (file: string): string[] => {
  const [topic = '', kind = ''] = file.split('.')
  const body = sample(file)
  const list = lists[topic]
  if (list !== undefined) return envelopeProblems({ answer: list, isList: true }, body)
  if (topic === 'callback')
    return [...problemsOf(`callback-${kind}`, body.data), ...problemsOf('callback-meta', body.meta)]
  if (topic === 'error') return problemsOf('error', body)
  if (topic === 'connection') return problemsOf('connection', body.data)
  const names: Record<string, [request: string, answer: string]> = {
    connections: ['request-connect', 'page'],
    customers: ['request-customer', 'customer'],
  }
  const [request, answer] = names[topic] ?? ['none', 'none']
  return file.includes('.request.') ? problemsOf(request, body) : problemsOf(answer, body.data)
}

test.skipIf(!canCompare)('every sample of the vendor fits our schemas', () => {
  const files = readdirSync(folder)
  expect(files.length).toBeGreaterThan(15)
  expect(files.flatMap((file) => sampleProblems(file).map((each) => `${file}: ${each}`))).toEqual(
    [],
  )
})

const call = (change: Partial<Observed>): Observed => ({
  provider: 'saltedge',
  direction: 'in',
  method: 'POST',
  path: '/api/v6/customers',
  query: '',
  requestHeaders: { 'app-id': 'a', secret: 'b', 'expires-at': '1800000000', signature: 'c' },
  requestBody: '{"data":{"identifier":"tenant-1"}}',
  status: 200,
  responseHeaders: {},
  responseBody:
    '{"data":{"customer_id":"70","identifier":"tenant-1","blocked_at":null,"created_at":"2026-01-05T08:00:00Z","updated_at":"2026-01-05T08:00:00Z"}}',
  faulty: false,
  ...change,
})

const problemsIn = (change: Partial<Observed>): string[] => {
  const { observe, problems } = openConformance()
  observe(call(change))
  return problems()
}

test('a call and its answer as described have no problem', () => {
  expect(problemsIn({})).toEqual([])
})

test.each([
  [
    'a member nobody described in the call',
    { requestBody: '{"data":{"identifier":"a","name":"b"}}' },
  ],
  ['a member nobody described in the answer', { responseBody: '{"data":{"id":"70"}}' }],
  ['an unknown parameter', { query: 'page=2' }],
  [
    'a time of signing with a fraction',
    {
      requestHeaders: { 'app-id': 'a', secret: 'b', 'expires-at': '1800000000.5', signature: 'c' },
    },
  ],
  ['no keys', { requestHeaders: {} }],
  ['an operation of an older edition', { path: '/api/v6/connect_sessions/create' }],
  ['a refusal in another envelope', { status: 400, responseBody: '{"error_class":"A"}' }],
  [
    'a callback with a wrong edition',
    {
      direction: 'out' as const,
      path: '/destroy',
      requestBody:
        '{"data":{"connection_id":"1","customer_id":"2"},"meta":{"version":"5","time":"2026-01-05T08:00:00Z"}}',
    },
  ],
  [
    'a callback with a wrong edition at an address below others',
    {
      direction: 'out' as const,
      path: '/hooks/saltedge/secret/destroy',
      requestBody:
        '{"data":{"connection_id":"1","customer_id":"2"},"meta":{"version":"5","time":"2026-01-05T08:00:00Z"}}',
    },
  ],
])('%s is a problem', (_what, change) => {
  expect(problemsIn(change).length).toBeGreaterThan(0)
})

test('of an exchange with a fault on purpose only the call is looked at', () => {
  expect(problemsIn({ faulty: true, responseBody: '{"data":[{"id":' })).toEqual([])
  expect(problemsIn({ faulty: true, requestBody: '{}' })).not.toEqual([])
})
