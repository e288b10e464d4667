import { afterAll, beforeAll, describe, expect, test } from 'vitest'
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
  runsOf,
  type Linked,
} from './support/synced.ts'

let first: Stage
let unused: string[]
beforeAll(async () => {
  first = await openStage()
  // a refusal of a refresh that comes too soon is told by the same code, and is no part of this
  await first.sandbox('PATCH', '/__sim/settings', { synchronizationGapMs: 0 })
  const { banks } = await first.sandbox<{ banks: { name: string; accounts: unknown[] }[] }>(
    'GET',
    '/__sim/banks',
  )
  const plain = banks.filter(({ name, accounts }) => accounts.length === 1 && !scripted.test(name))
  unused = plain.map(({ name }) => name)
})
afterAll(() => first.close())

const scripted = /^(Happy|Twins|Expired|Flaky|Beta|Slow) Bank$/

interface Organization {
  accounts: { id: string; reference: string | null }[]
}

type Fault = Record<string, unknown>

/** Lets a fault strike the calls for this connection's lines and nobody else's. */
const spoil = async ({ sandbox }: Stage, { accounts }: Linked, fault: Fault): Promise<void> => {
  const { organizations } = await sandbox<{ organizations: Organization[] }>(
    'GET',
    '/__sim/organizations',
  )
  const held = organizations.flatMap((organization) => organization.accounts)
  const account = held.find(({ reference }) => reference === accounts[0]?.number)
  if (account === undefined) throw new Error('the sandbox does not know the account')
  await sandbox('POST', '/__sim/fail-next', {
    endpoint: 'transactions',
    pathContains: account.id,
    ...fault,
  })
}

/** Links a bank that no other case uses: the plain ones of the sandbox have one account and no character. */
const linkOneOfItsOwn = async (stage: Stage): Promise<Linked> => {
  const bank = unused.pop()
  if (bank === undefined) throw new Error('more cases than plain banks')
  const linked = await link(stage, bank)
  expect(linked.accounts).toHaveLength(1)
  return linked
}

const passing: [string, Fault][] = [
  ['hangs', { mode: 'hang' }],
  ['cuts two connections', { mode: 'reset', times: 2 }],
  ['answers HTML with 200', { mode: 'html' }],
  ['sends broken JSON', { mode: 'garbage' }],
  ['breaks off in the middle of two answers', { mode: 'truncate', times: 2 }],
  ['answers 502', { status: 502, body: '<html>Bad gateway</html>', contentType: 'text/html' }],
  ['is busy and says for how long', { status: 429, headers: { 'retry-after': '2' }, times: 2 }],
  ['is busy and does not say for how long', { status: 429 }],
]

describe.concurrent('a provider that', () => {
  test.for(passing)(
    '%s: the run waits it out, and tells nobody',
    { timeout: 180_000 },
    async ([, fault]) => {
      const stage = await first.asNewTenant()
      const linked = await linkOneOfItsOwn(stage)
      await spoil(stage, linked, fault)
      const run = await runDone(stage, (await beginFirstRun(stage, linked)).id)
      const lines = await expectTheBanksLines(stage, linked)
      await expectTruthfulRun(stage, linked, { run, lines })
      expect(await runsOf(stage, linked.id)).toHaveLength(1)
    },
  )
})

interface Outage {
  fault: Fault
  failureCode: string
  messageCode: string
  state: string
}

const lasting: [string, Outage][] = [
  [
    'is down for long',
    {
      fault: { status: 503, times: 8 },
      failureCode: 'provider_unavailable',
      messageCode: 'sync.delayed',
      state: 'connected',
    },
  ],
  [
    'keeps answering HTML with 200',
    {
      fault: { mode: 'html', times: 3 },
      failureCode: 'invalid_response',
      messageCode: 'sync.provider_invalid',
      state: 'error',
    },
  ],
  [
    'allows nothing for an hour',
    {
      fault: { status: 429, headers: { 'retry-after': '3600' } },
      failureCode: 'rate_limited',
      messageCode: 'sync.quota',
      state: 'connected',
    },
  ],
]

describe.concurrent('a provider that', () => {
  test.for(lasting)(
    '%s: the run fails by its right name, the chatter says it once, the next success heals it',
    { timeout: 300_000 },
    async ([, { fault, failureCode, messageCode, state }]) => {
      const stage = await first.asNewTenant()
      const linked = await linkOneOfItsOwn(stage)
      await runDone(stage, (await beginFirstRun(stage, linked)).id)
      await spoil(stage, linked, fault)
      const failed = await runDone(stage, await pressSync(stage, linked.id), 240_000)
      expect(failed).toMatchObject({ outcome: 'failed', failureCode, linesAdded: 0 })
      expect(await connectionOf(stage, linked.id)).toMatchObject({ state, failureCode })
      const open = { code: messageCode, closedAt: null, times: 1 }
      const said = async () =>
        (await messagesOf(stage, linked.id)).filter(({ code }) => code === messageCode)
      expect(await said()).toMatchObject([open])
      const healed = await runDone(stage, await pressSync(stage, linked.id))
      expect(healed).toMatchObject({ outcome: 'ok', linesAdded: 0, linesChanged: 0 })
      expect(await said()).toMatchObject([{ ...open, closedAt: expect.any(String) }])
      expect(await connectionOf(stage, linked.id)).toMatchObject({
        state: 'connected',
        failureCode: null,
      })
      await expectTheBanksLines(stage, linked)
    },
  )
})
