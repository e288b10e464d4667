/** The accounts an organization may read. */
import { balanceOf } from '../bank.ts'
import { exactNumber } from '../exact-json.ts'
import { json } from '../http.ts'
import { seededUuid } from '../seeded.ts'
import type { LinkedAccount, Organization, World } from '../world.ts'
import { accountBehind } from '../world.ts'
import type { Exchange, Route } from './exchange.ts'
import { forOrganization, notFound } from './exchange.ts'
import { listPage, pagingOf } from './json-api.ts'
import { unlinkAccount } from './linking.ts'
import { synchronizationJson } from './synchronization-json.ts'

const attributesOf = (world: World, linked: LinkedAccount) => {
  const behind = accountBehind(world, linked)
  if (behind === null) throw notFound('account')
  const { account, bank } = behind
  const balance = exactNumber(balanceOf(account))
  const referenceDate = `${linked.synchronizedAt.slice(0, 10)}T00:00:00.000Z`
  return {
    subtype: account.subtype,
    referenceType: account.referenceType,
    reference: account.reference,
    product: account.product,
    description: account.description,
    holderName: account.holderName,
    internalReference: seededUuid('internal', account.id),
    currency: account.currency,
    currentBalance: balance,
    currentBalanceChangedAt: account.balanceChangedAt,
    currentBalanceVariationObservedAt: account.balanceChangedAt,
    currentBalanceReferenceDate: referenceDate,
    availableBalance: balance,
    availableBalanceChangedAt: account.balanceChangedAt,
    availableBalanceVariationObservedAt: account.balanceChangedAt,
    availableBalanceReferenceDate: referenceDate,
    deprecated: bank.script.deprecated,
    authorizedAt: linked.authorizedAt,
    authorizationExpirationExpectedAt: linked.expiresAt,
  }
}

const accountOf = ({ world, apiUrl }: Exchange, linked: LinkedAccount) => {
  const latest = world.synchronizations.get(linked.latestSynchronizationId)
  return {
    type: 'account',
    id: linked.id,
    attributes: attributesOf(world, linked),
    relationships: {
      transactions: {
        links: {
          related: `${apiUrl}/accounts/${linked.id}/transactions`,
          meta: { type: 'transaction' },
        },
      },
      financialInstitution: {
        links: { related: `${apiUrl}/financial-institutions/${linked.bankId}` },
        data: { type: 'financialInstitution', id: linked.bankId },
      },
    },
    meta: {
      synchronizedAt: linked.synchronizedAt,
      availability: world.banks.get(linked.bankId)?.script.availability ?? 'available',
      ...(latest === undefined ? {} : { latestSynchronization: synchronizationJson(latest) }),
    },
  }
}

/** The account of the path; throws a refusal when the organization does not have it. */
export const linkedOf = (
  { world, params }: Exchange,
  organization: Organization,
): LinkedAccount => {
  const linked = organization.accounts.get(params['account'] ?? '')
  if (linked === undefined || accountBehind(world, linked) === null) throw notFound('account')
  return linked
}

const list = (exchange: Exchange, organization: Organization) => {
  const all = [...organization.accounts.values()].filter(
    (linked) => accountBehind(exchange.world, linked) !== null,
  )
  const page = listPage(all, pagingOf(exchange.query, `${exchange.apiUrl}/accounts`))
  const data = page.items.map((linked) => accountOf(exchange, linked))
  return json(200, { meta: { paging: page.paging }, links: page.links, data })
}

const one = (exchange: Exchange, organization: Organization) =>
  json(200, { data: accountOf(exchange, linkedOf(exchange, organization)) })

const remove = (exchange: Exchange, organization: Organization) => {
  const { id } = linkedOf(exchange, organization)
  unlinkAccount(exchange.world, organization, id)
  return json(200, { data: { type: 'account', id } })
}

export const accountRoutes: Route[] = [
  forOrganization(['GET', '/ponto-connect/accounts', 'accounts'], list),
  forOrganization(['GET', '/ponto-connect/accounts/:account', 'accounts'], one),
  forOrganization(['DELETE', '/ponto-connect/accounts/:account', 'accounts'], remove),
]
