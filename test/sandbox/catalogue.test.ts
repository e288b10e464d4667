import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { generateCatalogue } from '../../sandbox/catalogue/generate.ts'
import type { Json } from './client.ts'
import { openClient } from './client.ts'

const institutions = '/ponto-connect/financial-institutions?page[limit]=100'

test('twenty-five thousand institutions are the same for the same seed, and most have several offers', () => {
  const made = generateCatalogue('seed', 25_000)
  expect(made).toEqual(generateCatalogue('seed', 25_000))
  expect(made.slice(0, 100)).toEqual(generateCatalogue('seed', 100))
  expect(generateCatalogue('other', 100)).not.toEqual(made.slice(0, 100))
  expect(new Set(made.map(({ bankId }) => bankId)).size).toBe(25_000)
  const offers = made.map((bank) => Object.values(bank.offers))
  expect(offers.every(({ length }) => length > 0)).toBe(true)
  expect(offers.filter(({ length }) => length > 1).length).toBeGreaterThan(12_500)
})

test('the catalogue has whatever a bank can be like', () => {
  const entries = generateCatalogue('seed', 5000).flatMap(({ offers }) => Object.values(offers))
  const all = <T>(pick: (entry: (typeof entries)[number]) => T) => new Set(entries.map(pick))
  expect(all(({ status }) => status)).toEqual(new Set(['available', 'maintenance', 'withdrawn']))
  expect(all(({ mfa }) => mfa)).toEqual(new Set(['none', 'code', 'page']))
  expect(all(({ beta }) => beta).size).toBe(2)
  expect(all(({ unattended }) => unattended).size).toBe(2)
  expect(all(({ consentDays }) => consentDays)).toEqual(new Set([90, 180, null]))
  expect(Math.min(...all(({ historyDays }) => historyDays))).toBe(30)
  expect(Math.max(...all(({ historyDays }) => historyDays))).toBe(730)
  const countriesOf = new Map<string, Set<string>>()
  for (const { name, country } of entries)
    countriesOf.set(name, (countriesOf.get(name) ?? new Set()).add(country))
  expect([...countriesOf.values()].some(({ size }) => size > 1)).toBe(true)
  for (const { bic, country } of entries)
    if (bic !== null) expect(bic).toMatch(new RegExp(`^[A-Z]{4}${country}[A-Z][2-9]$`))
})

test('every page of a large catalogue is read once, and a bank of it can be linked', async () => {
  const client = await openClient({ catalogueSize: 2000 })
  const all: Json[] = await client.readAll(null, institutions)
  const { total } = await client.sim('GET', '/__sim/catalogue?provider=ponto')
  expect(all).toHaveLength(total)
  expect(new Set(all.map(({ id }) => id)).size).toBe(total)
  const names = all.map(({ attributes }) => attributes.name)
  expect(names).toEqual(names.toSorted(new Intl.Collator('en').compare))
  const shipped = await client.sim('GET', '/__sim/banks')
  const known = new Set(shipped.banks.map(({ id }: Json) => id))
  const generated = all.find(({ id, attributes }) => !known.has(id) && !attributes.deprecated)
  const { access } = await client.link(generated.id)
  expect(await client.accounts(access)).toHaveLength(1)
  expect(await client.readAll(null, institutions)).toEqual(all)
  await client.stop()
})

test('an institution that is added, changed or taken out is seen by the next reader', async () => {
  const client = await openClient({ catalogueSize: 50 })
  const before: Json[] = await client.readAll(null, institutions)
  const [first, second] = before
  const { entries } = await client.sim('PATCH', '/__sim/catalogue', {
    provider: 'ponto',
    put: [
      { name: 'Añadido Bank', country: 'ES' },
      { bankId: first.id, name: 'Renamed Bank' },
    ],
    remove: [second.id],
  })
  const after: Json[] = await client.readAll(null, institutions)
  const nameOf = (id: string) => after.find((each) => each.id === id)?.attributes.name
  expect(after).toHaveLength(before.length)
  expect(nameOf(entries[0].bankId)).toBe('Añadido Bank')
  expect(nameOf(first.id)).toBe('Renamed Bank')
  expect(nameOf(second.id)).toBeUndefined()
  await client.stop()
})

test('the many lines of a bank are made when somebody reads them, and never written to the state file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sandbox-many-'))
  const stateFile = join(folder, 'state.json')
  const sizeOf = () => statSync(stateFile).size
  const before = await openClient({ stateFile })
  const { accounts } = await before.sim('GET', '/__sim/banks/Many%20Pages%20Bank')
  expect(accounts[0]).toMatchObject({ booked: 100_600, balance: null })
  const { access } = await before.link('Many Pages Bank')
  const [account] = await before.accounts(access)
  const path = `/ponto-connect/accounts/${account.id}/transactions?limit=100`
  const first = await before.call(access, path)
  expect(first.body.data).toHaveLength(100)
  const [line, other] = first.body.data
  await before.sim('POST', '/__sim/lines', { account: account.id, lines: [{ amount: '-1.23' }] })
  await before.sim('DELETE', '/__sim/lines', { account: account.id, ids: [line.id] })
  const seen = await before.call(access, path)
  await before.stop()
  expect(sizeOf()).toBeLessThan(3_000_000)

  const after = await openClient({ stateFile })
  const again = await after.call(access, path)
  const contentOf = ({ body }: Json) =>
    body.data.map(({ id, attributes }: Json) => [id, attributes])
  expect(contentOf(again)).toEqual(contentOf(seen))
  const ids = again.body.data.map(({ id }: Json) => id)
  expect(ids).toContain(other.id)
  expect(ids).not.toContain(line.id)
  await after.stop()
  rmSync(folder, { recursive: true })
})
