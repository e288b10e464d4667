/** Every institution there is: the banks of this world first, then thousands with nothing but their entry. */
import { generateCatalogue } from './catalogue/generate.ts'
import type { Generated } from './catalogue/generate.ts'
import type { ProviderName } from './sides.ts'
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

/** What was changed since the world began; plain JSON, so that it survives a restart. */
export interface CatalogueChanges {
  /** Grows with every change. */
  version: number
  /** New entries, and those that differ from what was generated; null takes an entry out of the list. */
  entries: Partial<Record<ProviderName, Record<string, CatalogueEntry | null>>>
}

interface Listed {
  key: string
  list: readonly CatalogueEntry[]
  byId: Map<string, CatalogueEntry>
}

interface Kept {
  generatedFor: string
  generated: Generated[]
  ids: Set<string>
  lists: Map<ProviderName, Listed>
}

const kept = new WeakMap<World, Kept>()

/** The catalogue of a world, made when somebody asks for the first time. */
const keptOf = (world: World): Kept => {
  const { seed, catalogueSize } = world.settings
  const generatedFor = `${seed}/${catalogueSize}`
  const known = kept.get(world)
  if (known?.generatedFor === generatedFor) return known
  const generated = generateCatalogue(seed, catalogueSize)
  const ids = new Set(generated.map(({ bankId }) => bankId))
  const fresh = { generatedFor, generated, ids, lists: new Map() }
  kept.set(world, fresh)
  return fresh
}

const entriesOfBanks = (world: World, provider: ProviderName, ids: Set<string>): CatalogueEntry[] =>
  [...world.banks.values()]
    .filter(({ id, script }) => !ids.has(id) && (provider === 'ponto' || script[provider].offered))
    .map(({ id, script }) => ({
      bankId: id,
      name: script.name,
      country: script.country ?? 'BE',
      bic: script.bic,
      website: script.website,
      beta: script.status !== 'stable',
      mfa: script.mfa,
      unattended: script.unattended,
      historyDays: script.historyDays,
      consentDays: script.consentDays,
      status: script.deprecated ? 'withdrawn' : 'available',
    }))

const listOf = (world: World, provider: ProviderName) => {
  const { generated, ids, lists } = keptOf(world)
  const { version, entries } = world.catalogue
  const own = entriesOfBanks(world, provider, ids)
  const key = JSON.stringify([version, own])
  const known = lists.get(provider)
  if (known?.key === key) return known
  const byId = new Map(own.map((entry) => [entry.bankId, entry]))
  for (const { bankId, offers } of generated) {
    const offer = offers[provider]
    if (offer !== undefined) byId.set(bankId, offer)
  }
  for (const [bankId, entry] of Object.entries(entries[provider] ?? {}))
    if (entry === null) byId.delete(bankId)
    else byId.set(bankId, entry)
  const fresh = { key, list: [...byId.values()], byId }
  lists.set(provider, fresh)
  return fresh
}

/** The institutions that a provider offers, always in the same order; the same array as long as nothing changed. */
export const catalogueOf = (world: World, provider: ProviderName): readonly CatalogueEntry[] =>
  listOf(world, provider).list

/** The entry of one institution at a provider, by the id of the bank. */
export const catalogueEntry = (
  world: World,
  provider: ProviderName,
  bankId: string,
): CatalogueEntry | undefined => listOf(world, provider).byId.get(bankId)

/** A catalogue as it was generated. */
export const unchangedCatalogue = (): CatalogueChanges => ({ version: 0, entries: {} })

/** Changes or adds entries at one provider; null takes an entry out of the provider's list. */
export const putEntries = (
  world: World,
  provider: ProviderName,
  changes: readonly { bankId: string; entry: CatalogueEntry | null }[],
): void => {
  const { catalogue } = world
  catalogue.version += 1
  const changed = (catalogue.entries[provider] ??= {})
  for (const { bankId, entry } of changes) changed[bankId] = entry
  world.changed()
}
