import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { scriptYodleeFor } from '../../../sandbox/yodlee/script.ts'
import type { YodleeClient } from './client.ts'
import { openYodlee } from './client.ts'
import { yodleeConformance } from './conformance.ts'

const conformance = yodleeConformance()
let yodlee: YodleeClient
let token: string

beforeAll(async () => {
  yodlee = await openYodlee({ observe: conformance.observe })
})
afterAll(async () => {
  await yodlee.stop()
})
beforeEach(async () => {
  await yodlee.sim('POST', '/__sim/reset')
  await yodlee.sim('PATCH', '/__sim/yodlee/settings', { tokenSeconds: 86_000 })
  await yodlee.patch('Expired Bank', scriptYodleeFor('Expired Bank'))
  token = await yodlee.token('person')
})

interface Page {
  status: number
  url: string
  text: string
}

const pageOf = async (response: Response): Promise<Page> => ({
  status: response.status,
  url: response.url,
  text: await response.text(),
})

/** Opens the page as the script in the browser does. */
const open = async (params: Record<string, string>): Promise<Page> =>
  pageOf(
    await fetch(`${yodlee.url}/authenticate/restserver/fastlink`, {
      method: 'POST',
      body: new URLSearchParams({
        accessToken: `Bearer ${token}`,
        extraParams: new URLSearchParams({ configName: 'Aggregation', ...params }).toString(),
      }),
    }),
  )

const submit = async (page: Page, fields: [string, string][]): Promise<Page> => {
  const action = /<form method="post" action="([^"]+)"/.exec(page.text)?.[1] ?? ''
  const target = new URL(action.replaceAll('&amp;', '&'), page.url)
  return pageOf(await fetch(target, { method: 'POST', body: new URLSearchParams(fields) }))
}

const resultIn = ({ text }: Page) =>
  JSON.parse(/id="fastlink-result">([^<]+)</.exec(text)?.[1] ?? 'null')

/** What the page shows after a while. */
const later = async (page: Page, ms: number): Promise<Page> => {
  await yodlee.advance(ms)
  return pageOf(await fetch(page.url))
}

const login: [string, string][] = [
  ['user', 'person'],
  ['password', 'right'],
]

test('the person chooses a bank, logs in, ticks accounts and comes back with the connection', async () => {
  const choice = await open({ flow: 'add' })
  const happy = String(await yodlee.siteOf(token, 'Happy Bank'))
  expect(choice.text).toContain(`value="${happy}"`)
  const form = await submit(choice, [['providerId', happy]])
  const ids = [...form.text.matchAll(/name="accounts" value="([^"]+)"/g)].map(([, id]) => id!)
  expect(ids).toHaveLength(2)
  const untouched = await submit(form, [...login, ['tickable', 'yes']])
  expect([untouched.status, untouched.text]).toEqual([
    400,
    expect.stringContaining('at least one account'),
  ])
  const waits = await submit(form, [...login, ['tickable', 'yes'], ['accounts', ids[1]!]])
  expect(waits.text).toContain('One moment')
  const told = resultIn(await later(waits, 3000))
  const { body } = await yodlee.call(token, '/providerAccounts')
  const accounts = await yodlee.call(token, '/accounts')
  expect(told).toMatchObject({
    fnToCall: 'onSuccess',
    providerAccountId: body.providerAccount[0].id,
    requestId: body.providerAccount[0].requestId,
    status: 'SUCCESS',
  })
  expect(accounts.body.account).toHaveLength(1)
})

test('a question is shown on the page and answered there', async () => {
  const providerId = String(await yodlee.siteOf(token, 'MFA Bank'))
  const form = await open({ flow: 'add', providerId })
  const question = await later(await submit(form, login), 1000)
  expect(question.text).toContain('name="token"')
  const waits = await submit(question, [['token', '123456']])
  expect(resultIn(await later(waits, 3000)).status).toBe('SUCCESS')
})

test('an open-banking site sends the person to the bank, which gives access for a while', async () => {
  const providerId = String(await yodlee.siteOf(token, 'Expired Bank'))
  const atBank = await submit(await open({ flow: 'add', providerId }), [['decision', 'continue']])
  expect(atBank.url).toContain('/oauth/authorize')
  const wrong = await submit(atBank, [
    ['decision', 'approve'],
    ['password', 'wrong'],
  ])
  expect(wrong.status).toBe(400)
  const back = await submit(atBank, [['decision', 'approve'], ...login])
  const { providerAccountId } = resultIn(await later(back, 3000))
  const consents = await yodlee.call(
    token,
    `/consents?providerAccountIds=${String(providerAccountId)}`,
  )
  expect(consents.body.consent[0]).toMatchObject({
    consentStatus: 'ACTIVE',
    dataAccessFrequency: 'RECURRING',
    providerAccountId,
  })
})

