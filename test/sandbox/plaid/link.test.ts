import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PlaidClient } from './client.ts'
import { openPlaid } from './client.ts'

let plaid: PlaidClient

beforeAll(async () => {
  plaid = await openPlaid()
})
afterAll(async () => {
  await plaid.stop()
  expect(plaid.conformance.problems()).toEqual([])
})

const refusal = async (path: string, body: object) => {
  const { status, body: answer } = await plaid.call(path, body)
  return [status, answer.error_type, answer.error_code]
}

test('keys go in headers or in the body, and wrong ones are refused', async () => {
  const body = { country_codes: ['BE'], query: 'Happy' }
  const keys = { client_id: 'sandbox-client', secret: 'sandbox-secret' }
  expect((await plaid.call('/institutions/search', { ...body, ...keys }, {})).status).toBe(200)
  const wrong = await plaid.call('/institutions/search', { ...body, ...keys, secret: 'x' }, {})
  expect([wrong.status, wrong.body.error_code]).toEqual([400, 'INVALID_API_KEYS'])
  const none = await plaid.call('/institutions/search', body, {})
  expect(none.body.error_code).toBe('MISSING_FIELDS')
})

test('a request that is not as described is refused by what is wrong with it', async () => {
  const path = '/institutions/search'
  expect(await refusal(path, { country_codes: ['BE'], query: 'a', foo: 1 })).toEqual([
    400,
    'INVALID_REQUEST',
    'UNKNOWN_FIELDS',
  ])
  expect(await refusal(path, { country_codes: ['BE'] })).toContain('MISSING_FIELDS')
  expect(await refusal(path, { country_codes: 'BE', query: 'a' })).toContain('INVALID_FIELD')
  const broken = await plaid.call(path, '{')
  expect(broken.body.error_code).toBe('INVALID_BODY')
  expect(await refusal('/nowhere', {})).toContain('NOT_FOUND')
})

test('the hosted page exists only when it was asked for, and a token lives as long as its kind', async () => {
  const life = ({ expiration }: { expiration: string }, from: number) =>
    Math.round((Date.parse(expiration) - from) / 60_000)
  const now = Date.parse((await plaid.sim('GET', '/__sim/clock')).now)
  const plain = await plaid.newLink({ hosted_link: undefined })
  expect(plain.hosted_link_url).toBeUndefined()
  expect(life(plain, now)).toBe(240)
  expect(life(await plaid.newLink(), now)).toBe(30)
  expect(life(await plaid.newLink({ hosted_link: { url_lifetime_seconds: 600 } }), now)).toBe(10)
  const { access } = await plaid.link()
  const update = await plaid.linkToken({ hosted_link: undefined, access_token: access })
  expect(life(update, now)).toBe(30)
})

test('a person links a bank, and the public token is good once', async () => {
  const { link_token: token, hosted_link_url: url } = await plaid.newLink()
  const accounts = await plaid.logIn(url, 'Happy Bank')
  expect(plaid.offered(accounts.text)).toHaveLength(2)
  const done = await plaid.submit(url, [
    ['accounts', plaid.offered(accounts.text)[0]!],
    ['decision', 'approve'],
  ])
  expect([done.status, done.location]).toEqual([302, 'http://127.0.0.1:9/done?state=s'])
  const [session] = await plaid.sessions(token)
  const [added] = session.results.item_add_results
  expect(added).toMatchObject({
    institution: { name: 'Happy Bank' },
    accounts: [{ type: 'depository' }],
  })
  const { access } = await plaid.exchange(added.public_token)
  const { item } = await plaid.ask('/item/get', { access_token: access })
  expect(item.institution_id).toBe(added.institution.institution_id)
  expect(
    await refusal('/item/public_token/exchange', { public_token: added.public_token }),
  ).toEqual([400, 'INVALID_INPUT', 'INVALID_PUBLIC_TOKEN'])
  expect(await plaid.accounts({ access, itemId: '' })).toHaveLength(1)
})

