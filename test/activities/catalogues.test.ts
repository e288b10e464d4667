/** The whole catalogue of the sandbox, read over HTTP by every adapter. */
import { sql } from 'slonik'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { createActivities } from '../../activities/index.ts'
import { createProviders, providerNames } from '../../activities/providers/registry.ts'
import { search } from '../../db/queries/institution-search.ts'
import * as institutions from '../../db/queries/institutions.ts'
import type { Arranged } from '../db/arrange.ts'
import { arrange } from '../db/arrange.ts'
import { plaidEnvironment } from '../providers/support/fake-plaid.ts'
import { pontoEnvironment } from '../providers/support/linked-ponto.ts'
import { yodleeEnvironment } from '../providers/support/linked-yodlee.ts'
import type { Client } from '../sandbox/client.ts'
import { openClient } from '../sandbox/client.ts'
import { attempt } from './support/attempt.ts'

const size = 25_000

let arranged: Arranged
let client: Client
let activities: ReturnType<typeof createActivities>

beforeAll(async () => {
  arranged = await arrange()
  client = await openClient({ catalogueSize: size })
  const keys = await client.sim('GET', '/__sim/saltedge/keys')
  const providers = createProviders(providerNames, {
    ...pontoEnvironment(client.pontoUrl),
    ...plaidEnvironment(client.urls.plaid),
    PLAID_COUNTRIES: 'US,CA,GB,BE,NL,FR',
    ...yodleeEnvironment(client.urls.yodlee),
    SALTEDGE_API_URL: `${client.urls.saltedge}/api/v6`,
    SALTEDGE_APP_ID: keys.appId,
    SALTEDGE_SECRET: keys.secret,
    SALTEDGE_PRIVATE_KEY: keys.clientPrivateKey,
    SALTEDGE_CALLBACK_URL: 'http://127.0.0.1:9/hooks/saltedge',
    SALTEDGE_CALLBACK_PUBLIC_KEY: keys.callbackPublicKey,
    SALTEDGE_SANDBOX: 'true',
  })
  activities = createActivities({
    pool: arranged.pool,
    vault: arranged.vault,
    providers,
    publicUrl: 'http://127.0.0.1:9',
    reach: () => Promise.resolve(),
  })
})
afterAll(async () => {
  await client.stop()
  await arranged.end()
})

const shownBy = async (provider: string): Promise<string[]> => {
  const names: string[] = []
  for (let from = 0; ; from += 1000) {
    const { entries, total } = await client.sim(
      'GET',
      `/__sim/catalogue?provider=${provider}&from=${from}`,
    )
    for (const { name, status } of entries) if (status !== 'withdrawn') names.push(name)
    if (from + 1000 >= total) return names.toSorted()
  }
}

const storedOf = async (provider: string): Promise<string[]> => {
  const rows = await arranged.pool.any(sql.type(z.object({ name: z.string() }))`
    SELECT name FROM institution WHERE provider = ${provider} AND status <> 'withdrawn'`)
  return rows.map(({ name }) => name).toSorted()
}

test.each(providerNames)(
  '%s shows its whole catalogue, and reading it again writes nothing',
  async (provider) => {
    const first = await attempt(activities.refreshInstitutions, { provider })
    expect(first).toMatchObject({ complete: true, withdrawn: 0 })
    const stored = await storedOf(provider)
    const shown = await shownBy(provider)
    const names = new Set(stored)
    // some providers list this one as closed, and a closed one is not offered
    const left = shown.filter((name) => !names.has(name) && name !== 'Closed Bank')
    expect(left).toEqual([])
    expect(shown.length).toBeGreaterThan(4000)
    expect(await attempt(activities.refreshInstitutions, { provider })).toEqual({
      ...first,
      changed: 0,
    })
  },
  240_000,
)

test('Happy Bank is one row with an offer of every provider', async () => {
  const found = await search(arranged.pool, { q: 'happy bank', country: 'BE', limit: 10 })
  expect(found.map(({ name }) => name)).toEqual(['Happy Bank'])
  const offers = await institutions.listByListing(arranged.pool, [found[0]!.id])
  expect(offers.map(({ provider }) => provider)).toEqual(providerNames.toSorted())
})

test('most institutions are one row however many providers offer them', async () => {
  const { listed } = await arranged.pool.one(sql.type(z.object({ listed: z.int() }))`
    SELECT count(*)::int AS listed FROM institution_listing WHERE availability < 2`)
  expect(listed).toBeGreaterThan(24_000)
  expect(listed).toBeLessThan(27_000)
})
