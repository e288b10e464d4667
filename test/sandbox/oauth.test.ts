import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Client } from './client.ts'
import { openClient } from './client.ts'

let client: Client
beforeAll(async () => {
  client = await openClient()
})
afterAll(() => client.stop())

test('a code is worth tokens only with the verifier of its challenge', async () => {
  const { code } = await client.approve(await client.invite('Happy Bank'))
  const answer = await client.exchange({ code, verifier: 'another-verifier' })
  expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
})

test('a code is used up by its first exchange', async () => {
  const approved = await client.approve(await client.invite('Happy Bank'))
  expect((await client.exchange(approved)).status).toBe(200)
  expect(await client.exchange(approved)).toMatchObject({ body: { error: 'invalid_grant' } })
})

test('a code is refused with another redirect address', async () => {
  const { code, verifier } = await client.approve(await client.invite('Happy Bank'))
  const answer = await client.token({
    grant_type: 'authorization_code',
    code,
    code_verifier: verifier,
    client_id: 'sandbox-client',
    redirect_uri: 'http://127.0.0.1:9/elsewhere',
  })
  expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
})

test('a client with a wrong secret gets nothing', async () => {
  const wrong = `Basic ${Buffer.from('sandbox-client:guess').toString('base64')}`
  const answer = await client.token({ grant_type: 'client_credentials' }, undefined, wrong)
  expect(answer).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
})

test('a refresh token works once; the old one is refused and the new one lives', async () => {
  const { refresh } = await client.link()
  const first = await client.refresh(refresh)
  expect(first.body.refresh_token).not.toBe(refresh)
  expect(await client.refresh(refresh)).toMatchObject({
    status: 400,
    body: { error: 'invalid_grant' },
  })
  expect((await client.refresh(first.body.refresh_token)).status).toBe(200)
})

test('on demand the reuse of a refresh token ends the whole grant', async () => {
  await client.sim('PATCH', '/__sim/settings', { refreshReuse: 'revoke' })
  const { refresh } = await client.link()
  const { body } = await client.refresh(refresh)
  await client.refresh(refresh)
  expect((await client.refresh(body.refresh_token)).body.error).toBe('invalid_grant')
  expect((await client.call(body.access_token, '/ponto-connect/userinfo')).status).toBe(401)
  await client.sim('PATCH', '/__sim/settings', { refreshReuse: 'refuse' })
})

test('of two that race for one refresh token exactly one wins', async () => {
  const { refresh } = await client.link()
  const answers = await Promise.all([client.refresh(refresh), client.refresh(refresh)])
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  expect(answers.filter(({ status }) => status === 400)).toHaveLength(1)
})

test('an access token ends after thirty minutes of the virtual clock', async () => {
  const { access } = await client.link()
  await client.sim('POST', '/__sim/advance', { ms: 29 * 60_000 })
  expect((await client.call(access, '/ponto-connect/userinfo')).status).toBe(200)
  await client.sim('POST', '/__sim/advance', { ms: 2 * 60_000 })
  expect(await client.call(access, '/ponto-connect/userinfo')).toMatchObject({
    status: 401,
    body: { errors: [{ code: 'invalidAccessToken' }] },
  })
})

test('a refresh token that was not used for 28 days is dead', async () => {
  const { refresh } = await client.link()
  await client.sim('POST', '/__sim/advance', { ms: 29 * 86_400_000 })
  expect((await client.refresh(refresh)).body.error).toBe('invalid_grant')
})

test('revoking the refresh token ends the access token with it', async () => {
  const { access, refresh } = await client.link()
  const url = `${client.pontoUrl}/ponto-connect/oauth2/revoke`
  const revoked = await client.token({ token: refresh }, url)
  expect(revoked.status).toBe(200)
  expect((await client.call(access, '/ponto-connect/accounts')).status).toBe(401)
  expect((await client.refresh(refresh)).body.error).toBe('invalid_grant')
})

test('the token of the client opens partner routes only, and that of an organization none of them', async () => {
  const { access } = await client.link()
  const own = await client.clientToken()
  expect((await client.call(own, '/ponto-connect/integration-accounts')).status).toBe(200)
  expect((await client.call(own, '/ponto-connect/accounts')).status).toBe(401)
  expect((await client.call(access, '/ponto-connect/integration-accounts')).status).toBe(401)
})

test('the integration can be deleted after the refresh token is lost', async () => {
  const { access } = await client.link()
  const { sub } = (await client.call(access, '/ponto-connect/userinfo')).body
  const remove = async () =>
    client.call(await client.clientToken(), `/ponto-connect/organizations/${sub}/integration`, {
      method: 'DELETE',
    })
  expect((await remove()).status).toBe(200)
  expect((await client.call(access, '/ponto-connect/accounts')).status).toBe(401)
  expect((await remove()).status).toBe(404)
})
