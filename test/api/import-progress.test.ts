import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../../scripts/until.ts'
import { asAdministrator } from '../support/template-database.ts'
import { anImport } from './support/builders.ts'
import type { World } from './support/world.ts'
import { createWorld } from './support/world.ts'

let world: World
let isStopping = false
beforeAll(async () => {
  world = await createWorld({ deps: { isStopping: () => isStopping } })
})
afterAll(() => world.close())

interface Event {
  event: string
  id: string | undefined
  data: unknown
}

const toEvent = (text: string): Event => {
  const fields = new Map(
    text.split('\n').map((line): [string, string] => {
      const at = line.indexOf(': ')
      return [line.slice(0, at), line.slice(at + 2)]
    }),
  )
  return {
    event: fields.get('event') ?? '',
    id: fields.get('id'),
    data: JSON.parse(fields.get('data') ?? 'null'),
  }
}

/** Opens the stream; `next` gives its next event, null at its end. */
const follow = async (id: string, headers: Record<string, string> = {}) => {
  const leaving = new AbortController()
  const response = await fetch(`${world.url}/v1/imports/${id}/progress`, {
    headers: { authorization: `Bearer ${world.a.key}`, ...headers },
    signal: leaving.signal,
  })
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  const next = async (): Promise<Event | null> => {
    for (;;) {
      const end = text.indexOf('\n\n')
      if (end !== -1) {
        const event = toEvent(text.slice(0, end))
        text = text.slice(end + 2)
        return event
      }
      const { done, value } = (await reader?.read()) ?? { done: true }
      if (done) return null
      text += value
    }
  }
  return { status: response.status, headers: response.headers, next, leave: () => leaving.abort() }
}

const change = (id: string, columns: string): Promise<unknown> =>
  asAdministrator(world.adminUrl, (client) =>
    client.query(`UPDATE statement_import SET ${columns} WHERE id = $1`, [id]),
  )

test('a reader hears at once how far the import is, then every change, and the stream ends after it', async () => {
  const id = await anImport(world)
  const { headers, next } = await follow(id)
  expect(headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
  expect(await next()).toMatchObject({ event: 'progress', data: { phase: 'uploaded', done: 0 } })
  await change(id, "state = 'importing', begun_at = now(), lines_done = 250, lines_total = 1000")
  expect((await next())?.data).toEqual({ phase: 'importing', done: 250, total: 1000 })
  await change(id, "state = 'imported', lines_done = 1000")
  const last = await next()
  expect(last?.data).toEqual({ phase: 'imported', done: 1000, total: 1000 })
  expect(await next()).toBeNull()
  const again = await follow(id, { 'last-event-id': last?.id ?? '' })
  expect(again.status).toBe(204)
})

test('what was asked for a moment before is seen, though the import is over when the reader comes', async () => {
  const id = await anImport(world)
  await change(id, "state = 'imported', begun_at = now()")
  const { next, leave } = await follow(id)
  expect((await next())?.data).toMatchObject({ phase: 'imported' })
  await change(id, "state = 'reverting'")
  expect((await next())?.data).toMatchObject({ phase: 'reverting' })
  leave()
})

test('a tenant has a limited number of streams, and one who left makes room without being called a failure', async () => {
  const id = await anImport(world)
  const first = await follow(id)
  const second = await follow(id)
  await Promise.all([first.next(), second.next()])
  const refused = await follow(id)
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '5'])
  first.leave()
  const third = await until(
    async () => {
      const one = await follow(id)
      return one.status === 200 ? one : undefined
    },
    { what: 'Room for another stream', limitMs: 10_000 },
  )
  expect(await third.next()).toMatchObject({ event: 'progress' })
  second.leave()
  third.leave()
  await until(
    async () => (world.logged.join('').split('"aborted"').length > 3 ? true : undefined),
    {
      what: 'The lines of the three who left',
      limitMs: 10_000,
    },
  )
  expect(world.logged.join('')).not.toContain('request failed')
})

test('an instance that stops says goodbye, so that the reader comes back to another', async () => {
  const id = await anImport(world)
  const { next } = await follow(id)
  expect(await next()).toMatchObject({ event: 'progress' })
  isStopping = true
  expect(await next()).toMatchObject({ event: 'bye' })
  expect(await next()).toBeNull()
  isStopping = false
})
