import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Secret } from '../../../domain/secret.ts'
import { close, json, listen, send } from '../../../sandbox/http.ts'
import type { Observed } from '../../../sandbox/observe.ts'
import { callOptions, openStore } from '../../providers/support/caller.ts'
import type { Kept, Linked } from '../../providers/support/linked-ponto.ts'
import { flowFrame, openLinked, returnUrl, state } from '../../providers/support/linked-ponto.ts'
import { openConformance } from './conformance.ts'
import { formMutantsOf, mutantsOf } from './mutants.ts'
import { events, operationOf } from './operations.ts'

let linked: Linked
let listener: Awaited<ReturnType<typeof listen>>
const seen: Observed[] = []

const psu = { ip: '192.0.2.7', userAgent: 'a browser' }
const bank = '00000000-0000-4000-8000-00000000cccc'

const sim = (method: string, path: string, body?: unknown) => linked.sim(method, path, body)
const settled = () => sim('POST', '/__sim/webhooks', { action: 'release' })

/** Asks for a refresh and looks until it has ended, which may be with a failure. */
const refresh = async (kept: Kept, account: string): Promise<void> => {
  await sim('POST', '/__sim/advance', { ms: 600_000 })
  const session = linked.open(kept)
  const wish = { providerAccountIds: [account], psu, idempotencyKey: 'run-1' }
  const started = await session.requestRefresh('attended', wish)
  let ref = started.state === 'started' ? started.ref : null
  for (let looks = 0; ref !== null && looks < 20; looks += 1) {
    await sim('POST', '/__sim/advance', { ms: 10_000 })
    const progress = await session.refreshProgress(ref, { psu, idempotencyKey: 'run-1' })
    ref = progress.state === 'running' ? progress.ref : null
  }
}

/** The bank's lines change in every way, and Ponto sees it. */
const changeLines = async (kept: Kept, account: string): Promise<void> => {
  const seenLater = { account, seen: 'nextSynchronization' }
  const { lines } = await sim('GET', `/__sim/truth?account=${account}`)
  await sim('POST', '/__sim/lines', { ...seenLater, lines: [{ amount: '-3.10' }] })
  await sim('PATCH', '/__sim/lines', { ...seenLater, id: lines[0].id, change: { text: 'Other' } })
  await refresh(kept, account)
  const failure = { code: 'authorizationInvalid', detail: 'No.', statusCode: 500, body: 'html' }
  await sim('PATCH', `/__sim/banks/${bank}`, { syncOutcomes: [failure] })
  await refresh(kept, account)
}

const renew = async (kept: Kept): Promise<void> => {
  const request = { state, returnUrl, locale: 'en', ...flowFrame } as const
  const session = linked.open(kept)
  const { url, flow } = await session.beginRenewal({ ...request, reason: 'expiring' })
  await linked.complete(flow, await linked.decide(url, 'approve'), session)
}

const verifyNews = async (): Promise<void> => {
  await settled()
  const { requestHeaders, requestBody } = seen.findLast(({ direction }) => direction === 'out')!
  const headers = { signature: String(requestHeaders['signature']) }
  const raw = { headers, body: Buffer.from(requestBody), url: '/' }
  await linked.provider.verifyWebhook(raw, { ...callOptions(), nowMs: Date.now() })
}

/** Everything the adapter can do and everything the provider can tell, once. */
const liveThrough = async (): Promise<void> => {
  const line = { amount: '12.50', cardReference: '6666', fee: '0.10', text: 'A text' }
  const accounts = [{ lines: [line, line] }, { lines: [line] }]
  await sim('PUT', `/__sim/banks/${bank}`, { name: 'Whole Bank', syncMs: 6_000, accounts })
  await linked.provider.listInstitutions(null, callOptions())
  const { kept, accounts: held } = await linked.link('Whole Bank')
  const [first, second] = held.map(({ providerAccountId }) => providerAccountId)
  await openStore().read(linked.open(kept), first!)
  await changeLines(kept, first!)
  await renew(kept)
  const content = JSON.parse(kept.secrets.reveal())
  const accessTokenExpiresAt = '2020-01-01T00:00:00.000Z'
  kept.secrets = new Secret(JSON.stringify({ ...content, accessTokenExpiresAt }))
  await linked.open(kept).status()
  await verifyNews()
  await sim('POST', '/__sim/drop', { what: 'account', account: second })
  for (const type of ['organization.blocked', 'organization.unblocked'])
    await sim('POST', '/__sim/webhooks', { action: 'fire', type })
  await linked.open(kept).revoke()
  await settled()
}

