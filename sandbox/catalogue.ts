/** Every institution there is: the banks of this world, and nothing behind the others but their entry. */
import type { World } from './world.ts'

export interface CatalogueEntry {
  /** Of a bank of this world its own id; each provider makes its own id of it. */
  bankId: string
  name: string
  /** ISO 3166 alpha-2. */
  country: string
  bic: string | null
  website: string | null
  beta: boolean
  mfa: 'none' | 'code' | 'page'
  unattended: boolean
  historyDays: number
  consentDays: number | null
  status: 'available' | 'maintenance' | 'withdrawn'
}

/** The institutions that a provider offers, always in the same order. */
export const catalogueOf = (
  world: World,
  provider: 'ponto' | 'plaid' | 'yodlee' | 'saltedge',
): readonly CatalogueEntry[] =>
  [...world.banks.values()]
    .filter(({ script }) => provider === 'ponto' || script[provider].offered)
    .map(({ id, script }) => ({
      bankId: id,
      name: script.name,
      country: script.country ?? 'BE',
      bic: script.bic,
      website: null,
      beta: script.status !== 'stable',
      mfa: 'none',
      unattended: true,
      historyDays: 90,
      consentDays: script.consentDays,
      status: script.deprecated ? 'withdrawn' : 'available',
    }))
