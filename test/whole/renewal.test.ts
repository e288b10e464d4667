/** The whole product as processes: a consent is renewed, left half-way, lost and given anew, at each provider. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { waitFor } from '../../scripts/erp.ts'
import { comeBack, open } from '../../scripts/people/browser.ts'
import { leave } from '../../scripts/people/person.ts'
import { openStage, type Stage } from '../bad-days/support/stage.ts'
import { messagesOf, pressSync, runDone, runsOf } from '../bad-days/support/synced.ts'
import type { Json } from '../sandbox/client.ts'
import { providers, type ProviderName } from './support/at-provider.ts'
import type { Linked } from './support/customer.ts'
import {
  bankOf,
  begin,
  bookLine,
  books,
  comeBackTimes,
  endOf,
  inside,
  linkAndRead,
  nextRun,
  reached,
  shown,
  truth,
} from './support/customer.ts'

/** A bank each, so that nobody changes another's. */
const banks: Record<ProviderName, string> = {
  ponto: 'Kempenkas',
  plaid: 'Scaldis Bank',
  yodlee: 'Polderbank',
  saltedge: 'Hageland Spaarbank',
}
const names = ['ponto', 'plaid', 'yodlee', 'saltedge'] as const

let stage: Stage
const linkedAt = new Map<ProviderName, Linked>()

const openAccount = (bankId: string, description: string, count: number): Promise<Json> =>
  stage.sandbox('PATCH', `/__sim/banks/${bankId}`, {
    accounts: [{ description, opening: '500.00', history: { count, days: 20 } }],
  })

const prepare = async (provider: ProviderName): Promise<void> => {
  const { id } = await bankOf(stage, banks[provider])
  await openAccount(id, 'Savings account', 5)
  await stage.sandbox('PATCH', `/__sim/banks/${id}`, { yodlee: { consent: 'AU' } })
  linkedAt.set(provider, await linkAndRead(stage, { provider, bank: banks[provider] }))
}

beforeAll(async () => {
  stage = await openStage()
  await stage.sandbox('PATCH', '/__sim/settings', { defaultSyncMs: 0 })
  await Promise.all(names.map(prepare))
})
afterAll(() => stage.close())

/** All that a person, an ERP or the next run could notice. */
const everything = async (linked: Linked) => {
  const { openFlowId: _open, ...connection } = await shown(linked)
  return {
    connection: { ...connection, version: null },
    accounts: await reached(linked),
    inside: await inside(linked),
    runs: await runsOf(stage, linked.id),
  }
}

/** Providers on whose page of a renewal the person chooses the accounts anew. */
const showsOpened = new Set<ProviderName>(['ponto', 'yodlee', 'saltedge'])

type Others = (linked: Linked, accounts: { kept: string; closed: string }) => Promise<unknown>

/** What happens at each provider before a renewal that shows other accounts. */
const others: Record<ProviderName, Others> = {
  // the page of an account renews nothing else; with a grant that is lost everything is given anew
  async ponto(linked) {
    await stage.sandbox('POST', '/__sim/fail-next', {
      endpoint: 'token',
      code: 'invalid_grant',
      status: 400,
      times: 100,
    })
    // the access token in hand ends as well
    await stage.sandbox('POST', '/__sim/advance', { ms: 3_600_000 })
    await runDone(stage, await pressSync(stage, linked.id))
    expect(await shown(linked)).toMatchObject({ awaiting: 'credentials' })
    await stage.sandbox('DELETE', '/__sim/fail-next')
  },
  // outside the US nobody chooses on the page; accounts get new ids when the bank renames them
  async plaid(linked, { kept, closed }) {
    const { connections }: Json = await stage.sandbox('GET', '/__sim/plaid/connections')
    const item: Json = connections.find(({ bank, gone }: Json) => bank === linked.bankId && !gone)
    const change = { renamedAccount: kept }
    await stage.sandbox('PATCH', `/__sim/plaid/connections/${item.id}`, change)
    await providers.plaid.dropAccount(stage, closed)
  },
  // accounts that are not ticked again stay; only the bank takes one away
  yodlee: (_linked, { closed }) => providers.yodlee.dropAccount(stage, closed),
  saltedge: () => Promise.resolve(),
}

