/** From "Fetch transactions" (an HTTP request) until 100 new lines are in the database, on the whole stack. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Client } from 'pg'
import { bootstrapTenant } from '../scripts/bootstrap.ts'
import type { Erp } from '../scripts/erp.ts'
import { createErp, waitFor } from '../scripts/erp.ts'
import type { Institution } from '../scripts/link-bank.ts'
import { beginLink, chooseAll, consent, listAccounts } from '../scripts/link-bank.ts'
import type { Stack } from '../scripts/stack.ts'
import { startStack } from '../scripts/stack.ts'
import type { Figure, Measurement } from './figure.ts'
import { quantile } from './figure.ts'

const banksWanted = 42
const warmUps = 2
const newLines = 100
const storedLimitMs = 20_000
const lookEveryMs = 3

interface Scene {
  stack: Stack
  erp: Erp
  admin: Client
}

interface Taken {
  totalMs: number
  providerMs: number
}

interface RequestLog {
  last: number
  requests: { durationMs: number }[]
}

const control = async <Answer>(
  { stack }: Pick<Scene, 'stack'>,
  method: 'GET' | 'POST' | 'PATCH',
  { route, body }: { route: string; body?: unknown },
): Promise<Answer> => {
  const answer = await fetch(new URL(route, stack.urls.sandboxControl), {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(20_000),
  })
  if (!answer.ok) throw new Error(`the sandbox refused ${route}: ${await answer.text()}`)
  const parsed: Answer = JSON.parse(await answer.text())
  return parsed
}

const requestsSince = (scene: Scene, since: number): Promise<RequestLog> =>
  control(scene, 'GET', { route: `/__sim/requests?since=${since}&limit=1000` })

const countLines = async ({ admin }: Scene, accountId: string): Promise<number> => {
  const { rows } = await admin.query<{ lines: number }>(
    'SELECT count(*)::int AS lines FROM statement_line WHERE account_id = $1',
    [accountId],
  )
  return rows[0]?.lines ?? 0
}

const isIdle = async ({ erp }: Scene, connectionId: string): Promise<boolean> => {
  const runs = `/v1/connections/${connectionId}/runs`
  const { data } = await erp.call<{ data: { phase: string }[] }>('GET', runs)
  return data.length > 0 && data.every(({ phase }) => phase === 'done')
}

/** Links a bank as a person would, with one account, and waits for its first run to end. */
const link = async (
  scene: Scene,
  institution: Institution,
): Promise<{ connectionId: string; accountId: string; number: string }> => {
  const { erp } = scene
  const { connection, flow, url } = await beginLink(erp, institution)
  await consent(erp, flow, { url, bank: institution.name })
  const [account] = await listAccounts(erp, connection.id)
  if (account === undefined) throw new Error(`${institution.name} shows no account`)
  await chooseAll(erp, connection.id, [account])
  await waitFor('the first run to end', () => isIdle(scene, connection.id))
  return { connectionId: connection.id, accountId: account.id, number: account.number ?? '' }
}

const untilStored = async (scene: Scene, accountId: string, wanted: number): Promise<void> => {
  const deadline = performance.now() + storedLimitMs
  while ((await countLines(scene, accountId)) < wanted) {
    if (performance.now() > deadline) throw new Error('the new lines were not stored')
    await wait(lookEveryMs)
  }
}

const measureOne = async (scene: Scene, institution: Institution): Promise<Taken> => {
  const { connectionId, accountId, number } = await link(scene, institution)
  const before = await countLines(scene, accountId)
  const lines = Array.from({ length: newLines }, (_line, index) => ({
    amount: `-${index + 1}.50`,
    text: `Payment ${index + 1}`,
  }))
  const body = { account: number, lines, seen: 'nextSynchronization' }
  await control(scene, 'POST', { route: '/__sim/lines', body })
  const { last } = await requestsSince(scene, 0)
  const startedAt = performance.now()
  await scene.erp.call('POST', `/v1/connections/${connectionId}/syncs`, {})
  await untilStored(scene, accountId, before + newLines)
  const totalMs = performance.now() - startedAt
  const { requests } = await requestsSince(scene, last)
  return { totalMs, providerMs: requests.reduce((sum, { durationMs }) => sum + durationMs, 0) }
}

interface Listed {
  name: string
  offers: { provider: string; providerInstitutionId: string }[]
}

const offerOf = ({ name, offers }: Listed): Institution[] =>
  offers
    .filter(({ provider }) => provider === 'ponto')
    .map(({ provider, providerInstitutionId }) => ({
      name,
      provider,
      institutionId: providerInstitutionId,
    }))

const institutionsOf = async ({ erp }: Scene): Promise<Institution[]> => {
  const banks = await waitFor('the catalogue', async () => {
    const { data } = await erp.call<{ data: Listed[] }>(
      'GET',
      '/v1/institutions?provider=ponto&limit=100',
    )
    return data.length >= banksWanted ? data.flatMap(offerOf) : null
  })
  // these are slow or failing on purpose
  return banks.filter(({ name }) => !['Slow Bank', 'Flaky Bank', 'Many Pages Bank'].includes(name))
}

const figureAt = (taken: readonly Taken[], share: number): Figure => {
  const own = taken.map(({ totalMs, providerMs }) => totalMs - providerMs)
  const at = quantile(own, share)
  return {
    what: `Fetch transactions until ${newLines} lines are stored, without the provider, p${share * 100}`,
    unit: 'ms',
    measured: at,
    low: Math.min(...own),
    high: Math.max(...own),
    ...(share === 0.95 ? { goal: { kind: 'at most', value: 300 } } : {}),
  }
}

const measureAll = async (scene: Scene, log: (line: string) => void): Promise<Figure[]> => {
  await control(scene, 'PATCH', { route: '/__sim/settings', body: { defaultSyncMs: 0 } })
  const taken: Taken[] = []
  for (const [index, institution] of (await institutionsOf(scene)).entries()) {
    if (index >= banksWanted) break
    const one = await measureOne(scene, institution)
    if (index >= warmUps) taken.push(one)
  }
  const provider = taken.map(({ providerMs }) => providerMs)
  log(
    `  ${taken.length} connections; the provider's own time: ${quantile(provider, 0.5).toFixed(0)} ms`,
  )
  return [figureAt(taken, 0.5), figureAt(taken, 0.95)]
}

/** Measures each connection once, one after the other, so that none waits for another. */
export const measureSyncNow: Measurement = async (log) => {
  const dir = await mkdtemp(path.join(tmpdir(), 'banksync-bench-'))
  const stack = await startStack({
    dir,
    ports: 'random',
    // a small catalogue is read before the measuring begins
    environment: { SANDBOX_CATALOGUE_SIZE: '0' },
  })
  const admin = new Client({ connectionString: stack.env['MIGRATION_DATABASE_URL'] })
  try {
    await admin.connect()
    const { apiKey } = await bootstrapTenant(stack.env['DATABASE_URL'] ?? '', 'Bench BV')
    return await measureAll({ stack, erp: createErp(stack.urls.api, apiKey), admin }, log)
  } finally {
    await admin.end()
    await stack.stopAll()
    await rm(dir, { recursive: true, force: true })
  }
}
