/** Holds everything that goes over Salt Edge's wire against schemas of our own: calls, answers and callbacks. */
import { join } from 'node:path'
import type { Observed, Observer } from '../../../sandbox/observe.ts'
import { openSchemas } from '../own-schemas.ts'

interface Operation {
  method: string
  path: RegExp
  /** Names that its query may have. */
  query: readonly string[]
  request: string | null
  /** Schema of `data`, or of each of its elements. */
  answer: string
  isList: boolean
}

const paging = ['from_id', 'per_page']

const list = (path: RegExp, answer: string, query: readonly string[]): Operation => ({
  method: 'GET',
  path,
  query: [...paging, ...query],
  request: null,
  answer,
  isList: true,
})

type Single = [method: string, path: RegExp, request: string | null, answer: string]

const one = (
  [method, path, request, answer]: Single,
  query: readonly string[] = [],
): Operation => ({
  method,
  path,
  query,
  request,
  answer,
  isList: false,
})

const operations: readonly Operation[] = [
  list(/^\/countries$/, 'country', ['include_sandboxes']),
  list(/^\/providers$/, 'provider', [
    'country_code',
    'mode',
    'include_sandboxes',
    'include_credentials_fields',
  ]),
  one(['GET', /^\/providers\/[a-z0-9_]+$/, null, 'provider']),
  one(['POST', /^\/customers$/, 'request-customer', 'customer']),
  list(/^\/customers$/, 'customer', ['identifier']),
  one(['GET', /^\/customers\/\d+$/, null, 'customer']),
  one(['DELETE', /^\/customers\/\d+$/, null, 'customer-removed']),
  one(['POST', /^\/connections\/connect$/, 'request-connect', 'page']),
  one(['POST', /^\/connections\/\d+\/reconnect$/, 'request-reconnect', 'page']),
  one(['POST', /^\/connections\/\d+\/refresh$/, 'request-refresh', 'page']),
  one([
    'POST',
    /^\/connections\/\d+\/background_refresh$/,
    'request-background-refresh',
    'connection',
  ]),
  list(/^\/connections$/, 'connection', ['customer_id']),
  one(['GET', /^\/connections\/\d+$/, null, 'connection'], ['include_holder_info']),
  one(['PUT', /^\/connections\/\d+$/, 'request-connection', 'connection']),
  one(['DELETE', /^\/connections\/\d+$/, null, 'connection-removed']),
  list(/^\/attempts$/, 'attempt', ['connection_id']),
  one(['GET', /^\/attempts\/\d+$/, null, 'attempt']),
  list(/^\/accounts$/, 'account', ['connection_id', 'customer_id']),
  list(/^\/transactions$/, 'transaction', [
    'connection_id',
    'account_id',
    'pending',
    'duplicated',
    'from_date',
    'to_date',
  ]),
  list(/^\/consents$/, 'consent', ['connection_id', 'customer_id']),
  one(['GET', /^\/consents\/\d+$/, null, 'consent']),
  one(['PUT', /^\/consents\/\d+\/revoke$/, 'request-nothing', 'consent']),
]

const base = '/api/v6'
const problemsMax = 200

/** What is wrong with a value by one of the schemas, named without its ending. */
export const problemsOf = openSchemas(join(import.meta.dirname, 'schemas'))

const parsed = (text: string): unknown => {
  try {
    return text === '' ? {} : JSON.parse(text)
  } catch {
    return undefined
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What is wrong with a success in its envelope. */
export const envelopeProblems = (
  { answer, isList }: Pick<Operation, 'answer' | 'isList'>,
  body: unknown,
): string[] => {
  if (!isObject(body) || !('data' in body)) return ['the answer has no data']
  if (!isList) return problemsOf(answer, body['data'])
  if (!Array.isArray(body['data'])) return ['the data are no list']
  const meta = answer === 'country' ? [] : problemsOf('meta', body['meta'])
  return [...meta, ...body['data'].flatMap((each) => problemsOf(answer, each))]
}

const headerProblems = ({ requestHeaders: headers }: Observed): string[] => {
  const problems: string[] = []
  if (headers['app-id'] === undefined || headers['secret'] === undefined)
    problems.push('the call has no keys')
  const expiresAt = String(headers['expires-at'] ?? '')
  const isSigned = (headers['signature'] ?? '') !== ''
  if (isSigned && !/^\d{10}$/.test(expiresAt)) problems.push('Expires-at is no whole second')
  return problems
}

const requestProblems = (seen: Observed, { query, request }: Operation): string[] => {
  const strange = [...new URLSearchParams(seen.query).keys()].filter(
    (name) => !query.includes(name),
  )
  const unknown = strange.map((name) => `the query has ${name}`)
  if (request === null) {
    const extra = seen.requestBody === '' ? [] : ['the call has a body']
    return [...headerProblems(seen), ...unknown, ...extra]
  }
  return [...headerProblems(seen), ...unknown, ...problemsOf(request, parsed(seen.requestBody))]
}

const callProblems = (seen: Observed): string[] => {
  const path = seen.path.slice(base.length)
  const operation = operations.find((each) => each.method === seen.method && each.path.test(path))
  const isRefused = seen.status !== null && seen.status >= 400
  const body = parsed(seen.responseBody)
  if (isRefused && !seen.faulty) return problemsOf('error', body)
  if (operation === undefined) return ['there is no such operation']
  const asked = requestProblems(seen, operation)
  return seen.faulty ? asked : [...asked, ...envelopeProblems(operation, body)]
}

const described = new Set(['success', 'failure', 'notify', 'destroy'])

const callbackProblems = (seen: Observed): string[] => {
  // the types stand at the end of whatever address was registered for them
  const type = seen.path.slice(seen.path.lastIndexOf('/') + 1)
  const body = parsed(seen.requestBody)
  if (seen.faulty || !described.has(type) || !isObject(body)) return []
  return [
    ...problemsOf('callback-meta', body['meta']),
    ...problemsOf(`callback-${type}`, body['data']),
  ]
}

/** An observer that collects everything that is not as described; `problems` tells what, at most 200 of them. */
export const openConformance = (): {
  observe: Observer
  problems: () => string[]
  /** How many calls and callbacks were looked at. */
  count: () => number
} => {
  const found: string[] = []
  let looked = 0
  const observe: Observer = (seen) => {
    const isCall = seen.direction === 'in' && seen.path.startsWith(`${base}/`)
    if (seen.provider !== 'saltedge' || (seen.direction === 'in' && !isCall)) return
    looked += 1
    const problems = isCall ? callProblems(seen) : callbackProblems(seen)
    for (const problem of problems)
      if (found.length < problemsMax) found.push(`${seen.method} ${seen.path}: ${problem}`)
  }
  return { observe, problems: () => found, count: () => looked }
}
