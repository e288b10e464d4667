import { describe, expect, test } from 'vitest'
import { progressOf, startRefresh } from '../../../activities/providers/plaid/refresh.ts'
import { openPlaidSession } from '../../../activities/providers/plaid/session.ts'
import type { RefreshProgress, RefreshStart } from '../../../activities/providers/provider.ts'
import { Secret } from '../../../domain/secret.ts'
import { callOptions } from '../support/caller.ts'
import type { Reply } from '../support/fake-plaid.ts'
import { item, openFake, refused } from '../support/fake-plaid.ts'

const arrange = (before: object = item(), refresh: Reply = { request_id: 'r' }) => {
  const fake = openFake({ '/item/get': before, '/transactions/refresh': refresh })
  const start = () => startRefresh(fake.reading)
  const look = (ref: string, now: object) => {
    fake.replies['/item/get'] = now
    return progressOf(fake.reading, ref)
  }
  return { ...fake, start, look }
}

const refOf = (started: RefreshStart | RefreshProgress): string => {
  if (!('ref' in started)) throw new Error(started.state)
  return started.ref
}

const newer = { last_successful_update: '2026-11-01T12:00:00Z' }
const failed = { last_failed_update: '2026-11-01T12:00:00Z' }
const down = { error: { error_type: 'INSTITUTION_ERROR', error_code: 'INSTITUTION_DOWN' } }

describe('a refresh', () => {
  test('is done when the institution was read since, and not by a result older than itself', async () => {
    const { start, look } = arrange()
    const started = await start()
    expect(started.state).toBe('started')
    const running = await look(refOf(started), item())
    expect(running.state).toBe('running')
    expect(await look(refOf(running), item({}, newer))).toEqual({ state: 'done' })
  })

  test('has failed when the institution could not be read since', async () => {
    const { start, look } = arrange()
    const ref = refOf(await start())
    expect(await look(ref, item({}, failed))).toMatchObject({
      state: 'failed',
      failure: { code: 'institution_unavailable', reason: 'refresh_failed' },
    })
    expect(await look(ref, item(down, failed))).toMatchObject({
      state: 'failed',
      failure: { code: 'institution_unavailable', providerCode: 'INSTITUTION_DOWN' },
    })
  })

  test('is not blamed for an error that was there before', async () => {
    const { start, look } = arrange(item(down))
    const ref = refOf(await start())
    expect((await look(ref, item(down))).state).toBe('running')
    expect((await look(ref, item({}, newer))).state).toBe('done')
  })

  test.each(['PRODUCTS_NOT_SUPPORTED', 'INVALID_PRODUCT', 'UNAUTHORIZED_ROUTE_ACCESS'])(
    'that the contract does not offer (%s) is no failure',
    async (code) => {
      const { start } = arrange(item(), refused('INVALID_INPUT', code))
      expect(await start()).toEqual({ state: 'skipped', reason: 'not_offered' })
    },
  )

  test('asked for a moment ago is not asked for again', async () => {
    const { start } = arrange(item(), refused('RATE_LIMIT_EXCEEDED', 'TRANSACTIONS_REFRESH_LIMIT'))
    expect(await start()).toEqual({
      state: 'skipped',
      reason: 'too_recent',
      until: expect.stringMatching(/Z$/) as string,
    })
  })

  test('that a person must solve first is a failure of the closed list', async () => {
    const { start } = arrange(item(), refused('ITEM_ERROR', 'ITEM_LOGIN_REQUIRED'))
    await expect(start()).rejects.toMatchObject({ failure: { code: 'credentials_invalid' } })
  })

  test('leaves no secret in its reference, which is short', async () => {
    const ref = refOf(await arrange().start())
    expect(ref).not.toContain('access-')
    expect(ref.length).toBeLessThan(500)
  })

  test('with a reference that cannot be read is a defect', async () => {
    const { look } = arrange()
    await expect(look('another edition', item())).rejects.toMatchObject({
      failure: { code: 'defect', reason: 'refresh_reference' },
    })
  })
})

describe('an institution that is read only while the person is there', () => {
  const present = { update_type: 'user_present_required' }

  test('asks for its page, without a refresh that cannot work', async () => {
    const { start, paths } = arrange(item(present))
    expect(await start()).toMatchObject({ state: 'challenge', challenge: { kind: 'page' } })
    expect(paths()).toEqual(['/item/get'])
  })

  test('goes on asking until it was read, and ends when the time is over', async () => {
    const { start, look } = arrange(item(present))
    const ref = refOf(await start())
    expect(await look(ref, item(present))).toMatchObject({ state: 'challenge', ref })
    expect(await look(ref, item(present, newer))).toEqual({ state: 'done' })
    const late = JSON.stringify({
      ...(JSON.parse(ref) as object),
      personUntil: '2020-01-01T00:00:00Z',
    })
    expect(await look(late, item(present))).toMatchObject({
      state: 'failed',
      failure: { code: 'mfa_required', reason: 'too_late' },
    })
  })
})

describe('a session', () => {
  const secrets = (text: string) => new Secret(text)
  const kept = JSON.stringify({ v: 1, accessToken: 'access-sandbox-1', itemId: 'item-1' })
  const options = {
    ...callOptions(),
    claimRotation: () => Promise.reject(new Error('nothing rotates here')),
    onSecretsRotated: () => Promise.resolve(),
  }
  const request = { providerAccountIds: ['a1'], idempotencyKey: 'run-1' }

  test('starts nothing while nobody is there: Plaid reads by itself', async () => {
    const { plaid, asked } = arrange()
    const session = openPlaidSession(plaid, secrets(kept), options)
    expect(await session.requestRefresh('unattended', request)).toEqual({
      state: 'skipped',
      reason: 'refreshes_itself',
    })
    expect(asked).toEqual([])
  })

  test('takes no answer here, because they are given on the page of Plaid', async () => {
    const session = openPlaidSession(arrange().plaid, secrets(kept), options)
    const answer = { ref: '{}', kept: secrets(''), answers: new Secret({ code: '1234' }) }
    await expect(session.answerMfa(answer)).rejects.toMatchObject({ failure: { code: 'defect' } })
  })

  test('with secrets that cannot be read says so without a word of them', () => {
    const open = () => openPlaidSession(arrange().plaid, secrets('access-sandbox-7'), options)
    expect(open).toThrow('defect')
    expect(open).not.toThrow('access-sandbox-7')
  })
})
