import { randomUUID } from 'node:crypto'
import { sql } from 'slonik'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import * as mfaChallenges from '../../db/queries/mfa-challenges.ts'
import * as oneTimeSecrets from '../../db/queries/one-time-secrets.ts'
import { withTenant } from '../../db/tenant.ts'
import { until } from '../../scripts/until.ts'
import { aChallenge, aConnection } from './support/builders.ts'
import { receivedBy, steer } from './support/workflow-of.ts'
import type { World } from './support/world.ts'
import { createWorld } from './support/world.ts'

let world: World
beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.close())

const anAsked = async (own: Parameters<typeof aChallenge>[2] = {}) => {
  const connectionId = await aConnection(world)
  const challengeId = await aChallenge(world, connectionId, own)
  return { connectionId, challengeId }
}

type Asked = Awaited<ReturnType<typeof anAsked>>

interface Verdict {
  verdict?: string
  runId?: string
  code?: string
  errors?: { pointer: string }[]
}

const post = (
  { connectionId, challengeId }: Asked,
  answer: unknown = '123456',
  headers: Record<string, string> = { 'X-Acting-User': 'Anna' },
) =>
  world.call<Verdict>('POST', `/v1/connections/${connectionId}/mfa-answers`, {
    body: { challengeId, answer },
    headers,
  })

const put = ({ connectionId, challengeId }: Asked, answer: unknown = '123456') =>
  world.call<Verdict>('PUT', `/v1/connections/${connectionId}/mfa-answers/${challengeId}`, {
    body: { answer },
  })

const read = ({ connectionId, challengeId }: Asked) =>
  world.call('GET', `/v1/connections/${connectionId}/mfa-challenges/${challengeId}`)

const kept = ({ challengeId }: Asked) =>
  withTenant(world.pool, world.a.tenantId, async (tx) => {
    const { vault } = world.deps
    const answer = await oneTimeSecrets.peek({ tx, vault }, 'mfa_answer', challengeId)
    return answer && JSON.parse(answer.reveal())
  })

const endAs = ({ challengeId }: Asked, state: mfaChallenges.ChallengeEnd) =>
  withTenant(world.pool, world.a.tenantId, (tx) => mfaChallenges.end(tx, challengeId, state))

const past = () => new Date(Date.now() - 1_000).toISOString()

describe('a challenge', () => {
  test('is shown with its connection and can be read', async () => {
    const asked = await anAsked()
    const { connectionId, challengeId } = asked
    const { body } = await world.call('GET', `/v1/connections/${connectionId}`)
    expect(body['mfaChallenge']).toMatchObject({ id: challengeId, kind: 'fields' })
    const challenge = await read(asked)
    expect(challenge).toMatchObject({
      status: 200,
      body: {
        id: challengeId,
        connectionId,
        state: 'open',
        fields: [
          {
            name: 'code',
            label: 'Code from the message',
            type: 'code',
            maxLength: 8,
            optional: false,
          },
        ],
        imageUrl: null,
        linkFlowId: null,
      },
    })
    expect(challenge.text).not.toContain('kept')
  })

  test('is not shown with its connection any more once its time is over', async () => {
    const asked = await anAsked({ expiresAt: past() })
    const { body } = await world.call('GET', `/v1/connections/${asked.connectionId}`)
    expect(body['mfaChallenge']).toBeNull()
    expect((await read(asked)).body).toMatchObject({ state: 'expired' })
  })

  test('shows its picture from our own origin, as what it is', async () => {
    const bytes = Buffer.from('89504e470d0a1a0a00', 'hex')
    const asked = await anAsked({ image: { type: 'image/png', base64: bytes.toString('base64') } })
    const { connectionId, challengeId } = asked
    const path = `/v1/connections/${connectionId}/mfa-challenges/${challengeId}/image`
    expect((await read(asked)).body['imageUrl']).toBe(`http://banksync.test${path}`)
    const picture = await fetch(`${world.url}${path}`, {
      headers: { authorization: `Bearer ${world.a.key}` },
    })
    expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/png'])
    expect(picture.headers.get('x-content-type-options')).toBe('nosniff')
    expect(Buffer.from(await picture.arrayBuffer())).toEqual(bytes)
    const plain = await anAsked()
    const none = `/v1/connections/${plain.connectionId}/mfa-challenges/${plain.challengeId}/image`
    expect((await world.call('GET', none)).status).toBe(404)
  })

  test('on the page of the provider shows its address to those who may answer, and takes no answer here', async () => {
    const asked = await anAsked({ kind: 'page' })
    const { vault } = world.deps
    const secret = { purpose: 'link_url', id: asked.challengeId, ttlSeconds: 60 } as const
    await withTenant(world.pool, world.a.tenantId, (tx) =>
      oneTimeSecrets.store({ tx, vault }, { ...secret, value: 'https://bank.test/confirm' }),
    )
    expect((await read(asked)).body).toMatchObject({
      kind: 'page',
      url: 'https://bank.test/confirm',
      linkFlowId: asked.challengeId,
    })
    const key = await world.makeKey(world.a.tenantId, 'readonly')
    const path = `/v1/connections/${asked.connectionId}/mfa-challenges/${asked.challengeId}`
    expect((await world.call('GET', path, { key })).body).not.toHaveProperty('url')
    expect((await post(asked)).body).toMatchObject({ code: 'mfa-not-expected' })
  })

  test('of another connection is unknown', async () => {
    const [one, other] = [await anAsked(), await anAsked()]
    const crossed = { connectionId: one.connectionId, challengeId: other.challengeId }
    expect([(await read(crossed)).status, (await post(crossed)).status]).toEqual([404, 404])
    expect((await put(crossed)).status).toBe(404)
    expect(await kept(other)).toBeNull()
  })
})