beforeAll(async () => {
  listener = await listen((_request, response) => Promise.resolve(send(response, json(200, {}))), {
    host: '127.0.0.1',
    port: 0,
  })
  linked = await openLinked({
    webhookUrl: `${listener.url}/hooks/ponto`,
    observe: (each) => seen.push(each),
  })
  await liveThrough()
})
afterAll(async () => {
  await linked.stop()
  await close(listener.server)
})

const problemsIn = (change: Partial<Observed>, of: Observed): string[] => {
  const { observe, problems } = openConformance()
  observe({ ...of, ...change })
  return problems()
}

const bearer = { authorization: 'Bearer abc' }
const jsonHeaders = { ...bearer, 'content-type': 'application/vnd.api+json' }
const formHeaders = (authorization: string) => ({
  authorization,
  'content-type': 'application/x-www-form-urlencoded',
})
const refused = (body: object): Partial<Observed> => ({
  status: 400,
  responseBody: JSON.stringify(body),
})
const decoded = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString())
const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** One call of each operation, with the longest answer. */
const calls = (): { name: string; call: Observed }[] => {
  const byName = new Map<string, Observed>()
  for (const each of seen.filter(({ direction }) => direction === 'in')) {
    const { grant, method, answer } = operationOf(each) ?? {}
    const name = grant ?? (answer === null ? 'page' : answer)
    const known = byName.get(`${method} ${name}`)
    if (name && (known?.responseBody.length ?? -1) < each.responseBody.length)
      byName.set(`${method} ${name}`, each)
  }
  return [...byName].map(([name, call]) => ({ name, call }))
}

const typeOf = ({ requestBody }: Observed): string => JSON.parse(requestBody).data.type

const news = (): { name: string; call: Observed }[] => {
  const sent = seen.filter(({ direction }) => direction === 'out')
  return [...new Map(sent.map((call) => [typeOf(call), call]))].map(([name, call]) => ({
    name,
    call,
  }))
}

test('everything the adapter asks, the sandbox answers and the sandbox tells is as described', () => {
  expect(linked.problems()).toEqual([])
  expect(calls().map(({ name }) => name)).toEqual([
    'GET answer-institutions',
    'POST client_credentials',
    'POST answer-onboarding',
    'GET page',
    'POST page',
    'POST authorization_code',
    'GET answer-userinfo',
    'GET answer-accounts',
    'GET answer-account',
    'GET answer-institution',
    'GET answer-transactions',
    'POST answer-synchronization',
    'GET answer-synchronization',
    'POST answer-reauthorization',
    'POST refresh_token',
    'GET answer-keys',
    'DELETE answer-integration-removed',
    'POST answer-revoked',
  ])
})

test('the sandbox tells every event but news of details and of what is pending', () => {
  const told = new Set(news().map(({ name }) => name.replace('pontoConnect.', '')))
  expect([...events.keys()].filter((type) => !told.has(type))).toEqual([
    'account.pendingTransactionsCreated',
    'account.pendingTransactionsUpdated',
    'account.detailsUpdated',
  ])
})

