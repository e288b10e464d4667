import { readFile } from 'node:fs/promises'
import type { Router } from 'express'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { createApp, routes } from '../../api/app.ts'
import { createOpenApi, documentedPaths } from '../../api/openapi.ts'
import { roles } from '../../api/roles.ts'
import type { World } from './support/world.ts'
import { createWorld } from './support/world.ts'

let world: World

beforeAll(async () => {
  world = await createWorld({ withoutWorker: true })
})
afterAll(() => world.close())

const document = z
  .looseObject({
    openapi: z.string(),
    paths: z.record(
      z.string(),
      z.record(z.string(), z.looseObject({ responses: z.record(z.string(), z.unknown()) })),
    ),
    components: z.looseObject({ schemas: z.record(z.string(), z.unknown()) }),
  })
  .parse(createOpenApi(routes))

interface Layer {
  route?: { path: string; methods: Record<string, boolean> }
}

test('every route that Express knows is in the document, and the other way round', () => {
  const router = createApp(world.deps).router as Router & { stack: Layer[] }
  const bound = router.stack.flatMap(({ route }: Layer) =>
    route === undefined
      ? []
      : documentedPaths(route.path).flatMap((path) =>
          Object.keys(route.methods).map((method) => `${method} ${path}`),
        ),
  )
  const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path}`),
  )
  expect(bound.toSorted()).toEqual(documented.toSorted())
  expect(bound.length).toBeGreaterThan(30)
})

test('every route has its place in the table of roles, and the table names no other', () => {
  expect(routes.map(({ operation }) => operation).toSorted()).toEqual(Object.keys(roles).toSorted())
})

test('the stored document is the one the routes describe', async () => {
  const stored = await readFile(new URL('../../openapi.json', import.meta.url), 'utf8')
  expect(JSON.parse(stored)).toEqual(JSON.parse(JSON.stringify(document)))
})

test('the service shows the same document', async () => {
  const { body, status } = await world.call('GET', '/openapi.json', { key: null })
  expect(status).toBe(200)
  expect(body).toEqual(JSON.parse(JSON.stringify(document)))
})

const namesIn = (value: unknown): string[] => {
  if (typeof value !== 'object' || value === null) return []
  const own =
    'properties' in value && typeof value.properties === 'object'
      ? Object.keys(value.properties ?? {})
      : []
  return [...own, ...Object.values(value).flatMap(namesIn)]
}

test('no schema has a place for a token, a password, a phone number or a secret', () => {
  const names = namesIn(document)
  expect(names).toContain('lineKey')
  const suspicious = names.filter((name) =>
    /token|phone|password|secret|ciphertext|credential|^state_?hash|cursor$/i.test(name),
  )
  expect(new Set(suspicious)).toEqual(new Set(['nextCursor']))
  // the one key that is shown, once
  expect(names.filter((name) => name === 'key').length).toBeGreaterThan(0)
  const { NewApiKey, ...others } = document.components.schemas
  expect(namesIn(NewApiKey)).toContain('key')
  expect(namesIn(others)).not.toContain('key')
})

test('bodies refuse what they do not know', () => {
  for (const route of routes) {
    if (route.body === undefined) continue
    const result = route.body.safeParse({ surprise: 1 })
    const unknown = result.error?.issues.some(({ code }) => code === 'unrecognized_keys')
    expect([route.operation, unknown]).toEqual([route.operation, true])
  }
})

test('the page to read needs no script, no other address, and names every route and problem', async () => {
  const { text, headers, status } = await world.call('GET', '/docs', { key: null })
  expect(status).toBe(200)
  expect(headers.get('content-security-policy')).toContain("default-src 'none'")
  expect(text).not.toMatch(/<script|src=|@import|url\(/)
  expect([...text.matchAll(/href="([^"]+)"/g)].map(([, href]) => href)).toEqual(['/openapi.json'])
  for (const path of Object.keys(document.paths)) expect(text).toContain(path)
  expect(text).toContain('id="quota-exceeded"')
})
