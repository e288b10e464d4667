/** The renewal of one account's authorization: a request and the page it leads to. */
import type { Answer } from '../http.ts'
import { html, json, redirect } from '../http.ts'
import type { Organization, Reauthorization, World } from '../world.ts'
import { accountBehind, nextId } from '../world.ts'
import { linkedOf } from './accounts.ts'
import { attributesOf } from './body.ts'
import type { Exchange, Route } from './exchange.ts'
import { forAnyone, forOrganization, Refusal } from './exchange.ts'
import { renew, unlinkAccount } from './linking.ts'
import { button, checkbox, page } from './page.ts'

const pagePath =
  '/organizations/:organization/integrations/:integration/accounts/:account/reauthorization-requests/:id'

const redirectUriOf = (body: string): string => {
  const uri = attributesOf(body)['redirectUri']
  if (typeof uri === 'string' && /^https?:\/\/./.test(uri)) return uri
  throw new Refusal(400, 'invalidAttribute', 'The redirectUri is missing or wrong.').at(
    '/data/attributes/redirectUri',
    'redirectUri',
  )
}

const create = (exchange: Exchange, organization: Organization): Answer => {
  const { world, origin, body } = exchange
  const linked = linkedOf(exchange, organization)
  const request: Reauthorization = {
    id: nextId(world, 'reauthorization'),
    organizationId: organization.id,
    accountId: linked.id,
    redirectUri: redirectUriOf(body),
    outcome: 'open',
  }
  world.reauthorizations.set(request.id, request)
  world.changed()
  const address = pagePath
    .replace(':organization', organization.id)
    .replace(':integration', organization.integrationId)
    .replace(':account', linked.id)
    .replace(':id', request.id)
  return json(201, {
    data: {
      type: 'reauthorizationRequest',
      id: request.id,
      attributes: { sandbox: true },
      links: { redirect: origin + address },
    },
  })
}

const openRequest = (
  world: World,
  id: string,
): { request: Reauthorization; organization: Organization } | null => {
  const request = world.reauthorizations.get(id)
  const organization = world.organizations.get(request?.organizationId ?? '')
  if (request?.outcome !== 'open' || organization === undefined) return null
  return { request, organization }
}

const gone = (): Answer =>
  html(410, page('This page is not valid any more', '<p role="alert">Ask for a new one.</p>'))

/** The accounts that the bank's login can renew together: those of the same bank. */
const accountsOf = (world: World, organization: Organization, { accountId }: Reauthorization) => {
  const bankId = organization.accounts.get(accountId)?.bankId
  return [...organization.accounts.values()]
    .filter((linked) => linked.bankId === bankId)
    .flatMap((linked) => {
      const account = accountBehind(world, linked)?.account
      return account === undefined ? [] : [{ linked, account }]
    })
}

const ask = ({ world, params }: Exchange): Answer => {
  const open = openRequest(world, params['id'] ?? '')
  if (open === null) return gone()
  const { request, organization } = open
  const boxes = accountsOf(world, organization, request).map(({ linked, account }) =>
    checkbox('accounts', {
      value: linked.id,
      text: `${account.description} · ${account.reference}`,
      ticked: true,
    }),
  )
  const form = `<p>Every account that is not ticked is taken away from the application.</p>
<form method="post"><fieldset><legend>Accounts</legend>${boxes.join('')}</fieldset>
<p>${button('approve', 'Approve')} ${button('deny', 'Deny')}</p></form>`
  return html(200, page('Renew the access to your accounts', form))
}

const goBack = (redirectUri: string, fields: Record<string, string>): Answer => {
  const address = new URL(redirectUri)
  for (const [name, value] of Object.entries(fields)) address.searchParams.set(name, value)
  return redirect(address.href)
}

const decide = ({ world, params, body }: Exchange): Answer => {
  const open = openRequest(world, params['id'] ?? '')
  if (open === null) return gone()
  const { request, organization } = open
  const form = new URLSearchParams(body)
  world.changed()
  if (form.get('decision') !== 'approve') {
    request.outcome = 'denied'
    return goBack(request.redirectUri, { error: 'access_denied' })
  }
  request.outcome = 'approved'
  // a form without a list of accounts renews the one that was asked for
  const ticked = new Set(form.has('accounts') ? form.getAll('accounts') : [request.accountId])
  for (const { linked } of accountsOf(world, organization, request)) {
    if (ticked.has(linked.id)) renew(world, organization, linked)
    else if (form.has('accounts')) unlinkAccount(world, organization, linked.id)
  }
  return goBack(request.redirectUri, {})
}

export const reauthorizationRoutes: Route[] = [
  forOrganization(
    ['POST', '/ponto-connect/accounts/:account/reauthorization-requests', 'reauthorization'],
    create,
  ),
  forAnyone(['GET', pagePath, 'reauthorization-page'], ask),
  forAnyone(['POST', pagePath, 'reauthorization-page'], decide),
]
