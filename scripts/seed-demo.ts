/** The demo tenant of `npm start`: a key, and a bank that is linked and being synchronized. */
import { allowShortIntervals, bootstrapTenant } from './bootstrap.ts'
import { createErp, waitFor } from './erp.ts'
import type { Connection } from './link-bank.ts'
import { beginLink, chooseAll, consent, findInstitution, listAccounts } from './link-bank.ts'
import type { Stack } from './stack.ts'

const bank = 'Happy Bank'

/** Makes the tenant "Demo BV" and links the sandbox's Happy Bank as its ERP and its bookkeeper would. */
export const seedDemo = async ({
  env,
  urls,
}: Pick<Stack, 'env' | 'urls'>): Promise<{ apiKey: string; connectionId: string }> => {
  const databaseUrl = env['DATABASE_URL'] ?? ''
  await allowShortIntervals(databaseUrl, 'ponto')
  const { apiKey } = await bootstrapTenant(databaseUrl, 'Demo BV')
  const erp = createErp(urls.api, apiKey)
  const { connection, flow, url } = await beginLink(erp, await findInstitution(erp, bank))
  await consent(erp, flow, { url, bank })
  await chooseAll(erp, connection.id, await listAccounts(erp, connection.id))
  await waitFor('the next slot to be planned', async () => {
    const { nextSyncAt } = await erp.call<Connection>('GET', `/v1/connections/${connection.id}`)
    return nextSyncAt !== null
  })
  return { apiKey, connectionId: connection.id }
}
