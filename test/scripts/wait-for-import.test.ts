import { afterEach, expect, test } from 'vitest'
import { createApi, Unavailable } from '../../scripts/banksync/api.ts'
import { isPreviewed } from '../../scripts/banksync/imports.ts'
import { waitForImport } from '../../scripts/banksync/wait-for-import.ts'
import { ApiProblem } from '../../scripts/erp.ts'
import {
  anImport,
  aRefusal,
  importId,
  openImportService,
  type Answer,
  type ImportService,
} from './support/import-service.ts'

let service: ImportService
afterEach(() => service.close())

/** Waits for a preview at a service that answers so, one look after the other; the last answer stays. */
const waited = async (...answers: Answer[]) => {
  service = await openImportService((_call, { length }) => {
    const answer = answers[Math.min(length, answers.length) - 1]
    if (answer === undefined) throw new Error('no answer was given')
    return answer
  })
  const api = createApi({ url: new URL(service.url), key: 'k' }, 'en')
  return waitForImport(api, { id: importId, isOver: isPreviewed, everyMs: 1 })
}

const seen = (state: string, changed: object = {}): Answer => ({ body: anImport(state, changed) })

test('waits until the preview shows what was asked for last', async () => {
  const old = seen('preview', { revision: 2 })
  const done = await waited(
    seen('previewing'),
    old,
    seen('preview', { revision: 2, previewedRevision: 2 }),
  )
  expect(done).toMatchObject({ state: 'preview', previewedRevision: 2 })
  expect(service.calls.length).toBe(3)
})

test.each(['imported', 'reverted', 'discarded', 'failed'])(
  'an import that is %s meanwhile is waited for no longer',
  async (state) => {
    const done = await waited(seen('previewing'), seen(state, { previewedRevision: null }))
    expect(done.state).toBe(state)
  },
)

test.each([
  [401, 'unauthenticated'],
  [403, 'forbidden'],
  [404, 'not-found'],
])('a refusal with %i ends the waiting at once, as it came', async (status, code) => {
  const failed = await waited(seen('previewing'), aRefusal(status, code)).catch((error) => error)
  expect(failed).toBeInstanceOf(ApiProblem)
  expect(failed).toMatchObject({ status, problem: { code } })
  expect(service.calls.length).toBe(2)
})

test('a service that is away for a moment, again and again, is waited for', async () => {
  const away = aRefusal(503, 'service-unavailable')
  const absence = [away, away, away, away]
  const done = await waited(...absence, seen('previewing'), ...absence, seen('preview'))
  expect(done.state).toBe('preview')
})

test('a service that stays away ends the waiting after five looks, with what it said', async () => {
  const failed = await waited(seen('previewing'), aRefusal(500, 'internal-error')).catch(
    (error) => error,
  )
  expect(failed).toBeInstanceOf(Unavailable)
  expect(failed.message).toContain('BS-0000-0000')
  expect(service.calls.length).toBe(6)
})

test('a service that nobody reaches any more ends the waiting as well', async () => {
  service = await openImportService(() => seen('previewing'))
  const api = createApi({ url: new URL(service.url), key: 'k' }, 'en')
  const closing = service.close
  const waiting = waitForImport(api, {
    id: importId,
    isOver: isPreviewed,
    onLook: () => void closing(),
    everyMs: 1,
  })
  await expect(waiting).rejects.toThrow(Unavailable)
})
