/** What only the provider knows of a connection, and what happens there without us; each side has its own words. */
import type { Stage } from '../../bad-days/support/stage.ts'
import type { Json } from '../../sandbox/client.ts'

interface AtProvider {
  /** When the consent of the newest connection at a bank ends, as the provider says; null where it has no end. */
  consentEnd: (stage: Stage, bankId: string) => Promise<string | null>
  /** Ends its consent now. */
  endConsent: (stage: Stage, bankId: string) => Promise<void>
  /** Takes the whole connection away. */
  revoke: (stage: Stage, bankId: string) => Promise<void>
  /** Takes one account away, by its id at the bank. */
  dropAccount: (stage: Stage, account: string) => Promise<void>
  /** How many logins at a bank live. */
  logins: (stage: Stage, bankId: string) => Promise<number>
}

const instant = (at: string | null | undefined): string | null =>
  at ? new Date(at).toISOString() : null

const organizationAt = async (stage: Stage, bankId: string): Promise<Json> => {
  const { organizations }: Json = await stage.sandbox('GET', '/__sim/organizations')
  return organizations.findLast(({ accounts }: Json) =>
    accounts.some((account: Json) => account.bankId === bankId),
  )
}

const ponto: AtProvider = {
  async consentEnd(stage, bankId) {
    const { accounts } = await organizationAt(stage, bankId)
    const ends: string[] = accounts.map(({ expiresAt }: Json) => expiresAt)
    return instant(ends.toSorted()[0])
  },
  async endConsent(stage, bankId) {
    const { id } = await organizationAt(stage, bankId)
    await stage.sandbox('POST', '/__sim/drop', { what: 'consent', organization: id })
  },
  async revoke(stage, bankId) {
    const { id } = await organizationAt(stage, bankId)
    await stage.sandbox('POST', '/__sim/drop', { what: 'integration', organization: id })
  },
  async dropAccount(stage, account) {
    await stage.sandbox('POST', '/__sim/drop', { what: 'account', account })
  },
  logins: async (stage, bankId) => ((await organizationAt(stage, bankId)) === undefined ? 0 : 1),
}

const itemAt = async (stage: Stage, bankId: string): Promise<Json> => {
  const { connections }: Json = await stage.sandbox('GET', '/__sim/plaid/connections')
  return connections.findLast(({ bank, gone }: Json) => bank === bankId && !gone)
}

const plaid: AtProvider = {
  consentEnd: async (stage, bankId) =>
    instant((await itemAt(stage, bankId)).item.consent_expiration_time),
  async endConsent(stage, bankId) {
    const { id } = await itemAt(stage, bankId)
    await stage.sandbox('POST', '/__sim/plaid/drop', { what: 'consent', connection: id })
  },
  async revoke(stage, bankId) {
    const { id } = await itemAt(stage, bankId)
    await stage.sandbox('POST', '/__sim/plaid/drop', { what: 'connection', connection: id })
  },
  async dropAccount(stage, account) {
    await stage.sandbox('POST', '/__sim/plaid/drop', { what: 'account', account })
  },
  async logins(stage, bankId) {
    const { connections }: Json = await stage.sandbox('GET', '/__sim/plaid/connections')
    return connections.filter(({ bank, gone }: Json) => bank === bankId && !gone).length
  },
}

const providerAccountAt = async (stage: Stage, bankId: string): Promise<Json> => {
  const { name }: Json = await stage.sandbox('GET', `/__sim/banks/${bankId}`)
  const { connections }: Json = await stage.sandbox('GET', '/__sim/yodlee/connections')
  return connections.findLast(({ bank }: Json) => bank === name)
}

const yodlee: AtProvider = {
  async consentEnd(stage, bankId) {
    const { consent } = await providerAccountAt(stage, bankId)
    // on the wire there are whole seconds
    return instant(consent?.expiresAt.replace(/\.\d+Z$/, 'Z'))
  },
  async endConsent(stage, bankId) {
    const { id } = await providerAccountAt(stage, bankId)
    const wish = { what: 'consent', connection: id, additionalStatus: 'CONSENT_EXPIRED' }
    await stage.sandbox('POST', '/__sim/yodlee/drop', wish)
  },
  async revoke(stage, bankId) {
    const { id } = await providerAccountAt(stage, bankId)
    await stage.sandbox('POST', '/__sim/yodlee/drop', { what: 'connection', connection: id })
  },
  async dropAccount(stage, account) {
    await stage.sandbox('POST', '/__sim/yodlee/drop', { what: 'account', account })
  },
  logins: async (stage, bankId) => ((await providerAccountAt(stage, bankId)) === undefined ? 0 : 1),
}

const connectionAt = async (stage: Stage, bankId: string): Promise<Json> => {
  const { connections }: Json = await stage.sandbox('GET', '/__sim/saltedge/connections')
  return connections.findLast(({ bank }: Json) => bank === bankId)
}

const saltedge: AtProvider = {
  consentEnd: async (stage, bankId) =>
    instant((await connectionAt(stage, bankId)).consent?.expiresAt),
  async endConsent(stage, bankId) {
    const { id } = await connectionAt(stage, bankId)
    await stage.sandbox('POST', '/__sim/saltedge/drop', { what: 'consent', connection: id })
  },
  async revoke(stage, bankId) {
    const { id } = await connectionAt(stage, bankId)
    await stage.sandbox('POST', '/__sim/saltedge/drop', { what: 'connection', connection: id })
  },
  async dropAccount(stage, account) {
    await stage.sandbox('POST', '/__sim/saltedge/drop', { what: 'account', account })
  },
  logins: async (stage, bankId) => ((await connectionAt(stage, bankId)) === undefined ? 0 : 1),
}

export const providers = { ponto, plaid, yodlee, saltedge }
export type ProviderName = keyof typeof providers
