/** The hosted page on which a person chooses a bank, ticks accounts and approves or denies. */
import type { Bank, BankAccount } from '../bank.ts'
import { bankBehind } from '../banks/bank-behind.ts'
import type { Answer } from '../http.ts'
import { html, redirect } from '../http.ts'
import type { AuthorizationCode, Organization, World } from '../world.ts'
import { nextToken } from '../world.ts'
import type { Exchange, Route } from './exchange.ts'
import { forAnyone } from './exchange.ts'
import { linkAccount, linkedAccountId, openOrganization, unlinkAccount } from './linking.ts'
import { button, checkbox, escapeHtml, hidden, page } from './page.ts'

const codeLifeMs = 10 * 60 * 1000

interface Asked {
  redirectUri: string
  state: string
  scope: string
  challenge: string
  bank: Bank | null
  organizationId: string | null
}

const onboardingOf = ({ world, query }: Exchange): Record<string, unknown> => {
  const details = world.onboardings.get(query.get('onboarding_details_id') ?? '')
  if (details === undefined || details.usableUntilMs <= world.clock.now()) return {}
  return details.attributes
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)

const askedOf = (exchange: Exchange, form: URLSearchParams): Asked => {
  const { world, query } = exchange
  const preset = onboardingOf(exchange)
  const asText = (name: string) => query.get(name) ?? ''
  const bankId = form.get('institution') ?? textOf(preset['initialFinancialInstitutionId']) ?? ''
  return {
    redirectUri: asText('redirect_uri'),
    state: asText('state'),
    scope: asText('scope'),
    challenge: asText('code_challenge'),
    bank: bankBehind(world, 'ponto', bankId),
    organizationId: form.get('organization') || textOf(preset['requestedOrganisationId']),
  }
}

