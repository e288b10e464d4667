/** Holds everything that goes over Yodlee's wire against Yodlee's own description. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import formats from 'ajv-formats'
import { parse } from 'yaml'
import type { Observed, Observer } from '../../../sandbox/observe.ts'
import { hasReference, referenceFolder } from '../reference.ts'

type Json = any

interface Operation {
  method: string
  pattern: RegExp
  parameters: Json[]
  responses: Json
}

interface Description {
  operations: Operation[]
  /** What is wrong with a value that should be as this definition says; an empty list if nothing. */
  problemsOf: (definition: string, value: unknown) => string[]
}

/** Older descriptions write an exclusive limit as a limit and a mark beside it. */
const normalise = (node: Json): void => {
  if (node === null || typeof node !== 'object') return
  for (const [mark, limit] of [
    ['exclusiveMinimum', 'minimum'],
    ['exclusiveMaximum', 'maximum'],
  ] as const) {
    if (typeof node[mark] !== 'boolean') continue
    if (node[mark]) node[mark] = node[limit]
    else delete node[mark]
    if (mark in node) delete node[limit]
  }
  for (const child of Object.values(node)) normalise(child)
}

const load = (): Description => {
  const text = readFileSync(join(referenceFolder, 'specs/yodlee/swagger.yaml'), 'utf8')
  const { paths, definitions } = parse(text)
  // the description demands a consent of connections that have none
  definitions.ProviderAccountDetail.required = []
  normalise(definitions)
  const ajv = new Ajv({ strict: false, allErrors: true, schemas: { y: { $id: 'y', definitions } } })
  formats.default(ajv)
  for (const name of ['int32', 'int64', 'double']) ajv.addFormat(name, true)
  const operations = Object.entries<Json>(paths).flatMap(([path, methods]) =>
    Object.entries<Json>(methods).map(([method, { parameters, responses }]) => ({
      method: method.toUpperCase(),
      pattern: new RegExp(`^/ysl${path.replace(/\{\w+\}/g, '[^/]+')}$`),
      parameters: parameters ?? [],
      responses,
    })),
  )
  // a path that says a word literally goes before one that takes anything there
  const literalFirst = operations.toSorted(
    (one, other) => one.pattern.source.split('[^').length - other.pattern.source.split('[^').length,
  )
  const problemsOf = (definition: string, value: unknown): string[] => {
    const validate = ajv.getSchema(`y#/definitions/${definition}`)
    if (validate === undefined) return [`no definition ${definition}`]
    if (validate(value) === true) return []
    return (validate.errors ?? []).map(
      ({ instancePath, message }) => `${definition}${instancePath} ${message ?? ''}`,
    )
  }
  return { operations: literalFirst, problemsOf }
}

let description: Description | null = null

const jsonOf = (text: string): Json => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const definitionIn = (schema: Json): string | null => schema?.$ref?.split('/').at(-1) ?? null

const queryProblems = ({ query }: Observed, { parameters }: Operation): string[] => {
  const given = new URLSearchParams(query)
  const known = parameters.filter((parameter) => parameter.in === 'query')
  const unknown = [...given.keys()].filter((name) => !known.some((each) => each.name === name))
  const missing = known.filter(({ name, required }) => required === true && !given.has(name))
  const wrong = known.filter(
    ({ name, type }) => type === 'integer' && given.has(name) && !/^\d+$/.test(given.get(name)!),
  )
  return [
    ...unknown.map((name) => `the description knows no parameter ${name}`),
    ...missing.map(({ name }) => `the parameter ${name} is missing`),
    ...wrong.map(({ name }) => `the parameter ${name} is no whole number`),
  ]
}

