import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Client } from './client.ts'
import { openClient, redirectUri } from './client.ts'

let client: Client
beforeAll(async () => {
  client = await openClient()
})
afterAll(() => client.stop())

test('approving sends the person back with a code and the state', async () => {
  const { url } = await client.invite('Happy Bank')
  const page = await (await fetch(url)).text()
  const { status, location } = await client.submit(url, [
    ...client.fieldsOf(page),
    ['decision', 'approve'],
  ])
  expect(status).toBe(302)
  expect(location!.href.startsWith(redirectUri)).toBe(true)
  expect(location!.searchParams.get('code')).not.toBe('')
  expect(location!.searchParams.get('state')).toBe('a-state-nobody-guesses')
})

test('denying sends the person back with an error and no code', async () => {
  const { url } = await client.invite('Happy Bank')
  const { location } = await client.submit(url, [['decision', 'deny']])
  expect(location!.searchParams.get('error')).toBe('access_denied')
  expect(location!.searchParams.get('state')).toBe('a-state-nobody-guesses')
  expect(location!.searchParams.has('code')).toBe(false)
})

test('only ticked accounts are given', async () => {
  const invited = await client.invite('Happy Bank')
  const fields = client.fieldsOf(await (await fetch(invited.url)).text())
  const boxes = fields.filter(([name]) => name === 'accounts')
  expect(boxes).toHaveLength(2)
  const { location } = await client.submit(invited.url, [
    ...fields.filter(([name]) => name !== 'accounts'),
    boxes[1]!,
    ['decision', 'approve'],
  ])
  const code = location!.searchParams.get('code')!
  const { body } = await client.exchange({ code, verifier: invited.verifier })
  expect(await client.accounts(body.access_token)).toHaveLength(1)
})

test('nothing ticked keeps the person on the page with a reason', async () => {
  const { url } = await client.invite('Happy Bank')
  const answer = await client.submit(url, [['decision', 'approve']])
  expect(answer.status).toBe(400)
  expect(answer.text).toContain('Tick at least one account')
})

test('without a bank chosen before, the person chooses one first', async () => {
  const { url } = await client.invite('Happy Bank')
  const bare = url.replace(/&onboarding_details_id=[^&]*/, '')
  const choice = await (await fetch(bare)).text()
  const id = /<option value="([^"]+)">Twins Bank</.exec(choice)![1]!
  const { status, text } = await client.submit(bare, [
    ['institution', id],
    ['decision', 'choose'],
  ])
  expect(status).toBe(200)
  expect(text).toContain('Give access to Twins Bank')
})

test('details of an onboarding are usable for five minutes', async () => {
  const { url } = await client.invite('Happy Bank')
  await client.sim('POST', '/__sim/advance', { ms: 5 * 60_000 + 1 })
  expect(await (await fetch(url)).text()).toContain('Choose your bank')
})

test('a foreign client sees an error page and is sent nowhere', async () => {
  const { url } = await client.invite('Happy Bank')
  const answer = await fetch(url.replace('client_id=sandbox-client', 'client_id=other'), {
    redirect: 'manual',
  })
  expect(answer.status).toBe(400)
})

test('a page asked for without a PKCE challenge goes back with an error', async () => {
  const { url } = await client.invite('Happy Bank')
  const answer = await fetch(url.replace(/&code_challenge=[^&]*/, ''), { redirect: 'manual' })
  expect(new URL(answer.headers.get('location')!).searchParams.get('error')).toBe('invalid_request')
})

test('an account that is not ticked again at the next consent is dropped', async () => {
  const first = await client.link()
  const { sub } = (await client.call(first.access, '/ponto-connect/userinfo')).body
  const invited = await client.invite('Twins Bank', { requestedOrganisationId: sub })
  const fields = client.fieldsOf(await (await fetch(invited.url)).text())
  const happy = await client.accounts(first.access)
  const twins = fields.filter(([name]) => name === 'accounts')
  expect(twins).toHaveLength(3)
  await client.submit(invited.url, [
    ...fields.filter(([name]) => name !== 'accounts'),
    twins[0]!,
    twins[1]!,
    ['decision', 'approve'],
  ])
  const now = await client.accounts(first.access)
  expect(now).toHaveLength(2)
  expect(now.filter(({ id }) => happy.some((account) => account.id === id))).toHaveLength(1)
})

test('a reauthorization prolongs the consent of the account and can be used once', async () => {
  const { access } = await client.link('Expired Bank')
  const [account] = await client.accounts(access)
  await client.sim('POST', '/__sim/advance', { ms: 20 * 60_000 })
  const asked = await client.call(
    access,
    `/ponto-connect/accounts/${account.id}/reauthorization-requests`,
    { method: 'POST', body: { data: { type: 'x', attributes: { redirectUri } } } },
  )
  const page = asked.body.data.links.redirect
  const fields = client.fieldsOf(await (await fetch(page)).text())
  const { location } = await client.submit(page, [...fields, ['decision', 'approve']])
  expect(location!.href).toBe(redirectUri)
  const [renewed] = await client.accounts(access)
  expect(Date.parse(renewed.attributes.authorizationExpirationExpectedAt)).toBeGreaterThan(
    Date.parse(account.attributes.authorizationExpirationExpectedAt),
  )
  expect((await fetch(page)).status).toBe(410)
})

test('a denied reauthorization changes nothing', async () => {
  const { access } = await client.link('Expired Bank')
  const [account] = await client.accounts(access)
  const asked = await client.call(
    access,
    `/ponto-connect/accounts/${account.id}/reauthorization-requests`,
    { method: 'POST', body: { data: { type: 'x', attributes: { redirectUri } } } },
  )
  const { location } = await client.submit(asked.body.data.links.redirect, [['decision', 'deny']])
  expect(location!.searchParams.get('error')).toBe('access_denied')
  expect((await client.accounts(access))[0].attributes).toEqual(account.attributes)
})