const problemOf = ({ world, query }: Exchange): string | null => {
  if (query.get('client_id') !== world.settings.clientId) return 'invalid_client'
  if (!/^https?:\/\//.test(query.get('redirect_uri') ?? '')) return 'invalid_redirect_uri'
  return null
}

const refusedOf = (query: URLSearchParams): string | null => {
  const text = (name: string) => query.get(name) ?? ''
  const scopes = new Set(text('scope').split(' '))
  const rules: [error: string, holds: boolean][] = [
    ['unsupported_response_type', text('response_type') === 'code'],
    ['invalid_request', text('code_challenge_method') === 'S256' && text('code_challenge') !== ''],
    ['invalid_state', text('state').length >= 8],
    ['invalid_scope', scopes.has('ai') && scopes.has('offline_access')],
  ]
  return rules.find(([, holds]) => !holds)?.[0] ?? null
}

const goBack = (asked: Asked, fields: Record<string, string>): Answer => {
  const address = new URL(asked.redirectUri)
  for (const [name, value] of Object.entries({ ...fields, state: asked.state }))
    address.searchParams.set(name, value)
  return redirect(address.href)
}

const choicePage = ({ world, query }: Exchange): Answer => {
  const options = [...world.banks.values()]
    .toSorted((one, other) => one.script.name.localeCompare(other.script.name, 'en'))
    .map(({ id, script }) => `<option value="${id}">${escapeHtml(script.name)}</option>`)
  return html(
    200,
    page(
      'Choose your bank',
      `<form method="post" action="/oauth2/auth?${escapeHtml(query.toString())}">
<label>Bank <select name="institution">${options.join('')}</select></label>
${button('choose', 'Continue')}</form>`,
    ),
  )
}

interface Offer {
  value: string
  text: string
  ticked: boolean
}

const offersOf = (world: World, bank: Bank, organization: Organization | undefined): Offer[] => {
  const held = [...(organization?.accounts.values() ?? [])]
  const elsewhere = held.filter(({ bankId }) => bankId !== bank.id)
  const text = ({ description, reference, currency }: BankAccount) =>
    `${description} · ${reference} · ${currency}`
  const others = elsewhere.flatMap((linked) => {
    const account = world.banks.get(linked.bankId)?.accounts.get(linked.bankAccountId)
    return account === undefined ? [] : [{ value: account.id, text: text(account), ticked: true }]
  })
  const own = [...bank.accounts.values()].map((account) => ({
    value: account.id,
    text: text(account),
    ticked: true,
  }))
  return [...own, ...others]
}

const accountsPage = (exchange: Exchange, asked: Asked & { bank: Bank }, note = ''): Answer => {
  const { world, query } = exchange
  const organization = world.organizations.get(asked.organizationId ?? '')
  const boxes = offersOf(world, asked.bank, organization).map((offer) =>
    checkbox('accounts', offer),
  )
  const known = organization === undefined ? '' : hidden('organization', organization.id)
  return html(
    note === '' ? 200 : 400,
    page(
      `Give access to ${asked.bank.script.name}`,
      `<p>An application asks to read your accounts for ${asked.bank.script.consentDays} days. Tick every account that it may read.</p>
${note === '' ? '' : `<p role="alert">${escapeHtml(note)}</p>`}
<form method="post" action="/oauth2/auth?${escapeHtml(query.toString())}">
${hidden('institution', asked.bank.id)}${known}
<fieldset><legend>Accounts</legend>${boxes.join('')}</fieldset>
<p>${button('approve', 'Approve')} ${button('deny', 'Deny')}</p></form>`,
    ),
  )
}

const newCode = (world: World, entry: Omit<AuthorizationCode, 'code' | 'expiresMs'>): string => {
  for (const { code, expiresMs } of world.codes.values())
    if (expiresMs <= world.clock.now()) world.codes.delete(code)
  const code = nextToken(world)
  world.codes.set(code, { ...entry, code, expiresMs: world.clock.now() + codeLifeMs })
  world.changed()
  return code
}

/** The organization has exactly the ticked accounts afterwards, whatever it had before. */
const linkTicked = (world: World, organization: Organization, ticked: Set<string>): void => {
  const kept = new Set([...ticked].map((id) => linkedAccountId(organization.id, id)))
  for (const id of organization.accounts.keys())
    if (!kept.has(id)) unlinkAccount(world, organization, id)
  for (const bank of world.banks.values())
    for (const account of bank.accounts.values())
      if (ticked.has(account.id)) linkAccount(world, organization, { bank, account })
}

const organizationFor = (world: World, asked: Asked & { bank: Bank }): Organization => {
  const known = world.organizations.get(asked.organizationId ?? '')
  if (known !== undefined) return known
  const organization = openOrganization(world, {
    id: asked.organizationId,
    onboardingComplete: asked.bank.script.onboardingComplete,
  })
  world.announce({ type: 'integration.created', organizationId: organization.id })
  return organization
}

const approve = ({ world }: Exchange, asked: Asked & { bank: Bank }, ticked: string[]): Answer => {
  const organization = organizationFor(world, asked)
  linkTicked(world, organization, new Set(ticked))
  const { redirectUri, challenge, scope } = asked
  const entry = { organizationId: organization.id, redirectUri, challenge, scope }
  return goBack(asked, { code: newCode(world, entry), scope })
}

const ask = (exchange: Exchange): Answer => {
  const asked = askedOf(exchange, new URLSearchParams())
  const { bank } = asked
  return bank === null ? choicePage(exchange) : accountsPage(exchange, { ...asked, bank })
}

const decide = (exchange: Exchange): Answer => {
  const form = new URLSearchParams(exchange.body)
  const asked = askedOf(exchange, form)
  const { bank } = asked
  const decision = form.get('decision')
  if (decision === 'deny')
    return goBack(asked, { error: 'access_denied', error_description: 'The person said no.' })
  if (bank === null) return choicePage(exchange)
  if (decision !== 'approve') return accountsPage(exchange, { ...asked, bank })
  const ticked = form.getAll('accounts')
  if (ticked.length === 0)
    return accountsPage(exchange, { ...asked, bank }, 'Tick at least one account.')
  return approve(exchange, { ...asked, bank }, ticked)
}

const checked =
  (run: (exchange: Exchange) => Answer) =>
  (exchange: Exchange): Answer => {
    const problem = problemOf(exchange)
    if (problem !== null)
      return html(400, page('This link does not work', `<p role="alert">${problem}</p>`))
    const refused = refusedOf(exchange.query)
    if (refused === null) return run(exchange)
    return goBack(askedOf(exchange, new URLSearchParams()), { error: refused })
  }

export const consentRoutes: Route[] = [
  forAnyone(['GET', '/oauth2/auth', 'authorization'], checked(ask)),
  forAnyone(['POST', '/oauth2/auth', 'authorization'], checked(decide)),
]
