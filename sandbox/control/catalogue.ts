/** Shows the catalogue of a provider and changes it, so that a refresh has something to see. */
import { z } from 'zod'
import type { CatalogueEntry } from '../catalogue.ts'
import { catalogueEntry, catalogueOf, putEntries } from '../catalogue.ts'
import { sides } from '../sides.ts'
import { nextId } from '../world.ts'
import type { ControlCall, ControlRoute } from './control-route.ts'
import { bodyOf, ControlRefusal } from './control-route.ts'
import { given } from './line-shapes.ts'

const provider = z.enum(['ponto', ...sides.map(({ name }) => name)])
const shownMax = 1000

const entryShape = z.strictObject({
  bankId: z.string().min(1).max(100).optional(),
  name: z.string().min(1).max(200).optional(),
  country: z.string().length(2).optional(),
  bic: z.string().max(11).nullable().optional(),
  website: z.string().max(200).nullable().optional(),
  beta: z.boolean().optional(),
  mfa: z.enum(['none', 'code', 'page']).optional(),
  unattended: z.boolean().optional(),
  historyDays: z.number().int().min(0).max(3650).optional(),
  consentDays: z.number().min(0).max(3650).nullable().optional(),
  status: z.enum(['available', 'maintenance', 'withdrawn']).optional(),
})

const changeShape = z.strictObject({
  provider,
  /** New entries, and changes of those whose `bankId` is known. */
  put: z.array(entryShape).max(1000).default([]),
  /** Ids that are no longer in the list. */
  remove: z.array(z.string()).max(50_000).default([]),
})

const plainEntry = (bankId: string): CatalogueEntry => ({
  bankId,
  name: 'Unnamed Bank',
  country: 'BE',
  bic: null,
  website: null,
  beta: false,
  mfa: 'page',
  unattended: true,
  historyDays: 90,
  consentDays: 90,
  status: 'available',
})

const change = (call: ControlCall) => {
  const { world } = call
  const { provider: name, put, remove } = bodyOf(call, changeShape)
  const changed = put.map((wanted) => {
    const bankId = wanted.bankId ?? nextId(world, 'catalogue')
    const before = catalogueEntry(world, name, bankId) ?? plainEntry(bankId)
    return { bankId, entry: { ...before, ...given(wanted), bankId } }
  })
  putEntries(world, name, [...changed, ...remove.map((bankId) => ({ bankId, entry: null }))])
  return { entries: changed.map(({ entry }) => entry), total: catalogueOf(world, name).length }
}

const show = ({ world, query }: ControlCall) => {
  const named = provider.safeParse(query.get('provider'))
  if (!named.success) throw new ControlRefusal(400, 'name a provider')
  const from = Number(query.get('from') ?? 0)
  const limit = Math.min(Number(query.get('limit') ?? shownMax), shownMax)
  const list = catalogueOf(world, named.data)
  return { total: list.length, entries: list.slice(from, from + limit) }
}

export const catalogueRoutes: ControlRoute[] = [
  { method: 'GET', path: '/__sim/catalogue', run: show },
  { method: 'PATCH', path: '/__sim/catalogue', run: change },
]
