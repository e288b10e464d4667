/** The bank behind an entry of the catalogue. */
import type { Bank } from '../bank.ts'
import { openAccount, openBank } from '../bank.ts'
import { catalogueEntry } from '../catalogue.ts'
import type { ProviderName } from '../sides.ts'
import type { World } from '../world.ts'
import { history } from './history.ts'

/** What a consent without an end is taken for. */
const endlessDays = 3650

/** The bank of an entry; of a generated one the bank and its small account are made when somebody links it. Null for an id that no entry has. */
export const bankBehind = (world: World, provider: ProviderName, bankId: string): Bank | null => {
  const known = world.banks.get(bankId)
  if (known !== undefined) return known
  const entry = catalogueEntry(world, provider, bankId)
  if (entry === undefined) return null
  const { name, country, bic, website, mfa, unattended, historyDays } = entry
  const script = { name, country, bic, website, mfa, unattended, historyDays }
  const bank = openBank(world, bankId, {
    ...script,
    status: entry.beta ? 'beta' : 'stable',
    deprecated: entry.status === 'withdrawn',
    consentDays: entry.consentDays ?? endlessDays,
  })
  const nowMs = world.clock.now()
  const lastDay = new Date(nowMs).toISOString().slice(0, 10)
  const lines = history({ count: 12, days: 60, seed: bankId, lastDay })
  openAccount(bank, { opening: '1000.00', lines }, nowMs)
  world.banks.set(bankId, bank)
  world.changed()
  return bank
}
