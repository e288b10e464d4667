import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { openSaltEdge } from './client.ts'

const folder = mkdtempSync(join(tmpdir(), 'saltedge-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('connections, rows, keys and an attempt under way live on over a restart', async () => {
  const stateFile = join(folder, 'state.json')
  const before = await openSaltEdge({ stateFile })
  const linked = await before.link()
  const rows = await before.transactions(linked)
  await before.advance(61)
  await before.behave('Happy Bank', {}, { syncMs: 120_000 })
  expect((await before.background(linked.id)).status).toBe(200)
  await before.stop()

  const after = await openSaltEdge({ stateFile })
  expect(after.keys).toEqual(before.keys)
  expect((await after.connection(linked.id)).last_attempt.finished).toBe(false)
  expect(await after.transactions(linked)).toEqual(rows)
  await after.advance(3)
  expect((await after.connection(linked.id)).last_attempt).toMatchObject({
    finished: true,
    fail_at: null,
  })
  await after.stop()
})
