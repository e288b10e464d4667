/** Synchronizations that a present person asks for. */
import { isIP } from 'node:net'
import { z } from 'zod'
import type { Answer } from '../http.ts'
import { json, jsonText } from '../http.ts'
import type { Line } from '../line.ts'
import type { Organization, Synchronization } from '../world.ts'
import { accountBehind } from '../world.ts'
import type { Exchange, Route } from './exchange.ts'
import { forOrganization, notFound, Refusal } from './exchange.ts'
import { listPage, pagingOf } from './json-api.ts'
import { lineTexts } from './line-json.ts'
import { synchronizationJson } from './synchronization-json.ts'
import { synchronize } from './synchronize.ts'

const subtypes = ['accountDetails', 'accountTransactions', 'accountTransactionsWithUnsettled']

const wishShape = z.object({
  data: z.object({
    type: z.literal('synchronization'),
    attributes: z.object({
      resourceType: z.literal('account'),
      resourceId: z.string(),
      subtype: z.enum(subtypes),
      customerIpAddress: z.string().refine((text) => isIP(text) !== 0),
    }),
  }),
})

const parseJson = (body: string): unknown => {
  try {
    return JSON.parse(body)
  } catch {
    throw new Refusal(400, 'invalidJson', 'The body is not JSON.')
  }
}

const wishOf = (body: string) => {
  const wish = wishShape.safeParse(parseJson(body))
  if (wish.success) return wish.data.data.attributes
  const path = wish.error.issues[0]?.path.map(String) ?? []
  const attribute = path.at(-1) ?? 'data'
  throw new Refusal(400, 'invalidAttribute', `The value of ${attribute} is missing or wrong.`).at(
    `/${path.join('/')}`,
    attribute,
  )
}

const resourceOf = ({ apiUrl }: Exchange, synchronization: Synchronization) => {
  const related = (folder: string, type: string) => ({
    links: {
      related: `${apiUrl}/synchronizations/${synchronization.id}/${folder}`,
      meta: { type },
    },
  })
  const { attributes, ...identity } = synchronizationJson(synchronization)
  return {
    ...identity,
    attributes: { ...attributes, customerOnline: String(synchronization.attended) },
    relationships: {
      updatedTransactions: related('updated-transactions', 'transaction'),
      updatedPendingTransactions: related('updated-pending-transactions', 'pendingTransaction'),
    },
  }
}

const refuseTooSoon = (
  { world }: Exchange,
  { accountId, subtype }: { accountId: string; subtype: string },
): void => {
  const sinceMs = world.clock.now() - world.settings.synchronizationGapMs
  const recent = [...world.synchronizations.values()].some(
    (earlier) =>
      earlier.attended &&
      earlier.accountId === accountId &&
      earlier.subtype === subtype &&
      Date.parse(earlier.createdAt) > sinceMs,
  )
  if (!recent) return
  throw new Refusal(
    400,
    'accountRecentlySynchronized',
    'This account was synchronized less than five minutes ago.',
  ).at('/data/attributes/resourceId', 'resourceId')
}

const create = (exchange: Exchange, organization: Organization): Answer => {
  const { world, headers, body } = exchange
  const { resourceId, subtype } = wishOf(body)
  const linked = organization.accounts.get(resourceId)
  if (linked === undefined || accountBehind(world, linked) === null) throw notFound('account')
  const header = headers['ibanity-idempotency-key']
  const idempotencyKey = typeof header === 'string' ? header : null
  const earlier = [...world.synchronizations.values()].find(
    (known) => idempotencyKey !== null && known.idempotencyKey === idempotencyKey,
  )
  if (earlier !== undefined) return json(201, { data: resourceOf(exchange, earlier) })
  refuseTooSoon(exchange, { accountId: linked.id, subtype })
  const wish = { organization, linked, subtype, attended: true, idempotencyKey }
  return json(201, { data: resourceOf(exchange, synchronize(world, wish)) })
}

const synchronizationOf = ({ world, params }: Exchange, organization: Organization) => {
  const found = world.synchronizations.get(params['id'] ?? '')
  if (found?.organizationId !== organization.id) throw notFound('synchronization')
  return found
}

const one = (exchange: Exchange, organization: Organization): Answer =>
  json(200, { data: resourceOf(exchange, synchronizationOf(exchange, organization)) })

const updated =
  (kind: Line['status'], folder: string) =>
  (exchange: Exchange, organization: Organization): Answer => {
    const { world, apiUrl, query } = exchange
    const { id, accountId, updatedIds, updatedPendingIds, updatedAt } = synchronizationOf(
      exchange,
      organization,
    )
    const linked = organization.accounts.get(accountId)
    const behind = linked === undefined ? null : accountBehind(world, linked)
    if (behind === null) throw notFound('account')
    const lines = (kind === 'booked' ? updatedIds : updatedPendingIds).flatMap(
      (lineId) => behind.account[kind].find(lineId) ?? [],
    )
    const page = listPage(lines, pagingOf(query, `${apiUrl}/synchronizations/${id}/${folder}`))
    const { dates } = behind.bank.script
    const texts = lineTexts(page.items, { apiUrl, accountId, dates })
    const meta = JSON.stringify({ paging: page.paging, synchronizedAt: updatedAt })
    const links = JSON.stringify(page.links)
    return jsonText(200, `{"meta":${meta},"links":${links},"data":[${texts.join(',')}]}`)
  }

const base = '/ponto-connect/synchronizations'

export const synchronizationRoutes: Route[] = [
  forOrganization(['POST', base, 'synchronizations'], create),
  forOrganization(['GET', `${base}/:id`, 'synchronization'], one),
  forOrganization(
    ['GET', `${base}/:id/updated-transactions`, 'updated-transactions'],
    updated('booked', 'updated-transactions'),
  ),
  forOrganization(
    ['GET', `${base}/:id/updated-pending-transactions`, 'updated-transactions'],
    updated('pending', 'updated-pending-transactions'),
  ),
]
