import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import type { Listener } from '../listener.ts'
import { openListener } from '../listener.ts'
import type { Conformance } from './conformance.ts'
import { yodleeConformance } from './conformance.ts'
import type { YodleeClient } from './client.ts'
import { openYodlee } from './client.ts'

let listener: Listener
let answerStatus: number
let yodlee: YodleeClient
let conformance: Conformance

const jsonOrNull = (text: string) => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** Events with what they say; without it where their body is spoiled. */
const arrivals = () =>
  listener.received
    .filter(({ method }) => method === 'POST')
    .map(({ body, headers }) => {
      const contentType = headers['content-type'] ?? ''
      const isForm = contentType.includes('urlencoded')
      const text = isForm ? (new URLSearchParams(body).get('payload') ?? '') : body
      return { contentType, event: jsonOrNull(text)?.event }
    })

beforeEach(async () => {
  answerStatus = 200
  listener = await openListener(() => answerStatus)
  conformance = yodleeConformance()
  yodlee = await openYodlee({
    observe: conformance.observe,
    webhookUrls: { yodlee: `${listener.url}/hooks/yodlee/x` },
  })
})
afterEach(async () => {
  await yodlee.stop()
  await listener.stop()
  expect(conformance.problems()).toEqual([])
})

const infos = () => arrivals().map(({ event }) => event?.info)
const arrived = (info: string) => eventually(`${info} arriving`, () => infos().includes(info))

const act = (wish: object) => yodlee.sim('POST', '/__sim/yodlee/webhooks', wish)

test('a refresh tells its steps, its question and its end', async () => {
  const token = await yodlee.token('listener')
  const { id } = await yodlee.add(token, 'MFA Bank')
  await yodlee.advance(1000)
  await arrived('REFRESH.USER_INPUT_REQUIRED')
  expect(arrivals()[0]?.event).toMatchObject({
    loginName: 'listener',
    data: { providerAccount: [{ id, loginForm: [{ formType: 'token' }] }] },
  })
  await yodlee.answer(token, id, { token: '123456' })
  await yodlee.advance(3000)
  await arrived('REFRESH.PROCESS_COMPLETED')
  expect(infos()).toEqual([
    'REFRESH.USER_INPUT_REQUIRED',
    'REFRESH.LOGIN_SUCCESS',
    'REFRESH.ACCT_SUMMARY_RECEIVED',
    'REFRESH.PROCESS_COMPLETED',
  ])
})

test('new data is told in batches of fifteen minutes, and not of nights without news', async () => {
  const token = await yodlee.token('listener')
  await yodlee.linked(token, 'Happy Bank')
  await arrived('REFRESH.PROCESS_COMPLETED')
  expect(infos()).not.toContain('DATA_UPDATES.USER_DATA')
  await yodlee.advance(15 * 60_000)
  await arrived('DATA_UPDATES.USER_DATA')
  await yodlee.advance(2 * 86_400_000)
  await yodlee.advance(15 * 60_000)
  const quiet = await yodlee.sim('GET', '/__sim/yodlee/webhooks')
  expect(quiet.events.filter(({ name }: any) => name === 'DATA_UPDATES')).toHaveLength(1)
  const { accounts } = await yodlee.sim('GET', '/__sim/banks/Happy%20Bank')
  await yodlee.sim('POST', '/__sim/lines', {
    account: accounts[0].id,
    seen: 'nextSynchronization',
    lines: [{ amount: '1.00' }],
  })
  await yodlee.advance(2 * 86_400_000)
  await eventually(
    'the second event',
    () => infos().filter((info) => info === 'DATA_UPDATES.USER_DATA').length === 2,
  )
  expect(infos().filter((info) => info === 'REFRESH.PROCESS_COMPLETED')).toHaveLength(1)
})

test('a bank that announces lines is heard of at once', async () => {
  const token = await yodlee.token('listener')
  await yodlee.linked(token, 'Happy Bank')
  const { accounts } = await yodlee.sim('GET', '/__sim/banks/Happy%20Bank')
  await yodlee.sim('POST', '/__sim/lines', {
    account: accounts[0].id,
    seen: 'announced',
    lines: [{ amount: '1.00', text: 'Announced' }],
  })
  await arrived('DATA_UPDATES.USER_DATA')
  const { body } = await yodlee.call(token, '/transactions')
  const texts = body.transaction.map((line: any) => line.description.original)
  expect(texts).toContain('Announced')
})

test('automatic refreshes that are switched off are told', async () => {
  const token = await yodlee.token('listener')
  const { id } = await yodlee.linked(token, 'Happy Bank')
  const off = await yodlee.call(token, `/providerAccounts/${String(id)}/preferences`, {
    method: 'PUT',
    body: { preferences: { isAutoRefreshEnabled: false } },
  })
  expect(off.status).toBe(204)
  await yodlee.advance(15 * 60_000)
  await arrived('AUTO_REFRESH_UPDATES')
  expect(arrivals().at(-1)?.event.data[0]).toMatchObject({
    providerAccountId: id,
    autoRefresh: { status: 'DISABLED', additionalStatus: 'UNSUBSCRIBED' },
  })
})

