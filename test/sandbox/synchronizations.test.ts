import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Client } from './client.ts'
import { openClient } from './client.ts'

let client: Client
beforeAll(async () => {
  client = await openClient()
})
afterAll(() => client.stop())

const linkedAccount = async (bank: string) => {
  const { access } = await client.link(bank)
  const [account] = await client.accounts(access)
  const synchronizationAt = async (id: string) =>
    (await client.call(access, `/ponto-connect/synchronizations/${id}`)).body.data
  return { access, account, synchronizationAt }
}

const advance = (ms: number) => client.sim('POST', '/__sim/advance', { ms })

test('a synchronization goes from pending over running to success by the clock', async () => {
  const { access, account, synchronizationAt } = await linkedAccount('Slow Bank')
  const { status, body } = await client.synchronize(access, account.id)
  expect(status).toBe(201)
  expect(body.data.attributes).toMatchObject({ status: 'pending', errors: [] })
  await advance(1000)
  expect((await synchronizationAt(body.data.id)).attributes.status).toBe('running')
  await advance(20_000)
  expect((await synchronizationAt(body.data.id)).attributes.status).toBe('success')
})

test('a synchronization needs the address of a present person', async () => {
  const { access, account } = await linkedAccount('Happy Bank')
  const answer = await client.synchronize(access, account.id, { ip: '' })
  expect(answer).toMatchObject({
    status: 400,
    body: {
      errors: [{ source: { pointer: '/data/attributes/customerIpAddress' } }],
    },
  })
})

test('within five minutes the same account and kind is refused, another kind is not', async () => {
  const { access, account } = await linkedAccount('Happy Bank')
  const ask = (subtype: string) => client.synchronize(access, account.id, { subtype })
  expect((await ask('accountDetails')).status).toBe(201)
  expect((await ask('accountTransactions')).status).toBe(201)
  expect(await ask('accountTransactions')).toMatchObject({
    status: 400,
    body: { errors: [{ code: 'accountRecentlySynchronized' }] },
  })
  await advance(5 * 60_000 + 1)
  expect((await ask('accountTransactions')).status).toBe(201)
})

test('a repeated request with the same idempotency key gets the first answer', async () => {
  const { access, account } = await linkedAccount('Twins Bank')
  const first = await client.synchronize(access, account.id, { key: 'run-1' })
  const again = await client.synchronize(access, account.id, { key: 'run-1' })
  expect(again.status).toBe(201)
  expect(again.body.data.id).toBe(first.body.data.id)
})

test('lines made through the sandbox routes of Ponto appear with the next synchronization only', async () => {
  const { access, account } = await linkedAccount('Beta Bank')
  const institution = account.relationships.financialInstitution.data.id
  const accounts = `/ponto-connect/sandbox/financial-institutions/${institution}/financial-institution-accounts`
  const { body } = await client.call(access, accounts)
  const lines = `${accounts}/${body.data[0].id}/financial-institution-transactions`
  const attributes = {
    amount: 12.34,
    currency: 'EUR',
    executionDate: '2026-06-01T00:00:00Z',
    remittanceInformation: 'Made by hand',
  }
  const made = await client.call(access, lines, {
    method: 'POST',
    body: { data: { type: 'financialInstitutionTransaction', attributes } },
  })
  expect(made.status).toBe(201)
  const there = `/ponto-connect/accounts/${account.id}/transactions/${made.body.data.id}`
  expect((await client.call(access, there)).status).toBe(404)
  const { body: run } = await client.synchronize(access, account.id)
  expect((await client.call(access, there)).body.data.attributes.amount).toBe(12.34)
  const updated = `/ponto-connect/synchronizations/${run.data.id}/updated-transactions`
  const hinted = (await client.call(access, updated)).body.data.map(({ id }: { id: string }) => id)
  expect(hinted).toEqual([made.body.data.id])
  await client.call(access, `${lines}/${made.body.data.id}`, {
    method: 'PATCH',
    body: { data: { attributes: { remittanceInformation: 'Changed by hand' } } },
  })
  await advance(6 * 60_000)
  await client.synchronize(access, account.id)
  const text = (await client.call(access, there)).body.data.attributes.remittanceInformation
  expect(text).toBe('Changed by hand')
})

test('after the end of the consent synchronizations fail and old lines can still be read', async () => {
  const { access, account } = await linkedAccount('Happy Bank')
  await client.sim('POST', '/__sim/drop', { what: 'consent', account: account.id })
  const shown = (await client.call(access, `/ponto-connect/accounts/${account.id}`)).body.data
  expect(shown.meta.latestSynchronization.attributes).toMatchObject({
    status: 'error',
    errors: [{ code: 'authorizationInvalid' }],
  })
  const lines = await client.call(access, `/ponto-connect/accounts/${account.id}/transactions`)
  expect(lines.body.data).toHaveLength(10)
})