describe('an answer', () => {
  test('is stored sealed, with who gave it, and sent on its way by its id alone', async () => {
    const asked = await anAsked()
    const answer = await post(asked, '246810')
    expect(answer).toMatchObject({ status: 202, body: { verdict: 'sent' } })
    expect(await kept(asked)).toEqual({ code: '246810' })
    const [received] = await receivedBy(world, asked.connectionId)
    expect(received).toMatchObject({ name: 'answerMfa', input: { challengeId: asked.challengeId } })
    expect(Object.keys(received!.input as object).toSorted()).toEqual(['challengeId', 'requestId'])
    const { answeredBy } = (await withTenant(world.pool, world.a.tenantId, (tx) =>
      mfaChallenges.maybeOneById(tx, asked.challengeId),
    ))!
    expect(answeredBy).toBe('Anna')
    const rows = await withTenant(world.pool, world.a.tenantId, (tx) =>
      tx.any(sql.unsafe`
        SELECT row_to_json(one_time_secret)::text AS text FROM one_time_secret
        UNION ALL SELECT row_to_json(idempotency)::text FROM idempotency
        UNION ALL SELECT row_to_json(mfa_challenge)::text FROM mfa_challenge`),
    )
    expect(JSON.stringify(rows)).not.toContain('246810')
    expect(world.logged.join('')).not.toContain('246810')
  })

  test('is kept for five minutes at most, whoever comes for it or not', async () => {
    const asked = await anAsked()
    await post(asked)
    const lifeSeconds = await withTenant(world.pool, world.a.tenantId, (tx) =>
      tx.oneFirst(sql.type(z.object({ lifeSeconds: z.number() }))`
        SELECT extract(epoch FROM expires_at - now())::float8 AS "lifeSeconds"
        FROM one_time_secret WHERE purpose = 'mfa_answer' AND id = ${asked.challengeId}`),
    )
    expect(lifeSeconds).toBeLessThanOrEqual(300)
    expect(lifeSeconds).toBeGreaterThan(0)
  })

  test('that is stored only reaches nobody: the signal is the sender’s own', async () => {
    const asked = await anAsked()
    expect((await put(asked)).status).toBe(204)
    expect(await kept(asked)).toEqual({ code: '123456' })
    expect((await put(asked)).body).toMatchObject({ code: 'mfa-not-expected' })
    expect((await post(asked)).body).toMatchObject({ code: 'mfa-not-expected' })
  })

  test('of two people at once is the first one’s', async () => {
    const asked = await anAsked()
    const answers = await Promise.all(
      ['111111', '222222', '333333'].map((code) => post(asked, code)),
    )
    expect(answers.map(({ status }) => String(status)).toSorted()).toEqual(['202', '409', '409'])
    const winner = answers.findIndex(({ status }) => status === 202)
    expect(await kept(asked)).toEqual({ code: ['111111', '222222', '333333'][winner] })
    for (const { status, body } of answers)
      if (status === 409) expect(body.code).toBe('mfa-not-expected')
  })

  test('that is sent twice by one hand is one answer', async () => {
    const asked = await anAsked()
    const headers = { 'Idempotency-Key': randomUUID() }
    const [first, second] = [
      await post(asked, '123456', headers),
      await post(asked, '123456', headers),
    ]
    expect(second.body).toEqual(first.body)
    expect(await receivedBy(world, asked.connectionId)).toHaveLength(1)
  })

  test('that is stored while its sender dies is sent by the repetition', async () => {
    const asked = await anAsked()
    const headers = { 'Idempotency-Key': randomUUID() }
    await post(asked, '123456', headers)
    // as if the process had died before it kept what it answered
    await withTenant(world.pool, world.a.tenantId, (tx) =>
      tx.query(sql.unsafe`DELETE FROM idempotency`),
    )
    expect((await post(asked, '123456', headers)).body).toMatchObject({ verdict: 'sent' })
  })

  test.each([
    ['expired', 410, 'mfa-expired'],
    ['accepted', 409, 'mfa-not-expected'],
    ['wrong', 409, 'mfa-not-expected'],
    ['closed', 409, 'mfa-not-expected'],
  ] as const)('to a challenge that is %s is told so at once', async (state, status, code) => {
    const asked = await anAsked()
    await endAs(asked, state)
    expect(await post(asked)).toMatchObject({ status, body: { code } })
    expect(await put(asked)).toMatchObject({ status, body: { code } })
    expect(await kept(asked)).toBeNull()
  })

  test('that is late by the clock of the database is late, whatever is recorded', async () => {
    const asked = await anAsked({ expiresAt: past() })
    expect(await post(asked)).toMatchObject({ status: 410, body: { code: 'mfa-expired' } })
  })

  test.each([
    ['expired', 410, 'mfa-expired'],
    ['not_expected', 409, 'mfa-not-expected'],
  ])('that the workflow refuses as %s is not kept', async (verdict, status, code) => {
    const asked = await anAsked()
    await world.call('POST', `/v1/connections/${asked.connectionId}/syncs`)
    await steer(world, asked.connectionId, `mfa:${verdict}`)
    expect(await post(asked)).toMatchObject({ status, body: { code } })
    await until(async () => ((await kept(asked)) === null ? true : undefined), {
      what: 'The answer is forgotten',
      limitMs: 5_000,
      everyMs: 50,
    })
  })

  test('may be given under the names of its fields, and must fit them', async () => {
    const fields = [
      { name: 'pet', label: 'Your first pet?', type: 'text', maxLength: 5 },
      { name: 'way', label: 'By', type: 'choice', options: [{ value: 'sms', label: 'SMS' }] },
      { name: 'note', label: 'Note', type: 'text', isOptional: true },
    ] as const
    const asked = await anAsked({ fields: fields.map((field) => ({ ...field })) as never })
    const refused = await post(asked, { pet: 'too long a name', way: 'pigeon', other: 'x' })
    expect(refused).toMatchObject({ status: 400, body: { code: 'validation-failed' } })
    expect(refused.body.errors?.map(({ pointer }) => pointer)).toEqual([
      '/body/answer/pet',
      '/body/answer/way',
      '/body/answer',
    ])
    expect(refused.text).not.toMatch(/pigeon|too long a name/)
    expect((await post(asked, 'one text for two fields')).status).toBe(400)
    expect((await post(asked, { pet: 'Rex', way: 'sms' })).status).toBe(202)
    expect(await kept(asked)).toEqual({ pet: 'Rex', way: 'sms' })
  })
})