test('an event that nobody takes comes again after ten and after twenty minutes', async () => {
  const token = await yodlee.token('listener')
  await yodlee.linked(token, 'Happy Bank')
  await arrived('REFRESH.PROCESS_COMPLETED')
  listener.forget()
  answerStatus = 500
  const { id } = await act({ action: 'fire', event: 'LATEST_BALANCE_UPDATES' })
  answerStatus = 503
  await yodlee.advance(10 * 60_000)
  await eventually('the second try', () => arrivals().length >= 2)
  answerStatus = 200
  await eventually('the second refusal', async () => {
    const { events } = await yodlee.sim('GET', '/__sim/yodlee/webhooks')
    return events.find((event: any) => event.id === id)?.attempts === 2
  })
  await yodlee.advance(20 * 60_000)
  await eventually(
    'the third try',
    () => arrivals().filter(({ event }) => event.notificationId === id).length === 3,
  )
})

describe('an event on demand', () => {
  beforeEach(async () => {
    const token = await yodlee.token('listener')
    await yodlee.linked(token, 'Happy Bank')
    await arrived('REFRESH.PROCESS_COMPLETED')
    listener.forget()
  })

  test('can be repeated, spoiled, and told of a user whom nobody knows', async () => {
    const { id } = await act({ action: 'fire', event: 'REFRESH', loginName: 'nobody' })
    await act({ action: 'repeat', id })
    await act({ action: 'corrupt', id })
    expect(arrivals().map(({ event }) => event?.notificationId)).toEqual([id, id, undefined])
    expect(arrivals()[0]?.event.loginName).toBe('nobody')
  })

  test('can be held back and released in reverse order', async () => {
    await act({ action: 'hold' })
    await act({ action: 'fire', event: 'REFRESH' })
    await act({ action: 'fire', event: 'AUTO_REFRESH_UPDATES' })
    expect(arrivals()).toEqual([])
    expect(await act({ action: 'release', reversed: true })).toEqual({ released: 2 })
    expect(infos()).toEqual(['AUTO_REFRESH_UPDATES', 'REFRESH.PROCESS_COMPLETED'])
  })

  test('can come as a form', async () => {
    await yodlee.sim('PATCH', '/__sim/yodlee/settings', { eventForm: 'form' })
    await act({ action: 'fire', event: 'DATA_UPDATES' })
    expect(arrivals()[0]?.contentType).toContain('urlencoded')
    expect(arrivals()[0]?.event.info).toBe('DATA_UPDATES.USER_DATA')
  })
})

test('a subscription sends its events to its own address, and one that nobody answers at is forgotten', async () => {
  const admin = await yodlee.token('sandbox-admin')
  const subscribe = (name: string, callbackUrl: string, method = 'POST') =>
    yodlee.call(admin, `/configs/notifications/events/${name}`, {
      method,
      body: { event: { callbackUrl } },
    })
  const listed = async () =>
    (await yodlee.call(admin, '/configs/notifications/events')).body.event ?? []
  const alive = `${listener.url}/own`
  expect((await subscribe('REFRESH', alive)).status).toBe(201)
  expect((await subscribe('REFRESH', alive)).body.errorCode).toBe('Y811')
  expect((await subscribe('OTHER', alive)).body.errorCode).toBe('Y821')
  expect((await subscribe('REFRESH', alive, 'PUT')).status).toBe(204)
  await subscribe('DATA_UPDATES', 'http://127.0.0.1:9/nobody')
  await eventually('the silent address forgotten', async () => (await listed()).length === 1)
  expect((await listed())[0]).toEqual({ name: 'REFRESH', callbackUrl: alive })
  const gone = await yodlee.call(admin, '/configs/notifications/events/REFRESH', {
    method: 'DELETE',
  })
  expect([gone.status, await listed()]).toEqual([204, []])
})

test('connections and refreshes under way live on when the sandbox is started again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'yodlee-'))
  const stateFile = join(folder, 'state.json')
  try {
    const first = await openYodlee({ stateFile })
    const token = await first.token('patient')
    const { id } = await first.linked(token, 'Happy Bank')
    const before = await first.call(token, '/transactions')
    const other = await first.add(token, 'MFA Bank')
    await first.advance(1000)
    const underWay = await first.add(token, 'Beta Bank')
    await first.stop()
    const second = await openYodlee({ stateFile })
    const after = await second.call(token, '/transactions')
    expect(after.body).toEqual(before.body)
    expect((await second.show(token, id)).status).toBe('SUCCESS')
    await second.answer(token, other.id, { token: '123456' })
    await second.advance(3000)
    expect((await second.show(token, other.id)).status).toBe('SUCCESS')
    expect((await second.show(token, underWay.id)).status).toBe('SUCCESS')
    await second.stop()
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('what is taken away at the provider is gone for whoever asks', async () => {
  const token = await yodlee.token('listener')
  const { id } = await yodlee.linked(token, 'Happy Bank')
  await yodlee.sim('POST', '/__sim/yodlee/drop', { what: 'consent', connection: id })
  expect((await yodlee.show(token, id)).dataset[0].additionalStatus).toBe(
    'CREDENTIALS_UPDATE_NEEDED',
  )
  await yodlee.sim('POST', '/__sim/yodlee/drop', { what: 'connection', connection: id })
  const { body } = await yodlee.call(token, `/providerAccounts/${String(id)}`)
  expect(body).toMatchObject({
    errorCode: 'Y800',
    errorMessage: 'Invalid value for providerAccountId',
  })
})
