import { afterAll, beforeAll, expect, test } from 'vitest'
import { waitFor } from '../../scripts/erp.ts'
import { consent, urlOf, type Flow } from '../../scripts/link-bank.ts'
import { openStage, type Stage } from './support/stage.ts'
import {
  beginFirstRun,
  connectionOf,
  expectTheBanksLines,
  expectTruthfulRun,
  link,
  messagesOf,
  pressSync,
  runDone,
} from './support/synced.ts'

let first: Stage
beforeAll(async () => {
  first = await openStage()
})
afterAll(() => first.close())

const passing: [string, Record<string, unknown>][] = [
  ['resets the connection', { mode: 'reset', times: 2 }],
  ['cuts its answer off', { mode: 'truncate', times: 2 }],
  ['answers HTML with 200', { mode: 'html', times: 2 }],
  ['answers 503', { mode: 'error', status: 503, times: 2 }],
  [
    'asks for patience and says how long',
    { mode: 'error', status: 429, headers: { 'retry-after': '1' }, times: 1 },
  ],
  ['hangs', { mode: 'hang', times: 1 }],
]

test.for(passing)(
  'a provider that %s in the middle of a history costs no line, and nobody is troubled',
  { timeout: 180_000 },
  async ([, fault]) => {
    const stage = await first.asNewTenant()
    const linked = await link(stage, 'Happy Bank')
    await stage.sandbox('POST', '/__sim/fail-next', { endpoint: 'transactions', skip: 1, ...fault })
    const { id } = await beginFirstRun(stage, linked)
    const run = await runDone(stage, id)
    const lines = await expectTheBanksLines(stage, linked)
    await expectTruthfulRun(stage, linked, { run, lines })
    const codes = (await messagesOf(stage, linked.id)).map(({ code }) => code)
    expect(codes).toEqual(['connection.created', 'state.changed', 'accounts.chosen', 'sync.done'])
  },
)

test('answers that stay unreadable end the run with a reference, and the next good one heals it', async () => {
  const stage = await first.asNewTenant()
  const linked = await link(stage, 'Happy Bank')
  await stage.sandbox('POST', '/__sim/fail-next', {
    endpoint: 'transactions',
    mode: 'html',
    times: 3,
  })
  const { id } = await beginFirstRun(stage, linked)
  expect(await runDone(stage, id)).toMatchObject({
    outcome: 'failed',
    failureCode: 'invalid_response',
    linesAdded: 0,
  })
  expect(await connectionOf(stage, linked.id)).toMatchObject({ state: 'error' })
  const notice = (await messagesOf(stage, linked.id)).find(
    ({ code }) => code === 'sync.provider_invalid',
  )
  expect(notice?.text).toMatch(/BS-[0-9A-Z]{4}-[0-9A-Z]{4}/)
  expect(notice?.closedAt).toBeNull()
  const run = await runDone(stage, await pressSync(stage, linked.id))
  await expectTruthfulRun(stage, linked, { run, lines: await expectTheBanksLines(stage, linked) })
  expect(await connectionOf(stage, linked.id)).toMatchObject({
    state: 'connected',
    failureCode: null,
  })
  const after = await messagesOf(stage, linked.id)
  expect(after.find(({ code }) => code === 'sync.provider_invalid')?.closedAt).not.toBeNull()
})

test(
  'a grant that the provider took back asks the person once, and renewing it goes on where it stopped',
  { timeout: 180_000 },
  async () => {
    const stage = await first.asNewTenant()
    const { erp } = stage
    const linked = await link(stage, 'Happy Bank')
    const { id } = await beginFirstRun(stage, linked)
    await runDone(stage, id)
    const account = linked.accounts[0]?.number
    await stage.sandbox('POST', '/__sim/drop', { what: 'integration', account })
    await runDone(stage, await pressSync(stage, linked.id)).catch(() => undefined)
    const asked = await waitFor('the product to ask the person', async () => {
      const connection = await connectionOf(stage, linked.id)
      return connection.awaiting === 'credentials' ? connection : null
    })
    expect(asked).toMatchObject({ state: 'error', nextSyncAt: null })
    const told = (await messagesOf(stage, linked.id)).filter(
      ({ code }) => code === 'credentials.invalid',
    )
    expect(told).toHaveLength(1)
    const body = { returnUrl: 'http://localhost/erp/banks' }
    const route = `/v1/connections/${linked.id}/credential-updates`
    const { flow } = await erp.call<{ flow: Flow }>('POST', route, body)
    await consent(erp, flow, await urlOf(erp, flow))
    await waitFor('the connection to work again', async () => {
      const { state, awaiting } = await connectionOf(stage, linked.id)
      return state === 'connected' && awaiting === 'nothing'
    })
    await runDone(stage, await pressSync(stage, linked.id))
    await expectTheBanksLines(stage, linked)
  },
)
