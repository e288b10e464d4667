import { createHash, randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { waitFor } from '../../scripts/erp.ts'
import {
  beginLink,
  findInstitution,
  listAccounts,
  urlOf,
  type Flow,
} from '../../scripts/link-bank.ts'
import { comeBack } from '../../scripts/people/browser.ts'
import { approve } from '../../scripts/people/person.ts'
import { everythingKept } from './support/everything-kept.ts'
import { sendCommand } from './support/send.ts'
import { openStage, type Stage } from './support/stage.ts'
import {
  beginFirstRun,
  connectionOf,
  expectTheBanksLines,
  messagesOf,
  pressSync,
  runDone,
  type Linked,
} from './support/synced.ts'

const personIp = '203.0.113.77'

let stage: Stage
let linked: Linked
/** What must be found nowhere, by name. */
const secrets = new Map<string, string>()
/** What the product's PKCE verifiers hash to; the verifiers themselves are known to nobody else. */
const challenges = new Set<string>()

interface SandboxState {
  maps: {
    grants: [string, { refreshToken: string; usedTokens: string[] }][]
    accessTokens: [string, { token: string }][]
  }
}

/** Tokens the provider has issued, from the sandbox's own file. */
const noteTokens = async (): Promise<void> => {
  const file = stage.stack.env['SANDBOX_STATE_FILE'] ?? ''
  const { maps }: SandboxState = JSON.parse(await readFile(file, 'utf8'))
  for (const [, { refreshToken, usedTokens }] of maps.grants)
    for (const token of [refreshToken, ...usedTokens]) secrets.set(`refresh ${token}`, token)
  for (const [, { token }] of maps.accessTokens) secrets.set(`access ${token}`, token)
}

/** A person approves; what travels through the browser is noted. */
const approveAndNote = async (flow: Flow, url: string): Promise<void> => {
  challenges.add(new URL(url).searchParams.get('code_challenge') ?? '')
  const back = await approve({ url, bank: 'Twins Bank' })
  const { searchParams } = new URL(back)
  for (const name of ['code', 'state'])
    secrets.set(`${name} of ${flow.id}`, searchParams.get(name) ?? '')
  await comeBack(back)
  const { state } = await waitFor('the end of the flow', async () => {
    const seen = await stage.erp.call<Flow>('GET', `/v1/link-flows/${flow.id}`)
    return ['requested', 'waiting', 'completing'].includes(seen.state) ? null : seen
  })
  expect(state).toBe('linked')
}

beforeAll(async () => {
  stage = await openStage()
  const { env } = stage.stack
  // every run needs a new token, so that every run rotates
  await stage.sandbox('PATCH', '/__sim/settings', { accessTokenSeconds: 1 })
  for (const name of ['VAULT_KEYS', 'PONTO_CLIENT_SECRET']) secrets.set(name, env[name] ?? '')
  secrets.set('API key', stage.apiKey)
  secrets.set('address of a person', personIp)
  const { connection, flow, url } = await beginLink(
    stage.erp,
    await findInstitution(stage.erp, 'Twins Bank'),
  )
  await approveAndNote(flow, url)
  linked = { id: connection.id, accounts: await listAccounts(stage.erp, connection.id) }
  await runDone(stage, (await beginFirstRun(stage, linked)).id)
})
afterAll(() => stage.close())

test('a worker killed between a new token and its storing: the person is asked once, and the new consent brings it back', async () => {
  const { worker } = stage.stack.processes
  stage.arm({ point: 'rotation.before-store', hit: 1, signal: 'SIGKILL' })
  const answer = await sendCommand(stage, {
    path: `/v1/connections/${linked.id}/syncs`,
    key: randomUUID(),
    body: { person: { ip: personIp, userAgent: 'a browser' } },
  })
  expect(answer.status).toBe(202)
  await worker.ended()
  await worker.restart()
  const failed = await runDone(stage, String(answer.body['runId']))
  expect(failed).toMatchObject({ outcome: 'failed', failureCode: 'credentials_invalid' })
  expect(await connectionOf(stage, linked.id)).toMatchObject({
    state: 'error',
    awaiting: 'credentials',
    nextSyncAt: null,
  })
  const asked = async () =>
    (await messagesOf(stage, linked.id)).filter(({ code }) => code === 'credentials.invalid')
  expect(await asked()).toMatchObject([{ runId: failed.id, times: 1, closedAt: null }])
  const { flow } = await stage.erp.call<{ flow: Flow }>(
    'POST',
    `/v1/connections/${linked.id}/credential-updates`,
    { returnUrl: 'http://localhost/erp/banks' },
  )
  await approveAndNote(flow, await urlOf(stage.erp, flow))
  const runId = await waitFor('a run', () => pressSync(stage, linked.id))
  expect(await runDone(stage, runId)).toMatchObject({ outcome: 'ok' })
  expect(await connectionOf(stage, linked.id)).toMatchObject({
    state: 'connected',
    awaiting: 'nothing',
    failureCode: null,
  })
  expect(await asked()).toMatchObject([{ closedAt: expect.any(String) }])
  await expectTheBanksLines(stage, linked)
}, 240_000)

test('after all this no table, no history and no log holds a token, a key, a code, a verifier or an address', async () => {
  await noteTokens()
  for (const [name, secret] of secrets) expect([name, secret.length > 7]).toEqual([name, true])
  expect(secrets.size).toBeGreaterThan(8)
  const kept = await everythingKept(stage)
  // all three kinds of places were really read
  const tenantId = /"tenantId":"([^"]+)"/.exec(await readFile(`${stage.dir}/logs/api.log`, 'utf8'))
  for (const place of ['table public.connection', `history connection/${linked.id}`, 'log api.log'])
    expect(
      kept.some((one) => one.place === place && one.text.includes(tenantId?.[1] ?? 'none')),
    ).toBe(true)
  const found: string[] = []
  for (const { place, text } of kept) {
    for (const [name, secret] of secrets)
      if (text.includes(secret) || text.includes(Buffer.from(secret).toString('hex')))
        found.push(`${name} in ${place}`)
    for (const [word] of text.matchAll(/[\w.~-]{43,128}/g))
      if (challenges.has(createHash('sha256').update(word).digest('base64url')))
        found.push(`PKCE verifier in ${place}`)
  }
  expect(found).toEqual([])
})