describe('spoiled on purpose', () => {
  test('an answer with a member less, a member more, another type or an unknown word is noticed', () => {
    const unnoticed = calls().flatMap(({ name, call }) => {
      if (operationOf(call)?.answer === null) return []
      return mutantsOf(JSON.parse(call.responseBody))
        .filter(({ value }) => problemsIn({ responseBody: JSON.stringify(value) }, call).length < 1)
        .map(({ what }) => `${name}: ${what}`)
    })
    // all that Ponto may leave out
    expect(unnoticed).toEqual([
      'POST answer-onboarding: - /data/attributes/initialFinancialInstitutionId',
      'GET answer-accounts: - /data/0/meta/latestSynchronization',
      'GET answer-accounts: - /data/0/meta/latestSynchronization/attributes/errors/0/meta',
      'GET answer-account: - /data/meta/latestSynchronization',
      'GET answer-transactions: - /meta/paging/before',
      'GET answer-transactions: - /meta/paging/after',
      'GET answer-transactions: - /meta/latestSynchronization',
      'POST answer-synchronization: - /data/attributes/customerOnline',
      'GET answer-synchronization: - /data/attributes/customerOnline',
      'POST answer-reauthorization: - /data/attributes/sandbox',
    ])
  })

  test('a call with a member less, a member more, another type or an unknown word is noticed', () => {
    const unnoticed = calls().flatMap(({ name, call }) => {
      const body = operationOf(call)?.body
      const isForm = body?.kind === 'form'
      const bodies = isForm ? formMutantsOf(call.requestBody) : []
      const documents = body?.kind === 'json' ? mutantsOf(JSON.parse(call.requestBody)) : []
      const spoiled = [
        ...formMutantsOf(call.query).map(({ what, text }) => ({ what, change: { query: text } })),
        ...bodies.map(({ what, text }) => ({ what, change: { requestBody: text } })),
        ...documents.map(({ what, value }) => ({
          what,
          change: { requestBody: JSON.stringify(value) },
        })),
      ]
      return spoiled
        .filter(({ change }) => problemsIn(change, call).length < 1)
        .map(({ what }) => `${name}: ${what}`)
    })
    expect(unnoticed).toEqual([
      'GET answer-institutions: - page[limit]',
      'POST answer-onboarding: - /data/attributes/initialFinancialInstitutionId',
      'GET page: - onboarding_details_id',
      'POST page: - onboarding_details_id',
      'GET answer-accounts: - page[limit]',
      'GET answer-transactions: - page[limit]',
    ])
  })

  test('an event with a member less, a member more, another type or an unknown word is noticed', () => {
    const unnoticed = news().flatMap(({ name, call }) =>
      mutantsOf(JSON.parse(call.requestBody))
        .filter(({ value }) => problemsIn({ requestBody: JSON.stringify(value) }, call).length < 2)
        .map(({ what }) => `${name}: ${what}`),
    )
    // the digest of the signature is one problem of every changed body
    expect(unnoticed).toEqual([
      'pontoConnect.account.transactionsCreated: - /data/attributes/synchronizationSubtype',
      'pontoConnect.account.transactionsUpdated: - /data/attributes/synchronizationSubtype',
    ])
  })

  test.each<[what: string, name: string, change: Partial<Observed>]>([
    ['no token', 'GET answer-accounts', { requestHeaders: {} }],
    ['no keys', 'POST refresh_token', { requestHeaders: formHeaders('Bearer abc') }],
    ['no key to recognise it', 'POST answer-synchronization', { requestHeaders: jsonHeaders }],
    ['a form as text', 'POST refresh_token', { requestHeaders: { authorization: 'Basic YTpi' } }],
    ['another path', 'GET answer-account', { path: '/ponto-connect/account/1' }],
    ['another verb', 'GET answer-account', { method: 'PUT' }],
    ['a body where none belongs', 'GET answer-account', { requestBody: '{}' }],
    ['a page too long', 'GET answer-transactions', { query: 'page%5Blimit%5D=101' }],
    ['both forms of paging', 'GET answer-transactions', { query: 'page%5Bafter%5D=a&limit=10' }],
    ['an unknown kind of token', 'POST refresh_token', { requestBody: 'grant_type=password' }],
    ['another status', 'POST answer-synchronization', { status: 200 }],
    [
      'an answer in HTML',
      'GET answer-account',
      { responseHeaders: { 'content-type': 'text/html' } },
    ],
    [
      'a refusal of another kind',
      'GET answer-account',
      refused({ error: 'a', error_description: 'b' }),
    ],
    ['an API refusal of a token', 'POST refresh_token', refused({ errors: [] })],
  ])('%s is noticed', (_what, name, change) => {
    const call = calls().find((each) => each.name === name)?.call
    expect(problemsIn(change, call!)).not.toEqual([])
  })

  test.each([
    [
      'a type that nobody described',
      (text: string) => text.replace(/pontoConnect\.\w+\.\w+/, 'new'),
    ],
    ['a body that was altered', (text: string) => text.replace('{', '{ ')],
  ])('an event with %s is noticed', (_what, spoil) => {
    const { call } = news()[0]!
    expect(problemsIn({ requestBody: spoil(call.requestBody) }, call)).not.toEqual([])
  })

  test('an event signed with another algorithm, for another life or not at all is noticed', () => {
    const { call } = news()[0]!
    const [header = '', claims = '', mark = ''] = String(call.requestHeaders['signature']).split(
      '.',
    )
    const signedBy = (signature: string) =>
      problemsIn({ requestHeaders: { ...call.requestHeaders, signature } }, call)
    const longer = { ...decoded(claims), exp: decoded(claims).exp + 1 }
    expect(signedBy(`${header}.${claims}.${mark}`)).toEqual([])
    expect(
      signedBy(`${encoded({ ...decoded(header), alg: 'RS256' })}.${claims}.${mark}`),
    ).not.toEqual([])
    expect(signedBy(`${header}.${encoded(longer)}.${mark}`)).not.toEqual([])
    expect(signedBy('')).not.toEqual([])
  })

  test('of an exchange with a fault on purpose only the call is looked at', () => {
    const { call } = calls().find(({ name }) => name === 'POST answer-synchronization')!
    expect(problemsIn({ faulty: true, responseBody: '{"data":[{"id":' }, call)).toEqual([])
    expect(problemsIn({ faulty: true, requestBody: '{}' }, call)).not.toEqual([])
  })
})