const requestProblems = (seen: Observed, operation: Operation, known: Description): string[] => {
  const schema = operation.parameters.find((parameter) => parameter.in === 'body')?.schema
  const definition = definitionIn(schema)
  if (definition === null || seen.requestBody === '') return []
  const body = jsonOf(seen.requestBody)
  if (body === undefined) return ['the body of the request is not JSON']
  // answers may come as a form, which the text of the description says and its schema does not
  if (definition === 'ProviderAccountRequest' && body.loginForm !== undefined)
    return known.problemsOf('LoginForm', [body.loginForm].flat()[0])
  return known.problemsOf(definition, body)
}

const responseProblems = (seen: Observed, operation: Operation, known: Description): string[] => {
  const { status, responseBody } = seen
  if (status === null || seen.faulty) return []
  const body = jsonOf(responseBody)
  if (status >= 400) return known.problemsOf('YodleeError', body)
  const success = Object.entries<Json>(operation.responses).find(([code]) => code.startsWith('2'))
  const definition = definitionIn(success?.[1].schema)
  if (definition === null) return []
  return body === undefined
    ? ['the body of the answer is not JSON']
    : known.problemsOf(definition, body)
}

/** What is wrong with the content of an event, by the beginning of its name. */
const eventKinds: Record<string, (event: Json, known: Description) => string[]> = {
  REFRESH: ({ data }, { problemsOf }) =>
    data.providerAccount.flatMap((each: Json) => problemsOf('ProviderAccountDetail', each)),
  DATA_UPDATES: ({ info, data }, { problemsOf }) =>
    problemsOf('DataExtractsEventResponse', { event: { info, data } }),
  AUTO_REFRESH_UPDATES: ({ data }, { problemsOf }) =>
    data.flatMap((each: Json) => problemsOf('AutoRefresh', each.autoRefresh)),
  LATEST_BALANCE_UPDATES: ({ data }) =>
    Number.isInteger(data.providerAccountId) ? [] : ['a balance without a connection'],
}

const contentOf = ({ requestHeaders, requestBody }: Observed): Json => {
  const isForm = requestHeaders['content-type']?.includes('urlencoded') === true
  return jsonOf(isForm ? (new URLSearchParams(requestBody).get('payload') ?? '') : requestBody)
}

const eventProblems = (seen: Observed, known: Description): string[] => {
  if (seen.faulty) return []
  const event = contentOf(seen)?.event
  if (typeof event?.notificationId !== 'string') return ['an event without a notificationId']
  const check = eventKinds[String(event.info).split('.')[0] ?? '']
  return check?.(event, known) ?? [`an event that nobody knows: ${String(event.info)}`]
}

const apiProblems = (seen: Observed, known: Description): string[] => {
  const { method, path } = seen
  if (!path.startsWith('/ysl/')) return []
  const operation = known.operations.find(
    (each) => each.method === method && each.pattern.test(path),
  )
  if (operation === undefined)
    return seen.status === 404 ? [] : ['the description knows no such call']
  // what was refused need not have been asked in the right form
  const refused = seen.status !== null && seen.status >= 400
  const asked = refused
    ? []
    : [...queryProblems(seen, operation), ...requestProblems(seen, operation, known)]
  return [...asked, ...responseProblems(seen, operation, known)]
}

export interface Conformance {
  observe: Observer
  /** Everything that was not as described. */
  problems: () => string[]
  /** How many calls and events were compared. */
  compared: () => number
}

/** An observer for `startSandbox({ observe })`; without the reference files it compares nothing and says so. */
export const yodleeConformance = (): Conformance => {
  const available = hasReference("Yodlee's wire against Yodlee's description")
  const found: string[] = []
  let compared = 0
  const observe = (seen: Observed): void => {
    if (!available || seen.provider !== 'yodlee') return
    description ??= load()
    compared += 1
    const problems =
      seen.direction === 'out' ? eventProblems(seen, description) : apiProblems(seen, description)
    found.push(...problems.map((problem) => `${seen.method} ${seen.path}: ${problem}`))
  }
  return { observe, problems: () => found, compared: () => compared }
}
