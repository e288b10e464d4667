/** How an ERP and a person link a bank together, step by step; the demo tells it, the seed keeps quiet. */
import type { Erp } from './erp.ts'
import { waitFor } from './erp.ts'
import { comeBack } from './people/browser.ts'
import type { Visit } from './people/person.ts'
import { approve } from './people/person.ts'

export interface Institution {
  provider: string
  institutionId: string
  name: string
}

export interface Flow {
  id: string
  state: string
  url?: string
}

export interface Connection {
  id: string
  state: string
  awaiting: string
  nextSyncAt: string | null
  autoSync: boolean
  failureCode: string | null
}

export interface Account {
  id: string
  number: string | null
  name: string
  currency: string
  chosen: boolean
  journalRef: string | null
  balances: { kind: string; amount: string; currency: string; asOf: string }[]
}

const returnUrl = 'http://localhost/erp/banks'
/** The catalogue of the sandbox has 25,000 institutions. */
const catalogueMs = 120_000

interface Listed {
  name: string
  offers: { provider: string; providerInstitutionId: string }[]
}

/** The institution with exactly this name, as a provider offers it. */
export const findInstitution = async (
  erp: Erp,
  name: string,
  provider = 'ponto',
): Promise<Institution> => {
  const query = new URLSearchParams({ q: name, provider })
  // the catalogue is read in the background after the very first start
  return waitFor(
    `an institution named ${name}`,
    async () => {
      const { data } = await erp.call<{ data: Listed[] }>(
        'GET',
        `/v1/institutions?${query.toString()}`,
      )
      const listed = data.find((institution) => institution.name === name)
      const offer = listed?.offers.find((each) => each.provider === provider)
      return offer && { name, provider, institutionId: offer.providerInstitutionId }
    },
    catalogueMs,
  )
}

/** Begins a link; the provider's page comes with the answer, or a moment later with the flow. */
export const beginLink = async (
  erp: Erp,
  { provider, institutionId }: Institution,
): Promise<{ connection: Connection; flow: Flow; url: string }> => {
  const body = { provider, institutionId, returnUrl }
  const begun = await erp.call<{ connection: Connection; flow: Flow }>(
    'POST',
    '/v1/connections',
    body,
  )
  return { ...begun, url: await urlOf(erp, begun.flow) }
}

/** The address of the provider's page of a flow. */
export const urlOf = (erp: Erp, flow: Flow): Promise<string> =>
  waitFor('the address of the consent page', async () => {
    if (flow.url !== undefined) return flow.url
    return (await erp.call<Flow>('GET', `/v1/link-flows/${flow.id}`)).url
  })

/** The person approves on the provider's page and comes back; resolves when the flow is finished. */
export const consent = async (erp: Erp, flow: Flow, visit: Visit): Promise<void> => {
  await comeBack(await approve(visit))
  const open = ['requested', 'waiting', 'completing']
  const { state } = await waitFor('the link flow to be finished', async () => {
    const seen = await erp.call<Flow>('GET', `/v1/link-flows/${flow.id}`)
    return open.includes(seen.state) ? null : seen
  })
  if (state !== 'linked') throw new Error(`the link flow ended as ${state}`)
}

/** The accounts of a connection. */
export const listAccounts = async (erp: Erp, connectionId: string): Promise<Account[]> =>
  (await erp.call<{ data: Account[] }>('GET', `/v1/connections/${connectionId}/accounts`)).data

/** Chooses every account, each into a journal named after it. */
export const chooseAll = async (
  erp: Erp,
  connectionId: string,
  accounts: Account[],
): Promise<void> => {
  const choices = accounts.map(({ id }, index) => ({
    accountId: id,
    chosen: true,
    journalRef: `BNK${index + 1}`,
  }))
  await erp.call('POST', `/v1/connections/${connectionId}/account-choices`, { choices })
}
