/** The demo tenant of `npm start`: a key, and a bank that is linked and being synchronized. */
import { z } from 'zod'
import { allowShortIntervals, bootstrapTenant } from './bootstrap.ts'
import { ApiProblem, createErp, waitFor, type Erp } from './erp.ts'
import type { Connection } from './link-bank.ts'
import { beginLink, chooseAll, consent, listAccounts } from './link-bank.ts'
import type { Stack } from './stack.ts'

const bank = 'Happy Bank'
const catalogueMs = 120_000

/** Begins as soon as the bank is known: the search shows it only when the whole catalogue of 25,000 was read. */
const beginSoon = async (erp: Erp, sandboxControl: string) => {
  const answer = await fetch(new URL(`/__sim/banks/${encodeURIComponent(bank)}`, sandboxControl))
  const { id: institutionId } = z.object({ id: z.string() }).parse(await answer.json())
  const begin = () =>
    beginLink(erp, { provider: 'ponto', institutionId, name: bank }).catch((error: unknown) => {
      if (error instanceof ApiProblem && error.status === 400) return null
      throw error
    })
  return waitFor(`the bank ${bank} to be known`, begin, catalogueMs)
}

/** Makes the tenant "Demo BV" and links the sandbox's Happy Bank as its ERP and its bookkeeper would. */
export const seedDemo = async ({
  env,
  urls,
}: Pick<Stack, 'env' | 'urls'>): Promise<{ apiKey: string; connectionId: string }> => {
  const databaseUrl = env['DATABASE_URL'] ?? ''
  await allowShortIntervals(databaseUrl, 'ponto')
  const { apiKey } = await bootstrapTenant(databaseUrl, 'Demo BV')
  const erp = createErp(urls.api, apiKey)
  const { connection, flow, url } = await beginSoon(erp, urls.sandboxControl)
  await consent(erp, flow, { url, bank })
  await chooseAll(erp, connection.id, await listAccounts(erp, connection.id))
  await waitFor('the next slot to be planned', async () => {
    const { nextSyncAt } = await erp.call<Connection>('GET', `/v1/connections/${connection.id}`)
    return nextSyncAt !== null
  })
  return { apiKey, connectionId: connection.id }
}
