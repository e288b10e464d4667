/** The list of financial institutions. */
import type { BankScript } from '../bank.ts'
import type { CatalogueEntry } from '../catalogue.ts'
import { catalogueEntry, catalogueOf } from '../catalogue.ts'
import { json } from '../http.ts'
import type { World } from '../world.ts'
import type { Exchange, Route } from './exchange.ts'
import { forAnyone, notFound } from './exchange.ts'
import { listPage, pagingOf } from './json-api.ts'

const dayMs = 86_400_000

/** When the institution cannot be reached: as its bank is scripted, or today and tomorrow where only the catalogue says so. */
const timesOf = (
  world: World,
  { status }: CatalogueEntry,
  script: BankScript | undefined,
): Pick<BankScript, 'maintenanceFrom' | 'maintenanceTo' | 'maintenanceType'> => {
  if (status !== 'maintenance')
    return {
      maintenanceFrom: script?.maintenanceFrom ?? null,
      maintenanceTo: script?.maintenanceTo ?? null,
      maintenanceType: script?.maintenanceType ?? null,
    }
  // in whole days, so that the entry reads the same all day
  const midnightMs = Math.floor(world.clock.now() / dayMs) * dayMs
  return {
    maintenanceFrom: new Date(midnightMs).toISOString(),
    maintenanceTo: new Date(midnightMs + 2 * dayMs).toISOString(),
    maintenanceType: 'financialInstitution',
  }
}

const institutionOf = (world: World, entry: CatalogueEntry) => {
  const script = world.banks.get(entry.bankId)?.script
  return {
    type: 'financialInstitution',
    id: entry.bankId,
    attributes: {
      name: entry.name,
      country: script === undefined ? entry.country : script.country,
      bic: entry.bic,
      status: script?.status ?? (entry.beta ? 'beta' : 'stable'),
      deprecated: entry.status === 'withdrawn',
      logoUrl: null,
      primaryColor: '#1f4e79',
      secondaryColor: '#ffffff',
      sharedBrandName: null,
      sharedBrandReference: null,
      timeZone: script?.timeZone ?? 'Europe/Brussels',
      ...timesOf(world, entry, script),
      pendingTransactionsAvailable: script?.pendingTransactionsAvailable ?? true,
      expectedAuthorizationLifetime: entry.consentDays,
    },
  }
}

type Attributes = ReturnType<typeof institutionOf>['attributes']

const filterShape = /^filter\[(\w+)\]\[(eq|in|contains)\]$/

const matches = (attributes: Attributes, name: string, wanted: string): boolean => {
  const [, attribute = '', operator] = filterShape.exec(name) ?? []
  const found = Object.entries(attributes).find(([key]) => key === attribute)?.[1]
  const text = String(found ?? '').toLowerCase()
  const sought = wanted.toLowerCase()
  if (operator === 'contains') return text.includes(sought)
  if (operator === 'in') return sought.split(',').includes(text)
  return text === sought
}

interface Listed {
  id: string
  entry: CatalogueEntry
}

const byName = new Intl.Collator('en')

/** Lists that were sorted before; the catalogue gives the same list until something changes. */
const sorted = new WeakMap<readonly CatalogueEntry[], Listed[]>()

const inOrder = (world: World): Listed[] => {
  const entries = catalogueOf(world, 'ponto')
  const known = sorted.get(entries)
  if (known !== undefined) return known
  const fresh = entries
    .map((entry) => ({ id: entry.bankId, entry }))
    .toSorted(
      (one, other) =>
        byName.compare(one.entry.name, other.entry.name) || one.id.localeCompare(other.id),
    )
  sorted.set(entries, fresh)
  return fresh
}

const list = ({ world, query, apiUrl }: Exchange) => {
  const filters = [...query].filter(([name]) => filterShape.test(name))
  const matching = ({ entry }: Listed) =>
    filters.every(([name, wanted]) => matches(institutionOf(world, entry).attributes, name, wanted))
  const known = inOrder(world)
  const all = filters.length === 0 ? known : known.filter(matching)
  const page = listPage(all, pagingOf(query, `${apiUrl}/financial-institutions`))
  const data = page.items.map(({ entry }) => institutionOf(world, entry))
  return json(200, { meta: { paging: page.paging }, links: page.links, data })
}

const one = ({ world, params }: Exchange) => {
  const entry = catalogueEntry(world, 'ponto', params['id'] ?? '')
  if (entry === undefined) throw notFound('financialInstitution')
  return json(200, { data: institutionOf(world, entry) })
}

export const institutionRoutes: Route[] = [
  forAnyone(['GET', '/ponto-connect/financial-institutions', 'institutions'], list),
  forAnyone(['GET', '/ponto-connect/financial-institutions/:id', 'institutions'], one),
]