test('a person who says no, at the bank or on the page, links nothing', async () => {
  const providerId = String(await yodlee.siteOf(token, 'Expired Bank'))
  const atBank = await submit(await open({ flow: 'add', providerId }), [['decision', 'continue']])
  const denied = await submit(atBank, [['decision', 'deny']])
  const left = await submit(await open({ flow: 'add', providerId }), [['decision', 'deny']])
  expect([resultIn(denied), resultIn(left)]).toEqual([
    expect.objectContaining({ fnToCall: 'onClose', action: 'exit' }),
    expect.objectContaining({ fnToCall: 'onClose', action: 'exit' }),
  ])
  expect((await yodlee.call(token, '/providerAccounts')).body).toEqual({})
})

test('other credentials mend a connection, and a refresh asks what the bank asks', async () => {
  const providerId = String(await yodlee.siteOf(token, 'Happy Bank'))
  const failed = await submit(await open({ flow: 'add', providerId }), [
    ['user', 'person'],
    ['password', 'wrong'],
  ])
  const first = resultIn(await later(failed, 3000))
  expect([first.fnToCall, first.additionalStatus]).toEqual(['onClose', 'INCORRECT_CREDENTIALS'])
  const providerAccountId = String(first.providerAccountId)
  const edited = await submit(await open({ flow: 'edit', providerAccountId }), login)
  expect(resultIn(await later(edited, 3000)).status).toBe('SUCCESS')
  const hasty = await open({ flow: 'refresh', providerAccountId })
  expect(resultIn(hasty).code).toBe('E803')
  await yodlee.patch('Happy Bank', { mfa: [{ ask: 'token', answer: '1234' }], mfaAt: 'refresh' })
  await yodlee.advance(16 * 60_000)
  const waits = await open({ flow: 'refresh', providerAccountId })
  const action = /url=([^"]+)"/.exec(waits.text)?.[1] ?? ''
  const question = await later({ ...waits, url: yodlee.url + action }, 1000)
  const answered = await submit(question, [['token', '1234']])
  expect(resultIn(await later(answered, 3000)).status).toBe('SUCCESS')
})

test('what is not right is told as an error with a code', async () => {
  const wrongName = await fetch(
    `${yodlee.url}/authenticate/restserver/fastlink?accessToken=Bearer%20${token}&configName=Other`,
  )
  expect(resultIn(await pageOf(wrongName))).toMatchObject({
    code: 'E601',
    fnToCall: 'errorHandler',
  })
  expect(resultIn(await open({ flow: 'add', providerId: '1' })).code).toBe('E701')
  expect(resultIn(await open({ flow: 'edit', providerAccountId: '1' })).code).toBe('E701')
  token = 'invented'
  expect(resultIn(await open({ flow: 'add' })).title).toBe('INVALID_TOKEN')
})

test('a program may ask for the steps as JSON and be sent to its callback', async () => {
  const providerId = String(await yodlee.siteOf(token, 'Happy Bank'))
  const query = new URLSearchParams({
    accessToken: `Bearer ${token}`,
    configName: 'Aggregation',
    flow: 'add',
    providerId,
    callback: 'http://127.0.0.1:9/back',
  })
  const plain = { headers: { accept: 'application/json' } }
  const first = await fetch(
    `${yodlee.url}/authenticate/restserver/fastlink?${query.toString()}`,
    plain,
  )
  const { step, action }: any = await first.json()
  expect(step).toBe('login')
  await fetch(yodlee.url + action, { ...plain, method: 'POST', body: new URLSearchParams(login) })
  await yodlee.advance(3000)
  const { step: last, result }: any = await (await fetch(yodlee.url + action, plain)).json()
  expect([last, result.status]).toEqual(['done', 'SUCCESS'])
  const back = await fetch(yodlee.url + action, { redirect: 'manual' })
  const location = new URL(back.headers.get('location') ?? '')
  expect(location.searchParams.get('providerAccountId')).toBe(String(result.providerAccountId))
})

test('the script opens a frame and hands on only what that frame says', async () => {
  const script = await (await fetch(`${yodlee.url}/fastlink/v4/initialize.js`)).text()
  const listeners: ((event: object) => void)[] = []
  const made: any[] = []
  const element = (kind: string) => {
    const node: any = { kind, style: {}, contentWindow: {}, children: [] as any[] }
    node.append = (...children: any[]) => node.children.push(...children)
    node.remove = () => {
      node.removed = true
    }
    node.submit = () => {
      node.submitted = true
    }
    made.push(node)
    return node
  }
  const window: any = {
    addEventListener: (_name: string, listener: (event: object) => void) =>
      listeners.push(listener),
    removeEventListener: () => undefined,
  }
  const document = {
    createElement: element,
    getElementById: () => element('div'),
    body: element('body'),
  }
  const location = { href: 'http://erp.example/' }
  runInNewContext(script, { window, document, location, URL, URLSearchParams })
  const told: unknown[] = []
  window.fastlink.open(
    {
      fastLinkURL: 'http://fast.example/open',
      accessToken: 'Bearer t',
      params: { configName: 'Aggregation', flow: 'add' },
      onSuccess: (result: unknown) => told.push(['success', result]),
      onError: (problem: unknown) => told.push(['error', problem]),
      onClose: (result: unknown) => told.push(['close', result]),
    },
    'container',
  )
  const frame = made.find(({ kind }) => kind === 'iframe')
  const form = made.find(({ kind }) => kind === 'form')
  expect(form).toMatchObject({ method: 'post', target: frame.name, submitted: true })
  expect(form.children.map(({ value }: any) => value)).toEqual([
    'Bearer t',
    'configName=Aggregation&flow=add',
  ])
  const say = (origin: string, source: unknown, data: object) =>
    listeners[0]?.({ origin, source, data })
  say('http://evil.example', frame.contentWindow, { fnToCall: 'onSuccess' })
  say('http://fast.example', {}, { fnToCall: 'onSuccess' })
  say('http://fast.example', frame.contentWindow, { fnToCall: 'onSuccess', providerAccountId: 7 })
  say('http://fast.example', frame.contentWindow, { fnToCall: 'errorHandler', code: 'E601' })
  say('http://fast.example', frame.contentWindow, { fnToCall: 'onClose', action: 'exit' })
  expect(told.map((each: any) => each[0])).toEqual(['success', 'error', 'close'])
  window.fastlink.close()
  expect(frame.removed).toBe(true)
})

describe('a consent', () => {
  const day = 86_400_000

  const linkedWithConsent = async () => {
    const providerId = String(await yodlee.siteOf(token, 'Expired Bank'))
    const atBank = await submit(await open({ flow: 'add', providerId }), [['decision', 'continue']])
    const back = await submit(atBank, [['decision', 'approve'], ...login])
    const { providerAccountId } = resultIn(await later(back, 3000))
    const { body } = await yodlee.call(token, '/consents')
    return { id: Number(providerAccountId), consentId: Number(body.consent[0].consentId) }
  }
  const end = async (id: number) => {
    token = await yodlee.token('person')
    const { status, dataset } = await yodlee.show(token, id)
    return [status, dataset[0].additionalStatus]
  }
  const renew = async (consentId: number) =>
    (
      await yodlee.call(token, `/consents/${String(consentId)}/renewal`, {
        method: 'PUT',
        body: {},
      })
    ).body

  test('ends by the clock, and is renewed in silence in the United Kingdom', async () => {
    const { id, consentId } = await linkedWithConsent()
    await yodlee.advance(2 * day)
    expect(await end(id)).toEqual(['FAILED', 'CONSENT_EXPIRED'])
    expect(await renew(consentId)).toEqual({ consentId, providerId: expect.any(Number) })
    expect(await end(id)).toEqual(['SUCCESS', 'AVAILABLE_DATA_RETRIEVED'])
  })

  test('needs the person long after its end, and in Australia always', async () => {
    const { id, consentId } = await linkedWithConsent()
    await yodlee.advance(100 * day)
    await end(id)
    expect(await renew(consentId)).toMatchObject({
      authorizationUrl: expect.stringContaining('/oauth/authorize?consentId='),
    })
    await yodlee.patch('Expired Bank', { consent: 'AU' })
    const edit = await open({ flow: 'edit', providerAccountId: String(id) })
    const atBank = await submit(edit, [['decision', 'continue']])
    const back = await submit(atBank, [['decision', 'approve'], ...login])
    expect(resultIn(await later(back, 3000)).status).toBe('SUCCESS')
    expect(await renew(consentId)).toHaveProperty('authorizationUrl')
  })

  test('that was revoked is not mended by an edit', async () => {
    const { id } = await linkedWithConsent()
    await yodlee.sim('POST', '/__sim/yodlee/drop', {
      what: 'consent',
      additionalStatus: 'CONSENT_REVOKED',
    })
    const edit = await open({ flow: 'edit', providerAccountId: String(id) })
    const atBank = await submit(edit, [['decision', 'continue']])
    const back = await submit(atBank, [['decision', 'approve'], ...login])
    expect(resultIn(await later(back, 3000)).additionalStatus).toBe('CONSENT_REVOKED')
  })

  test('can be given without FastLink, by a code from the bank', async () => {
    const providerId = await yodlee.siteOf(token, 'Expired Bank')
    const created = await yodlee.call(token, '/consents', { method: 'POST', body: { providerId } })
    const { consentId } = created.body.consent[0]
    const updated = await yodlee.call(token, `/consents/${String(consentId)}`, {
      method: 'PUT',
      body: { scopeId: ['ACCOUNT_DETAILS', 'TRANSACTION_DETAILS'] },
    })
    const url = updated.body.consent[0].authorizationUrl
    const approved = await submit(await pageOf(await fetch(url)), [
      ['decision', 'approve'],
      ...login,
    ])
    const code = /<code>([^<]+)</.exec(approved.text)?.[1] ?? ''
    const add = (value: string) =>
      yodlee.call(token, `/providerAccounts?providerId=${String(providerId)}`, {
        method: 'POST',
        body: { consentId, field: [{ id: 'authorizationCode', value }] },
      })
    expect((await add('guessed')).body.errorCode).toBe('Y800')
    expect((await add(code)).status).toBe(200)
    expect((await add(code)).body.errorCode).toBe('Y800')
  })
})

test('everything was as the vendor describes it', () => {
  expect(conformance.problems()).toEqual([])
})
