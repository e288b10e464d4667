import type { ZodOpenApiOperationObject, ZodOpenApiPathsObject } from 'zod-openapi'
import { createDocument } from 'zod-openapi'
import { z } from 'zod'
import { problemSchema } from './problem.ts'
import type { Role } from './roles.ts'
import { roles } from './roles.ts'
import type { Answer, Route } from './route.ts'
import { methodAndPath } from './route.ts'

const version = '1.0.0'

const idempotencyHeader = z.string().min(1).max(255).optional().meta({
  description:
    'Makes a repetition harmless: the same key is answered alike for 24 hours and never acts twice. Take a new one, such as a uuid, for every new command.',
})

const actingUserHeader = z
  .string()
  .max(600)
  .optional()
  .meta({ description: 'Name of the person of the ERP who acts, percent-encoded beyond ASCII' })

const headersOf = (route: Route) => ({
  ...(route.idempotent ? { 'Idempotency-Key': idempotencyHeader } : {}),
  ...(methodAndPath(route).method === 'get' ? {} : { 'X-Acting-User': actingUserHeader }),
})

const asObject = (schema: z.ZodType | undefined): z.ZodObject | undefined =>
  schema instanceof z.ZodObject ? schema : undefined

/** Express' optional groups are paths of their own in OpenAPI: `/a{/:b}` → `/a` and `/a/{b}`. */
export const documentedPaths = (path: string): string[] => {
  const group = /\{(\/:\w+)\}/.exec(path)
  if (!group) return [path.replace(/:(\w+)/g, '{$1}')]
  const without = path.slice(0, group.index)
  const rest = path.slice(group.index + group[0].length)
  return [...documentedPaths(without), ...documentedPaths(`${without}${group[1]}${rest}`)]
}

const answerOf = ({ description, schema, contentType = 'application/json' }: Answer) => ({
  description,
  ...(schema === undefined && contentType === 'application/json'
    ? {}
    : { content: { [contentType]: { schema: schema ?? z.string() } } }),
})

/** The parameters of one documented path: each is required there, also one that is optional for Express. */
const paramsIn = (path: string, schema: z.ZodObject | undefined): z.ZodObject | undefined => {
  const names = [...path.matchAll(/\{(\w+)\}/g)].flatMap(([, name]) => (name ? [name] : []))
  if (!schema || names.length === 0) return undefined
  const shown = Object.entries<z.ZodType>(schema.shape).filter(([name]) => names.includes(name))
  return z.object(Object.fromEntries(shown)).required()
}

const operationOf = (route: Route, path: string): ZodOpenApiOperationObject => {
  const role: Role = roles[route.operation]
  const pathParams = paramsIn(path, asObject(route.params))
  const query = asObject(route.query)
  return {
    summary: route.summary,
    ...(role === 'public' ? { security: [] } : { description: `Scopes: ${role.join(', ')}.` }),
    requestParams: {
      ...(pathParams ? { path: pathParams } : {}),
      ...(query ? { query } : {}),
      ...(role === 'public' ? {} : { header: z.object(headersOf(route)) }),
    },
    ...bodyOf(route),
    responses: {
      ...Object.fromEntries(
        Object.entries(route.answers).map(([status, answer]) => [status, answerOf(answer)]),
      ),
      ...(role === 'public' ? {} : { default: problemAnswer }),
    },
  }
}

const bodyOf = ({ body, fileBody }: Route): Pick<ZodOpenApiOperationObject, 'requestBody'> => {
  if (fileBody)
    return {
      requestBody: {
        required: true,
        content: {
          'application/octet-stream': { schema: { type: 'string', format: 'binary' } },
        },
      },
    }
  if (body === undefined) return {}
  const content = { 'application/json': { schema: body } }
  return { requestBody: { required: !body.safeParse({}).success, content } }
}

const problemAnswer = {
  description: 'A problem; its code and reference say which',
  content: { 'application/problem+json': { schema: problemSchema } },
}

/** Writes the OpenAPI 3.1 document of the given routes. */
export const createOpenApi = (routes: readonly Route[]): object => {
  const paths: ZodOpenApiPathsObject = {}
  for (const route of routes) {
    const { method, path } = methodAndPath(route)
    for (const documented of documentedPaths(path))
      paths[documented] = { ...paths[documented], [method]: operationOf(route, documented) }
  }
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Bank Sync',
      version,
      description: 'Keeps the books of a company in step with its banks.',
    },
    security: [{ apiKey: [] }],
    components: {
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer', description: 'bsk_live_…, shown once when made' },
      },
    },
    paths,
  })
}