test('a public token that is older than half an hour is of no use', async () => {
  const { link_token: token, hosted_link_url: url } = await plaid.newLink()
  await plaid.approve(url, await plaid.logIn(url, 'Happy Bank'))
  const [session] = await plaid.sessions(token)
  await plaid.sim('POST', '/__sim/advance', { ms: 31 * 60_000 })
  const { public_token } = session.results.item_add_results[0]
  expect(await refusal('/item/public_token/exchange', { public_token })).toContain(
    'INVALID_PUBLIC_TOKEN',
  )
})

test('a person who leaves is known by where and after which error', async () => {
  const { link_token: token, hosted_link_url: url } = await plaid.newLink()
  const screen = await plaid.logIn(url, 'Happy Bank', 'wrong')
  expect(screen.text).toContain('INVALID_CREDENTIALS')
  await plaid.submit(url, [['decision', 'deny']])
  const [session] = await plaid.sessions(token)
  expect(session.exit).toMatchObject({
    error: { error_type: 'ITEM_ERROR', error_code: 'INVALID_CREDENTIALS' },
    metadata: { status: 'requires_credentials' },
  })
  expect(session.results.item_add_results).toEqual([])
})

test('a page that nobody finishes stays open until its time is over; the result is kept six hours', async () => {
  const { link_token: token, hosted_link_url: url } = await plaid.newLink()
  await plaid.logIn(url, 'Happy Bank')
  expect((await plaid.sessions(token))[0].finished_at).toBeNull()
  await plaid.sim('POST', '/__sim/advance', { ms: 31 * 60_000 })
  expect((await fetch(url)).status).toBe(410)
  expect(await plaid.sessions(token)).toHaveLength(1)
  await plaid.sim('POST', '/__sim/advance', { ms: 6 * 3_600_000 })
  expect(await refusal('/link/token/get', { link_token: token })).toContain('INVALID_LINK_TOKEN')
})

test.each([
  ['mfa_device', ['device=phone', 'answer=1234']],
  [
    'mfa_questions_2_2',
    ['answer=answer_0_0&answer=answer_0_1', 'answer=answer_1_0&answer=answer_1_1'],
  ],
  ['mfa_selections', ['answer=Yes']],
  ['mfa_selections_1_2_3', ['answer=Yes&answer=Yes']],
])('the password %s asks for more before accounts are shown', async (password, rounds) => {
  const { hosted_link_url: url } = await plaid.newLink()
  let screen = await plaid.logIn(url, 'Happy Bank', password)
  for (const round of rounds) {
    expect(plaid.offered(screen.text)).toEqual([])
    screen = await plaid.submit(url, [...new URLSearchParams(round)])
  }
  expect(plaid.offered(screen.text)).toHaveLength(2)
})

test('a wrong answer and a late one are told apart, and the right one still works', async () => {
  const { link_token: token, hosted_link_url: url } = await plaid.newLink()
  await plaid.logIn(url, 'MFA Bank')
  await plaid.submit(url, [['device', 'phone']])
  expect((await plaid.submit(url, [['answer', '0000']])).text).toContain('INVALID_MFA')
  await plaid.sim('POST', '/__sim/advance', { ms: 6 * 60_000 })
  expect((await plaid.submit(url, [['answer', '1234']])).text).toContain('USER_INPUT_TIMEOUT')
  const screen = await plaid.submit(url, [['answer', '1234']])
  await plaid.approve(url, screen)
  expect((await plaid.sessions(token))[0].exit).toBeNull()
})

test.each([
  ['error_ITEM_LOCKED', 'ITEM_ERROR', 'ITEM_LOCKED'],
  ['error_INSTITUTION_DOWN', 'INSTITUTION_ERROR', 'INSTITUTION_DOWN'],
  ['{"recaptcha":"bad"}', 'RECAPTCHA_ERROR', 'RECAPTCHA_BAD'],
])('the password %s ends in its error', async (password, type, code) => {
  const { link_token: token, hosted_link_url: url } = await plaid.newLink()
  await plaid.logIn(url, 'Happy Bank', password)
  await plaid.submit(url, [['decision', 'deny']])
  const [session] = await plaid.sessions(token)
  expect(session.exit.error).toMatchObject({ error_type: type, error_code: code })
})

