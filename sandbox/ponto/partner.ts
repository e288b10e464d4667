/** What the client itself may do, whatever became of an organization's token. */
import type { Answer } from '../http.ts'
import { catalogueEntry } from '../catalogue.ts'
import { json } from '../http.ts'
import { seededUuid } from '../seeded.ts'
import { nextId } from '../world.ts'
import { attributesOf } from './body.ts'
import type { Exchange, Route } from './exchange.ts'
import { forAnyone, forClient, notFound, Refusal } from './exchange.ts'
import { listPage, pagingOf } from './json-api.ts'
import { endIntegration } from './linking.ts'

const onboardingUsableMs = 5 * 60 * 1000
const onboardingsKept = 1000

const known = new Set([
  'email',
  'firstName',
  'lastName',
  'organizationName',
  'organizationType',
  'enterpriseNumber',
  'vatNumber',
  'phoneNumber',
  'addressStreetAddress',
  'addressPostalCode',
  'addressCity',
  'addressCountry',
  'initialFinancialInstitutionId',
  'partnerReference',
  'preferredOtpMethod',
  'automaticSubmissionOnCompletedForms',
  'requestedOrganisationId',
  'skipFinancialInstitutionSelection',
])

const prepareOnboarding = ({ world, body }: Exchange): Answer => {
  const given = Object.entries(attributesOf(body)).filter(([name]) => known.has(name))
  const attributes = Object.fromEntries(given)
  const bankId = attributes['initialFinancialInstitutionId']
  if (typeof bankId === 'string' && catalogueEntry(world, 'ponto', bankId) === undefined)
    throw notFound('financialInstitution')
  const id = nextId(world, 'onboarding')
  const usableUntilMs = world.clock.now() + onboardingUsableMs
  world.onboardings.set(id, { id, attributes, usableUntilMs })
  for (const oldest of world.onboardings.keys()) {
    if (world.onboardings.size <= onboardingsKept) break
    world.onboardings.delete(oldest)
  }
  world.changed()
  return json(201, { data: { type: 'onboardingDetails', id, attributes } })
}

const organizationOf = ({ world, params }: Exchange) => {
  const organization = world.organizations.get(params['organization'] ?? '')
  if (organization === undefined) throw notFound('organization')
  return organization
}

const identity = (id: string) => ({ organization: { data: { type: 'organization', id } } })

const removeIntegration = (exchange: Exchange): Answer => {
  const organization = organizationOf(exchange)
  endIntegration(exchange.world, organization)
  const { id, integrationId } = organization
  return json(200, {
    data: { type: 'integration', id: integrationId, relationships: identity(id) },
  })
}

const usage = (exchange: Exchange): Answer => {
  const { id, accounts } = organizationOf(exchange)
  const month = exchange.params['month'] ?? ''
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(month))
    throw new Refusal(400, 'invalidMonth', 'The month is written yyyy-mm.')
  const attributes = {
    accountCount: accounts.size,
    paymentAccountCount: 0,
    paymentCount: 0,
    bulkPaymentCount: 0,
  }
  return json(200, {
    relationships: identity(id),
    data: { type: 'usage', id: month, attributes },
  })
}

const listAccounts = ({ world, query, apiUrl }: Exchange): Answer => {
  const all = [...world.organizations.values()].flatMap((organization) =>
    [...organization.accounts.values()].map((linked) => ({
      type: 'integrationAccount',
      id: seededUuid('integration-account', linked.id),
      attributes: {
        createdAt: linked.linkedAt,
        lastAccessedAt: linked.lastReadAt ?? linked.linkedAt,
      },
      relationships: {
        account: {
          data: { type: 'account', id: linked.id },
          links: { related: `${apiUrl}/accounts/${linked.id}` },
        },
        financialInstitution: {
          data: { type: 'financialInstitution', id: linked.bankId },
          links: { related: `${apiUrl}/financial-institutions/${linked.bankId}` },
        },
        ...identity(organization.id),
      },
    })),
  )
  const page = listPage(all, pagingOf(query, `${apiUrl}/integration-accounts`))
  return json(200, { data: page.items, links: page.links, meta: { paging: page.paging } })
}

const root = ({ apiUrl }: Exchange): Answer =>
  json(200, {
    links: {
      financialInstitutions: `${apiUrl}/financial-institutions/{financialInstitutionId}`,
      accounts: `${apiUrl}/accounts/{accountId}`,
      account: { transactions: `${apiUrl}/accounts/{accountId}/transactions/{transactionId}` },
      synchronizations: `${apiUrl}/synchronizations/{synchronizationId}`,
      userinfo: `${apiUrl}/userinfo`,
    },
  })

const base = '/ponto-connect'

export const partnerRoutes: Route[] = [
  forAnyone(['GET', base, 'root'], root),
  forClient(['POST', `${base}/onboarding-details`, 'onboarding-details'], prepareOnboarding),
  forClient(
    ['DELETE', `${base}/organizations/:organization/integration`, 'integration'],
    removeIntegration,
  ),
  forClient(['GET', `${base}/organizations/:organization/usage/:month`, 'usage'], usage),
  forClient(['GET', `${base}/integration-accounts`, 'integration-accounts'], listAccounts),
]
