/** The whole product as processes: a person disconnects while the page of a bank is open, and finishes it all the same. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { waitFor } from '../../scripts/erp.ts'
import { beginLink, findInstitution } from '../../scripts/link-bank.ts'
import { open } from '../../scripts/people/browser.ts'
import { approveOn } from '../../scripts/people/person.ts'
import { openStage, type Stage } from '../bad-days/support/stage.ts'
import type { Json } from '../sandbox/client.ts'
import type { ProviderName } from './support/at-provider.ts'
import { providers } from './support/at-provider.ts'
import { bankOf, endOf, shown } from './support/customer.ts'

/** The call that takes a consent away, as each side of the sandbox names it. */
const withdrawals: Record<ProviderName, string> = {
  ponto: 'DELETE integration',
  plaid: 'POST plaid/item/remove',
  yodlee: 'DELETE yodlee/provider-account-remove',
  saltedge: 'DELETE saltedge/remove',
}

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage.close())

test.each(['ponto', 'plaid', 'yodlee', 'saltedge'] as const)(
  '%s: the connection stays closed, and the consent does not outlive it',
  async (provider) => {
    const bank = 'Kempenkas'
    const { id: bankId } = await bankOf(stage, bank)
    const institution = await findInstitution(stage.erp, bank, provider)
    const { connection, flow, url } = await beginLink(stage.erp, institution)
    const linked = { stage, bank, bankId, id: connection.id }
    const page = await open(url)
    await stage.erp.call('POST', `/v1/connections/${connection.id}/disconnections`, {})
    expect(await endOf(linked, flow)).toBe('exited')

    const callback = await approveOn(page, { url, bank })
    const { last }: Json = await stage.sandbox('GET', '/__sim/requests?since=0')
    await fetch(callback, { redirect: 'manual' })
    await waitFor('the withdrawal', async () => {
      const { requests }: Json = await stage.sandbox('GET', `/__sim/requests?since=${last}`)
      return requests.some(
        ({ endpoint, method }: Json) => `${method} ${endpoint}` === withdrawals[provider],
      )
    })
    expect(await providers[provider].logins(stage, bankId)).toBe(0)
    expect(await shown(linked)).toMatchObject({
      state: 'disconnected',
      disconnectReason: 'user',
      awaiting: 'nothing',
    })
  },
)
