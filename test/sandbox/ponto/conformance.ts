/** Holds everything that goes over Ponto's wire against schemas of our own: calls, answers and events. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Observed, Observer } from '../../../sandbox/observe.ts'
import { openSchemas } from '../own-schemas.ts'
import type { Operation } from './operations.ts'
import { events, operationOf } from './operations.ts'

const problemsMax = 200
const eventLifeSeconds = 60

/** What is wrong with a value by one of the schemas, named without its ending. */
export const problemsOf = openSchemas(join(import.meta.dirname, 'schemas'))

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const member = (value: unknown, name: string): unknown =>
  isObject(value) ? value[name] : undefined

/** What is wrong with pairs of names and values, of a query or of a form. */
const pairProblems = (schema: string, text: string): string[] => {
  const pairs = [...new URLSearchParams(text)]
  const isTwice = new Set(pairs.map(([name]) => name)).size < pairs.length
  const twice = isTwice ? [`${schema} has a name twice`] : []
  return [...twice, ...problemsOf(schema, Object.fromEntries(pairs))]
}

const jsonTypes = ['application/json', 'application/vnd.api+json']

const typeOf = (headers: Observed['requestHeaders']): string =>
  String(headers['content-type'] ?? '')
    .split(';')[0]!
    .trim()

const authorizations: Record<Operation['access'], RegExp> = {
  anyone: /^(Bearer [\w.~+/=-]+)?$/,
  bearer: /^Bearer [\w.~+/=-]+$/,
  basic: /^Basic [A-Za-z0-9+/]+={0,2}$/,
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

const headerProblems = (
  { requestHeaders: headers }: Observed,
  { access, repeatable }: Operation,
): string[] => {
  const problems: string[] = []
  if (!authorizations[access].test(headers['authorization']?.toString() ?? ''))
    problems.push(`the authorization is not ${access}`)
  if (repeatable && !uuid.test(headers['ibanity-idempotency-key']?.toString() ?? ''))
    problems.push('the idempotency key is no uuid')
  return problems
}

const bodyProblems = (seen: Observed, { body }: Operation): string[] => {
  const { requestBody: text, requestHeaders } = seen
  if (body === null) return text === '' ? [] : ['the call has a body']
  const type = typeOf(requestHeaders)
  if (body.kind === 'json') {
    const wrong = jsonTypes.includes(type) ? [] : [`the call has the type ${type}`]
    return [...wrong, ...problemsOf(body.schema, parsed(text))]
  }
  const isForm = type === 'application/x-www-form-urlencoded'
  return [...(isForm ? [] : [`the form has the type ${type}`]), ...pairProblems(body.schema, text)]
}

const requestProblems = (seen: Observed, operation: Operation): string[] => [
  ...headerProblems(seen, operation),
  ...pairProblems(operation.query, seen.query),
  // what a person fills in is no call of the API
  ...(operation.answer === null ? [] : bodyProblems(seen, operation)),
]

const answerProblems = (seen: Observed, { answer, status }: Operation): string[] => {
  if (seen.faulty || answer === null) return []
  const body = parsed(seen.responseBody)
  const type = typeOf(seen.responseHeaders)
  const wrong = jsonTypes.includes(type) ? [] : [`the answer has the type ${type}`]
  if (seen.status !== null && seen.status >= 400)
    return [...wrong, ...problemsOf(seen.path.includes('/oauth2/') ? 'error-oauth' : 'error', body)]
  if (seen.status !== status) wrong.push(`the answer has the status ${seen.status}`)
  return [...wrong, ...problemsOf(answer, body)]
}

const callProblems = (seen: Observed): string[] => {
  const operation = operationOf(seen)
  if (operation === undefined) return ['there is no such operation']
  return [...requestProblems(seen, operation), ...answerProblems(seen, operation)]
}

/** What is wrong with the signature of an event: its members, its digest and its life, not whether the key fits. */
export const signatureProblems = (signature: string, body: string): string[] => {
  const [header, claims] = signature
    .split('.')
    .map((part) => parsed(Buffer.from(part, 'base64url').toString()))
  const problems = [...problemsOf('event-header', header), ...problemsOf('event-claims', claims)]
  if (member(claims, 'digest') !== createHash('sha512').update(body).digest('base64'))
    problems.push('the digest is not that of the body')
  if (Number(member(claims, 'exp')) - Number(member(claims, 'iat')) !== eventLifeSeconds)
    problems.push('the signature does not live a minute')
  return problems
}

/** What is wrong with the body of an event. */
export const eventProblems = (body: string): string[] => {
  const event = parsed(body)
  const type = String(member(member(event, 'data'), 'type'))
  const schema = events.get(type.replace(/^pontoConnect\./, ''))
  return schema === undefined ? [`there is no event ${type}`] : problemsOf(schema, event)
}

const sentProblems = ({ requestHeaders, requestBody, faulty }: Observed): string[] => {
  if (faulty) return []
  const type = typeOf(requestHeaders)
  return [
    ...(jsonTypes.includes(type) ? [] : [`the event has the type ${type}`]),
    ...signatureProblems(requestHeaders['signature']?.toString() ?? '', requestBody),
    ...eventProblems(requestBody),
  ]
}

/** Pages for a person that a call's answer leads to; nothing of ours calls them. */
const isPage = ({ path }: Observed): boolean => path.startsWith('/organizations/')

/** An observer that collects everything that is not as described; `problems` tells what, at most 200 of them. */
export const openConformance = (): {
  observe: Observer
  problems: () => string[]
  /** Those found so far, and forgets them: for a test that lets the provider speak unlike itself. */
  takeProblems: () => string[]
  /** How many calls and events were looked at. */
  count: () => number
} => {
  let found: string[] = []
  let looked = 0
  const observe: Observer = (seen) => {
    if (seen.provider !== 'ponto' || isPage(seen)) return
    looked += 1
    const problems = seen.direction === 'in' ? callProblems(seen) : sentProblems(seen)
    for (const problem of problems)
      if (found.length < problemsMax) found.push(`${seen.method} ${seen.path}: ${problem}`)
  }
  const takeProblems = (): string[] => {
    const taken = found
    found = []
    return taken
  }
  return { observe, problems: () => found, takeProblems, count: () => looked }
}