test('the consent of Expired Bank ends by itself after two days', async () => {
  const { access: _access, account } = await linkedAccount('Expired Bank')
  const twoDaysMs = 2 * 86_400_000
  const { authorizedAt, authorizationExpirationExpectedAt } = account.attributes
  expect(Date.parse(authorizationExpirationExpectedAt) - Date.parse(authorizedAt)).toBe(twoDaysMs)
  await advance(twoDaysMs + 6 * 3_600_000)
  const { organizations } = await client.sim('GET', '/__sim/organizations')
  const linked = organizations
    .flatMap(({ accounts }: { accounts: { id: string }[] }) => accounts)
    .find(({ id }: { id: string }) => id === account.id)
  expect(Date.parse(linked.synchronizedAt)).toBeLessThan(Date.parse(linked.expiresAt))
})

test('Ponto synchronizes by itself every six hours of the virtual clock', async () => {
  const { account } = await linkedAccount('Happy Bank')
  const synchronizedAt = async () => {
    const { organizations } = await client.sim('GET', '/__sim/organizations')
    return organizations
      .flatMap(({ accounts }: { accounts: { id: string; synchronizedAt: string }[] }) => accounts)
      .find(({ id }: { id: string }) => id === account.id).synchronizedAt
  }
  const before = await synchronizedAt()
  await advance(6 * 3_600_000)
  expect(Date.parse(await synchronizedAt())).toBeGreaterThan(Date.parse(before))
})

test('scripted outcomes strike one after the other, with the answer of the bank as text or as object', async () => {
  const { access, account, synchronizationAt } = await linkedAccount('Twins Bank')
  await client.sim('PATCH', '/__sim/banks/Twins%20Bank', {
    syncOutcomes: [
      { code: 'bankDown', statusCode: 500, body: '<html>oops</html>' },
      { code: 'bankDown', statusCode: 500, body: { tppMessages: [{ code: 'NOT_FOUND' }] } },
      null,
    ],
  })
  const outcome = async () => {
    await advance(6 * 60_000)
    const { body } = await client.synchronize(access, account.id)
    const { status, errors } = (await synchronizationAt(body.data.id)).attributes
    return [status, errors[0]?.meta.financialInstitutionResponse.body]
  }
  expect(await outcome()).toEqual(['error', '<html>oops</html>'])
  expect(await outcome()).toEqual(['error', { tppMessages: [{ code: 'NOT_FOUND' }] }])
  expect(await outcome()).toEqual(['success', undefined])
})

test('a bank under maintenance can be read but not synchronized, and says until when', async () => {
  const { access, account, synchronizationAt } = await linkedAccount('Beta Bank')
  await client.sim('PATCH', '/__sim/banks/Beta%20Bank', {
    availability: 'readonly',
    maintenanceType: 'financialInstitution',
    maintenanceTo: '2027-01-01T00:00:00.000Z',
  })
  const shown = (await client.call(access, `/ponto-connect/accounts/${account.id}`)).body.data
  expect(shown.meta.availability).toBe('readonly')
  const { body } = await client.synchronize(access, account.id)
  expect((await synchronizationAt(body.data.id)).attributes.status).toBe('error')
  const bank = shown.relationships.financialInstitution.data.id
  const institution = await client.call(null, `/ponto-connect/financial-institutions/${bank}`)
  expect(institution.body.data.attributes.maintenanceTo).toBe('2027-01-01T00:00:00.000Z')
})

test('an organization that does not finish its onboarding within 72 hours is gone', async () => {
  await client.sim('PATCH', '/__sim/banks/Slow%20Bank', { onboardingComplete: false })
  const { access, refresh } = await client.link('Slow Bank')
  const { body } = await client.call(access, '/ponto-connect/userinfo')
  expect(body.onboardingComplete).toBe(false)
  await advance(72 * 3_600_000)
  expect((await client.refresh(refresh)).body.error).toBe('invalid_grant')
})

test('the list of institutions is public, is searched by country and name, and is paged', async () => {
  const list = async (query: string) =>
    (await client.call(null, `/ponto-connect/financial-institutions?${query}`)).body
  const dutch = await list('page[limit]=100&filter[country][eq]=NL')
  expect(dutch.data.length).toBeGreaterThanOrEqual(10)
  const named = await list('filter[name][contains]=happy')
  expect(named.data.map(({ attributes }: never) => attributes['name'])).toEqual(['Happy Bank'])
  const all = await client.readAll(
    await client.clientToken(),
    '/ponto-connect/financial-institutions?page[limit]=20',
  )
  expect(new Set(all.map(({ id }) => id)).size).toBeGreaterThanOrEqual(46)
  const both = await list('page[limit]=100&filter[country][in]=BE,NL')
  expect(both.data.length).toBeGreaterThan(dutch.data.length)
})
