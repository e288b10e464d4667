/** The list of financial institutions. */
import type { Bank } from '../bank.ts'
import { json } from '../http.ts'
import type { World } from '../world.ts'
import type { Exchange, Route } from './exchange.ts'
import { forAnyone, notFound } from './exchange.ts'
import { listPage, pagingOf } from './json-api.ts'

const institutionOf = ({ id, script }: Bank) => ({
  type: 'financialInstitution',
  id,
  attributes: {
    name: script.name,
    country: script.country,
    bic: script.bic,
    status: script.status,
    deprecated: script.deprecated,
    logoUrl: null,
    primaryColor: '#1f4e79',
    secondaryColor: '#ffffff',
    sharedBrandName: null,
    sharedBrandReference: null,
    timeZone: script.timeZone,
    maintenanceFrom: script.maintenanceFrom,
    maintenanceTo: script.maintenanceTo,
    maintenanceType: script.maintenanceType,
    pendingTransactionsAvailable: script.pendingTransactionsAvailable,
    expectedAuthorizationLifetime: script.consentDays,
  },
})

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

const inOrder = (world: World): Bank[] =>
  [...world.banks.values()].toSorted(
    (one, other) =>
      one.script.name.localeCompare(other.script.name, 'en') || one.id.localeCompare(other.id),
  )

const list = ({ world, query, apiUrl }: Exchange) => {
  const filters = [...query].filter(([name]) => filterShape.test(name))
  const all = inOrder(world)
    .map(institutionOf)
    .filter(({ attributes }) =>
      filters.every(([name, wanted]) => matches(attributes, name, wanted)),
    )
  const page = listPage(all, pagingOf(query, `${apiUrl}/financial-institutions`))
  return json(200, { meta: { paging: page.paging }, links: page.links, data: page.items })
}

const one = ({ world, params }: Exchange) => {
  const bank = world.banks.get(params['id'] ?? '')
  if (bank === undefined) throw notFound('financialInstitution')
  return json(200, { data: institutionOf(bank) })
}

export const institutionRoutes: Route[] = [
  forAnyone(['GET', '/ponto-connect/financial-institutions', 'institutions'], list),
  forAnyone(['GET', '/ponto-connect/financial-institutions/:id', 'institutions'], one),
]