test('update mode repairs the Item under its own ids, and its token is not to be exchanged', async () => {
  const linked = await plaid.link()
  const before = await plaid.accounts(linked)
  await plaid.ask('/sandbox/item/reset_login', { access_token: linked.access })
  expect(await refusal('/transactions/sync', { access_token: linked.access })).toContain(
    'ITEM_LOGIN_REQUIRED',
  )
  const { link_token: token, hosted_link_url: url } = await plaid.linkToken({
    access_token: linked.access,
  })
  const done = await plaid.submit(url, [
    ['username', 'user_good'],
    ['password', 'pass_good'],
  ])
  expect(done.status).toBe(302)
  expect((await plaid.accounts(linked)).map(({ account_id: id }) => id)).toEqual(
    before.map(({ account_id: id }) => id),
  )
  const [session] = await plaid.sessions(token)
  const { public_token } = session.results.item_add_results[0]
  expect(await refusal('/item/public_token/exchange', { public_token })).toContain(
    'INVALID_PUBLIC_TOKEN',
  )
})

test('update mode names no products', async () => {
  const { access } = await plaid.link()
  expect(
    await refusal('/link/token/create', {
      client_name: 'Bank Sync',
      language: 'en',
      country_codes: ['BE'],
      user: { client_user_id: 't' },
      access_token: access,
      products: ['transactions'],
    }),
  ).toContain('INVALID_FIELD')
})

test('update mode with account selection adds an account', async () => {
  const { hosted_link_url: url, link_token: token } = await plaid.newLink()
  const screen = await plaid.logIn(url, 'Happy Bank')
  const [first] = plaid.offered(screen.text)
  await plaid.submit(url, [
    ['accounts', first!],
    ['decision', 'approve'],
  ])
  const [session] = await plaid.sessions(token)
  const linked = await plaid.exchange(session.results.item_add_results[0].public_token)
  const update = { account_selection_enabled: true }
  const { hosted_link_url: again } = await plaid.linkToken({ access_token: linked.access, update })
  const login: [string, string][] = [
    ['username', 'user_good'],
    ['password', 'pass_good'],
  ]
  await plaid.approve(again, await plaid.submit(again, login))
  expect(await plaid.accounts(linked)).toHaveLength(2)
})

test('a search gives ten at most, the list gives pages, and an id finds its institution', async () => {
  const country_codes = ['BE', 'NL', 'FR']
  const { institutions } = await plaid.ask('/institutions/search', { query: 'a', country_codes })
  expect(institutions).toHaveLength(10)
  const list = (offset: number) =>
    plaid.ask('/institutions/get', { count: 20, offset, country_codes })
  const [first, second] = [await list(0), await list(20)]
  expect(first.total).toBe(second.total)
  const ids = [...first.institutions, ...second.institutions].map((each) => each.institution_id)
  expect(new Set(ids).size).toBe(40)
  expect(ids.every((id: string) => /^ins_\d+$/.test(id))).toBe(true)
  const { institution } = await plaid.ask('/institutions/get_by_id', {
    institution_id: ids[25],
    country_codes,
    options: { include_status: true },
  })
  expect(institution.status.transactions_updates.breakdown.refresh_interval).toBe('NORMAL')
  const none = { institution_id: 'ins_0', country_codes }
  expect(await refusal('/institutions/get_by_id', none)).toContain('INVALID_INSTITUTION')
})

test('a bank that is down or beta says so, and one that moved has another id', async () => {
  const made = await plaid.bank('Moving Bank', { status: 'beta' })
  const find = async () => {
    const wish = { query: 'Moving Bank', country_codes: ['BE'] }
    const [found] = (await plaid.ask('/institutions/search', wish)).institutions
    const by = { institution_id: found.institution_id, country_codes: ['BE'] }
    const options = { include_status: true }
    const { institution } = await plaid.ask('/institutions/get_by_id', { ...by, options })
    return [found.institution_id, institution.status.transactions_updates.status, found.oauth]
  }
  const before = await find()
  expect(before.slice(1)).toEqual(['DEGRADED', false])
  await plaid.sim('PATCH', `/__sim/banks/${made.id}`, {
    availability: 'readonly',
    plaid: { moves: 1 },
  })
  const after = await find()
  expect(after.slice(1)).toEqual(['DOWN', true])
  expect(after[0]).not.toBe(before[0])
})
