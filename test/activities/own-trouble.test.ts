import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import * as connectionSecrets from '../../db/queries/connection-secrets.ts'
import { outcomeOf, thrownBy } from './support/outcome.ts'
import type { Request, Scene } from './support/scene.ts'
import { openScene } from './support/scene.ts'
import { aLinkedSubject } from './support/subject.ts'

let scene: Scene
beforeAll(async () => {
  scene = await openScene()
})
afterAll(() => scene.close())
beforeEach(() => scene.reset())

const isRefresh = ({ body }: Request): boolean => body.includes('grant_type=refresh_token')

describe('trouble of our own', () => {
  test('storage that cannot be reached is transient and no word of a bank', async () => {
    const subject = await aLinkedSubject(scene)
    const before = await subject.codes()
    const runId = randomUUID()
    scene.onReach((point) => {
      if (point === 'read.before-store')
        throw Object.assign(new Error('terminating connection: secret text'), { code: '57P01' })
    })
    const failure = await thrownBy(subject.sync({ runId }))
    expect(failure).toMatchObject({ type: 'transient', nonRetryable: false })
    expect(failure.message).toMatch(/^storage trouble: /)
    expect(failure.message).not.toContain('secret text')
    expect(await subject.codes()).toEqual(before)
    expect(await subject.view()).toMatchObject({ state: 'connected', failureCode: null })
  })

  test('an error that nobody foresaw is a defect that carries no text', async () => {
    const subject = await aLinkedSubject(scene)
    scene.onReach(() => {
      throw new TypeError('4000 0000 0000 0002')
    })
    const failure = await thrownBy(subject.sync())
    expect(failure).toMatchObject({ type: 'defect', message: 'unexpected error: TypeError' })
    // where it happened helps, what it said may be a secret
    const text = JSON.stringify(scene.logged.map(({ message, meta }) => [message, meta]))
    expect(text).toContain('own-trouble.test.ts')
    expect(text).not.toContain('4000 0000')
  })

  test('while another attempt rotates the tokens, this one waits', async () => {
    const subject = await aLinkedSubject(scene)
    await subject.within((tx) => connectionSecrets.claimLease(tx, subject.connectionId, 60))
    await scene.failNext({ endpoint: 'accounts', status: 401, code: 'invalidAccessToken' })
    expect(await thrownBy(subject.sync())).toMatchObject({ type: 'transient' })
    expect((await scene.requests('token')).filter(isRefresh)).toEqual([])
  })

  test('a rotated token is stored before it is used', async () => {
    const subject = await aLinkedSubject(scene)
    const before = (await subject.secret())!
    await scene.failNext({ endpoint: 'accounts', status: 401, code: 'invalidAccessToken' })
    expect((await subject.sync()).kind).toBe('ok')
    const after = (await subject.secret())!
    expect(after.version).toBe(before.version + 1)
    expect(after.secret.reveal()).not.toBe(before.secret.reveal())
  })

  test('a connection whose secret is gone is gone', async () => {
    const subject = await aLinkedSubject(scene)
    await subject.within((tx) => connectionSecrets.forget(tx, subject.connectionId))
    const runId = randomUUID()
    await subject.sync({ runId })
    expect(await outcomeOf(subject, runId)).toMatchObject({
      state: 'disconnected',
      disconnectReason: 'gone',
      run: 'connection_gone',
      said: ['connection.gone'],
    })
  })

  test('a connection that nobody knows fails without a trace', async () => {
    const [tenantId, connectionId, runId] = [randomUUID(), randomUUID(), randomUUID()]
    const input = { tenantId, connectionId, runId, cause: 'scheduled', atMs: Date.now() } as const
    expect(await scene.run('syncConnection', input)).toEqual({ kind: 'failed', snapshot: null })
  })
})
