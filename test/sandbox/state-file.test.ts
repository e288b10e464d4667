import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openClient } from './client.ts'

let folder: string
let stateFile: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandbox-state-'))
  stateFile = join(folder, 'deep', 'state.json')
})
afterEach(() => rmSync(folder, { recursive: true }))

test('connections, lines and the clock go on living after a restart', async () => {
  const before = await openClient({ stateFile })
  const { access, refresh } = await before.link()
  const [account] = await before.accounts(access)
  await before.sim('POST', '/__sim/lines', { account: account.id, lines: [{ amount: '-1.23' }] })
  await before.sim('POST', '/__sim/advance', { ms: 5 * 86_400_000 })
  const truth = await before.sim('GET', `/__sim/truth?account=${account.id}`)
  await before.stop()

  const after = await openClient({ stateFile })
  expect(await after.sim('GET', `/__sim/truth?account=${account.id}`)).toEqual(truth)
  const { offsetMs } = await after.sim('GET', '/__sim/clock')
  expect(offsetMs).toBeGreaterThanOrEqual(5 * 86_400_000)
  const { status, body } = await after.refresh(refresh)
  expect(status).toBe(200)
  const path = `/ponto-connect/accounts/${account.id}/transactions?limit=100`
  expect(await after.readAll(body.access_token, path)).toHaveLength(truth.lines.length)
  await after.stop()
})

test('a synchronization that was under way ends after a restart', async () => {
  const before = await openClient({ stateFile })
  const { access } = await before.link('Slow Bank')
  const [account] = await before.accounts(access)
  const { id } = (await before.synchronize(access, account.id)).body.data
  await before.stop()

  const after = await openClient({ stateFile })
  await after.sim('POST', '/__sim/advance', { ms: 25_000 })
  const { body } = await after.call(access, `/ponto-connect/synchronizations/${id}`)
  expect(body.data.attributes.status).toBe('success')
  await after.stop()
})

test('ids that were given out are not given out again after a restart', async () => {
  const before = await openClient({ stateFile })
  await before.link()
  await before.stop()
  const after = await openClient({ stateFile })
  await after.link()
  const { organizations } = await after.sim('GET', '/__sim/organizations')
  expect(new Set(organizations.map(({ id }: { id: string }) => id)).size).toBe(2)
  await after.stop()
})

test('the state is one file that only its owner may read, and no half-written one is left', async () => {
  const client = await openClient({ stateFile })
  await client.link()
  await client.stop()
  expect(readdirSync(join(folder, 'deep'))).toEqual(['state.json'])
  expect(statSync(stateFile).mode & 0o077).toBe(0)
})

test('a reset goes back to the shipped banks and forgets every connection', async () => {
  const client = await openClient({ stateFile })
  const { refresh } = await client.link()
  await client.sim('POST', '/__sim/advance', { ms: 1_000_000 })
  await client.sim('POST', '/__sim/reset')
  expect((await client.refresh(refresh)).status).toBe(400)
  expect((await client.sim('GET', '/__sim/clock')).offsetMs).toBe(0)
  await client.link('Happy Bank')
  await client.stop()
})

test('a side that is newer than the file begins afresh and shows the banks that were kept', async () => {
  const before = await openClient({ stateFile })
  await before.link()
  await before.stop()
  const kept = JSON.parse(readFileSync(stateFile, 'utf8'))
  delete kept.plaid
  for (const bank of kept.banks) delete bank.script.plaid
  writeFileSync(stateFile, JSON.stringify(kept))

  const after = await openClient({ stateFile })
  const { plaid } = await after.sim('GET', '/__sim/banks/Slow%20History%20Bank')
  expect(plaid).toMatchObject({ offered: true, initialAfterMs: 5_000 })
  expect((await after.sim('GET', '/__sim/plaid/connections')).connections).toEqual([])
  expect((await after.sim('GET', '/__sim/organizations')).organizations).toHaveLength(1)
  await after.stop()
})