/** How a revoked connection looks: a grant of Ponto's that was taken away cannot be told from one that is lost. */
const afterRevocation = (provider: ProviderName) =>
  provider === 'ponto'
    ? ({ failureCode: 'credentials_invalid', way: 'credential-updates' } as const)
    : ({ failureCode: 'connection_gone', way: 'reconnects' } as const)

const timesOf = async ({ id }: Linked, code: string): Promise<number> =>
  (await messagesOf(stage, id)).filter((message) => message.code === code).length

describe.each(names)('%s', (provider) => {
  const at = providers[provider]
  let linked: Linked
  beforeAll(() => {
    linked = linkedAt.get(provider)!
  })

  test('a renewal that is left half-way changes nothing', async () => {
    const before = await everything(linked)
    const forgotten = await begin(linked, 'credential-updates')
    await open(forgotten.url)
    expect(await everything(linked)).toEqual(before)

    const left = await begin(linked, 'credential-updates')
    await comeBack(await leave(left.url))
    expect(await endOf(linked, left.flow)).toBe('exited')
    expect(await everything(linked)).toEqual(before)
  })

  test('a consent that has ended is renewed once, though the person comes back twice, and the gap is filled', async () => {
    await at.endConsent(stage, linked.bankId)
    await bookLine(linked, '-17.43')
    await runDone(stage, await pressSync(stage, linked.id))
    expect(await shown(linked)).toMatchObject({
      state: 'disconnected',
      disconnectReason: 'consent',
      awaiting: 'consent',
    })
    const before = { runs: await runsOf(stage, linked.id), accounts: await reached(linked) }

    // only the provider can know this
    await stage.sandbox('PATCH', `/__sim/banks/${linked.bankId}`, { consentDays: 37 })
    const { flow, url } = await begin(linked, 'reconnects')
    const ends = await comeBackTimes(linked, { url, times: 2 })
    expect(new Set(ends).size).toBe(1)
    expect(await endOf(linked, flow)).toBe('linked')

    expect(await nextRun(linked, before.runs)).toMatchObject({
      cause: 'renewal',
      outcome: 'ok',
      linesAdded: 1,
    })
    expect(await shown(linked)).toMatchObject({
      state: 'connected',
      awaiting: 'nothing',
      failureCode: null,
      consentExpiresAt: await at.consentEnd(stage, linked.bankId),
    })
    expect((await reached(linked)).map(({ id, journalRef }) => [id, journalRef])).toEqual(
      before.accounts.map(({ id, journalRef }) => [id, journalRef]),
    )
    expect(await books(linked)).toEqual(await truth(linked))
    expect(await timesOf(linked, 'connection.reconnected')).toBe(1)
    expect(await runsOf(stage, linked.id)).toHaveLength(before.runs.length + 1)
  })

  test('a person who wants no automatic synchronization keeps that through a renewal', async () => {
    await stage.erp.call('PATCH', `/v1/connections/${linked.id}`, { autoSync: false })
    await waitFor('the switch', async () => !(await shown(linked)).autoSync)
    await bookLine(linked, '-18.43')
    const before = await runsOf(stage, linked.id)
    await stage.sandbox('PATCH', `/__sim/banks/${linked.bankId}`, { consentDays: 53 })
    const { flow, url } = await begin(linked, 'credential-updates')
    await comeBackTimes(linked, { url, times: 1 })
    expect(await endOf(linked, flow)).toBe('linked')

    expect(await shown(linked)).toMatchObject({
      state: 'connected',
      autoSync: false,
      nextSyncAt: null,
      consentExpiresAt: await at.consentEnd(stage, linked.bankId),
    })
    // coming back once more is over, and nothing was read unasked
    expect(await runsOf(stage, linked.id)).toEqual(before)
    expect(await timesOf(linked, 'connection.renewed')).toBe(1)
    const run = await runDone(stage, await pressSync(stage, linked.id))
    expect(run).toMatchObject({ outcome: 'ok', linesAdded: 1 })
    expect(await shown(linked)).toMatchObject({ autoSync: false })
    await stage.erp.call('PATCH', `/v1/connections/${linked.id}`, { autoSync: true })
  })

  test('a renewal with other accounts keeps the known ones, marks those that are gone and asks about new ones', async () => {
    const [kept, closed] = (await bankOf(stage, linked.bank)).accounts
    const { accounts } = await openAccount(linked.bankId, 'Deposit account', 3)
    const opened: Json = accounts.at(-1)
    await others[provider](linked, { kept: kept.id, closed: closed.id })
    const before = await everything(linked)
    const [known, lost] = [kept, closed].map(({ reference }: Json) =>
      // some providers show no more of a number than its end
      before.accounts.find(({ number }) => reference.slice(-2) === number?.slice(-2)),
    )

    const { flow, url } = await begin(linked, 'credential-updates')
    await comeBackTimes(linked, { url, times: 1, accounts: [kept.id, opened.id] })
    expect(await endOf(linked, flow)).toBe('linked')
    await waitFor('the run after it', async () => (await shown(linked)).nextSyncAt !== null)

    const after = await reached(linked)
    expect(after.find(({ id }) => id === known!.id)).toMatchObject({
      chosen: true,
      gone: false,
      journalRef: known!.journalRef,
    })
    expect(after.find(({ id }) => id === lost!.id)).toMatchObject({ gone: true })
    const asked = after.filter(({ decided }) => !decided)
    expect(asked.map(({ chosen, gone }) => [chosen, gone])).toEqual(
      showsOpened.has(provider) ? [[false, false]] : [],
    )
    expect(await shown(linked)).toMatchObject({
      state: 'connected',
      awaiting: showsOpened.has(provider) ? 'account_choice' : 'nothing',
    })
    expect(await timesOf(linked, 'accounts.changed')).toBe(1)
    await runDone(stage, await pressSync(stage, linked.id))
    expect(await books(linked)).toEqual(await truth(linked, [kept.id, closed.id]))
  })

  test('a connection revoked at the provider is linked anew by Reconnect, and no line comes twice', async () => {
    await at.revoke(stage, linked.bankId)
    await runDone(stage, await pressSync(stage, linked.id))
    const { failureCode, way } = afterRevocation(provider)
    expect(await shown(linked)).toMatchObject({ failureCode })
    const [kept, closed, opened] = (await bankOf(stage, linked.bank)).accounts
    const before = await reached(linked)
    const runs = await runsOf(stage, linked.id)

    await bookLine(linked, '-19.43')
    const { flow, url } = await begin(linked, way)
    await comeBackTimes(linked, { url, times: 2, accounts: [kept.id, opened.id] })
    expect(await endOf(linked, flow)).toBe('linked')
    expect(await nextRun(linked, runs)).toMatchObject({ outcome: 'ok', linesAdded: 1 })

    const { accounts } = await everything(linked)
    expect(new Set(accounts.map(({ id }) => id)).size).toBe(accounts.length)
    for (const { id, journalRef, chosen } of before.filter(({ gone }) => !gone))
      expect(accounts.find((account) => account.id === id)).toMatchObject({ journalRef, chosen })
    expect(await shown(linked)).toMatchObject({
      state: 'connected',
      awaiting: 'account_choice',
      consentExpiresAt: await at.consentEnd(stage, linked.bankId),
    })
    expect(await books(linked)).toEqual(await truth(linked, [kept.id, closed.id]))
  })
})
