import { sql } from 'slonik'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createActivities } from '../../activities/index.ts'
import { search } from '../../db/queries/institution-search.ts'
import { attempt } from './support/attempt.ts'
import type { Scene } from './support/scene.ts'
import { openScene } from './support/scene.ts'

let scene: Scene
beforeAll(async () => {
  scene = await openScene()
})
afterAll(() => scene.close())
beforeEach(async () => {
  await scene.reset()
  for (const table of ['institution', 'institution_listing', 'institution_page'])
    await scene.asAdmin(`DELETE FROM ${table}`)
})

const refresh = () => scene.run('refreshInstitutions', { provider: 'ponto' })

const found = async (q: string): Promise<string[]> =>
  (await search(scene.pool, { q, limit: 10 })).map(({ name }) => name)

const offered = async (): Promise<number> => {
  const { count } = await scene.pool.one(sql.type(z.object({ count: z.int() }))`
    SELECT count(*)::int AS count FROM institution WHERE status <> 'withdrawn'`)
  return count
}

const change = (body: object) =>
  scene.sim('PATCH', '/__sim/catalogue', { provider: 'ponto', ...body })

const many = (count: number) => ({
  put: Array.from({ length: count }, (_none, index) => ({
    bankId: `bank-${String(index).padStart(5, '0')}`,
    name: `Many Bank ${index}`,
  })),
})

describe('the catalogue', () => {
  test('is read to its end, and nothing is written when nothing changed', async () => {
    const first = await refresh()
    expect(first.institutions).toBeGreaterThan(40)
    expect(first).toMatchObject({ changed: first.institutions, withdrawn: 0, complete: true })
    expect(await refresh()).toEqual({ ...first, changed: 0 })
    expect(await found('Happy Bank')).toEqual(['Happy Bank'])
  })

  test('is left where it is by a worker that stops, and the next one goes on from there', async () => {
    const stopping = new AbortController()
    const provider: typeof scene.provider = {
      ...scene.provider,
      listInstitutions: async (...asked) => {
        stopping.abort()
        return scene.provider.listInstitutions(...asked)
      },
    }
    await change(many(1_000))
    const providers = new Map([[provider.id, provider]])
    const { refreshInstitutions } = createActivities({
      ...scene.deps,
      providers,
      stopping: stopping.signal,
    })
    await expect(attempt(refreshInstitutions, { provider: 'ponto' })).rejects.toThrow('stops')
    const before = await offered()
    expect(before).toBeGreaterThan(0)
    expect(await refresh()).toMatchObject({ complete: true })
    expect(await offered()).toBeGreaterThan(before)
  })

  test('takes what is new and what is changed, and withdraws what is no longer shown', async () => {
    await refresh()
    const { bankId } = (await change({ put: [{ name: 'Fresh Bank' }, { name: 'Gone Bank' }] }))
      .entries[1]
    expect(await refresh()).toMatchObject({ changed: 2, withdrawn: 0 })
    await change({ put: [{ bankId, beta: true }], remove: [bankId] })
    expect(await refresh()).toMatchObject({ changed: 0, withdrawn: 1 })
    expect(await found('fresh bank')).toEqual(['Fresh Bank'])
    expect(await found('gone bank')).not.toContain('Gone Bank')
    await change({ put: [{ bankId, name: 'Gone Bank' }] })
    expect(await refresh()).toMatchObject({ changed: 1, withdrawn: 0 })
    expect(await found('gone bank')).toEqual(['Gone Bank'])
  })

  test('goes on with the page at which it was killed, and is never empty meanwhile', async () => {
    await refresh()
    const before = await offered()
    await change(many(450))
    await scene.failNext({
      endpoint: 'institutions',
      skip: 3,
      times: 1,
      mode: 'error',
      status: 503,
    })
    await expect(refresh()).rejects.toThrow()
    expect(await offered()).toBeGreaterThan(before)
    expect(await found('Happy Bank')).toEqual(['Happy Bank'])
    await scene.sim('DELETE', '/__sim/requests')
    expect(await refresh()).toMatchObject({ withdrawn: 0, complete: true })
    expect(await scene.requests('institutions')).toHaveLength(Math.ceil((before + 450) / 100) - 3)
    expect(await offered()).toBe(before + 450)
    expect(await found('Many Bank 449')).toEqual(['Many Bank 449'])
    expect(await found('Many Bank 0')).toEqual(['Many Bank 0'])
  })

  test('that was read in part withdraws nothing', async () => {
    await change(many(150))
    await refresh()
    const before = await offered()
    await scene.failNext({
      endpoint: 'institutions',
      skip: 1,
      times: 1,
      mode: 'error',
      status: 503,
    })
    await expect(refresh()).rejects.toThrow()
    expect(await offered()).toBe(before)
  })

  test('that suddenly lacks more than half is not believed, and an operator is told', async () => {
    await change(many(300))
    await refresh()
    const before = await offered()
    const { entries } = await scene.sim('GET', '/__sim/catalogue?provider=ponto')
    await change({ remove: entries.map(({ bankId }: { bankId: string }) => bankId) })
    expect(await refresh()).toMatchObject({ withdrawn: 0, complete: false })
    expect(await offered()).toBe(before)
    expect(scene.logged.map(({ message }) => message)).toContain(
      'a catalogue lost more than half of its institutions and was not believed',
    )
  })

  test('starts from the beginning after a position that the provider refuses', async () => {
    await refresh()
    await scene.pool.query(sql.unsafe`
      INSERT INTO institution_page (provider, number, provider_institution_ids, next_page)
      VALUES ('ponto', 1, '{}', '/financial-institutions?page[after]=nowhere')`)
    expect(await refresh()).toMatchObject({ complete: false })
    expect(await refresh()).toMatchObject({ complete: true, withdrawn: 0 })
  })

  test('of a provider that is not configured is nobody’s failure', async () => {
    expect(await scene.run('refreshInstitutions', { provider: 'nobody' })).toMatchObject({
      institutions: 0,
      complete: false,
    })
  })
})
