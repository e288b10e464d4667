/** The hosted page: choose a bank, log in, answer, tick accounts, approve or leave. */
import type { Bank } from '../bank.ts'
import { catalogueOf } from '../catalogue.ts'
import type { Answer } from '../http.ts'
import { html, redirect } from '../http.ts'
import { button, checkbox, escapeHtml, page } from '../ponto/page.ts'
import type { World } from '../world.ts'
import type { Exchange, Route } from './exchange.ts'
import { institutionIdOf, search } from './institutions.ts'
import type { Visit } from './link-session.ts'
import { leave, moveOn, visitOf } from './link-session.ts'
import type { LinkStep, LinkToken, Rounds } from './state.ts'

const shownMax = 200

const input = (name: string, label: string, type = 'text'): string =>
  `<label>${escapeHtml(label)} <input name="${name}" type="${type}" autocomplete="off"></label>`

const options = (choices: readonly (readonly [value: string, text: string])[]): string =>
  choices
    .map(([value, text]) => `<option value="${escapeHtml(value)}">${escapeHtml(text)}</option>`)
    .join('')

const linkable = (world: World, { countryCodes }: LinkToken): [string, string][] => {
  const offered = new Set(catalogueOf(world, 'plaid').map(({ bankId }) => bankId))
  return [...world.banks.values()]
    .filter(({ id, script }) => offered.has(id) && countryCodes.includes(script.country ?? 'BE'))
    .toSorted((one, other) => one.script.name.localeCompare(other.script.name, 'en'))
    .slice(0, shownMax)
    .map(({ id, script }) => [institutionIdOf(id, script.plaid.moves), script.name])
}

const choiceScreen = ({ world, link }: Visit, { query }: Exchange): string => {
  const text = query.get('search') ?? ''
  const found = search(world, { text, countryCodes: link.countryCodes })
  const choices =
    text === ''
      ? linkable(world, link)
      : found.map(({ bankId, name }) => {
          const moves = world.banks.get(bankId)?.script.plaid.moves
          return [institutionIdOf(bankId, moves), name] as const
        })
  return `<form method="get">${input('search', 'Search')}<p><button>Search</button></p></form>
<form method="post"><label>Bank <select name="institution">${options(choices)}</select></label>
${button('continue', 'Continue')} ${button('deny', 'Leave')}</form>`
}

const form = (fields: string, [value, text]: [string, string] = ['continue', 'Continue']): string =>
  `<form method="post">${fields}<p>${button(value, text)} ${button('deny', 'Leave')}</p></form>`

const questionFields = ({ round, questions }: Rounds): string =>
  Array.from({ length: questions }, (_, index) =>
    input('answer', `Question ${round}.${index + 1} (answer_${round - 1}_${index})`),
  ).join('')

const selectionFields = ({ round, questions, options: count }: Rounds): string =>
  Array.from({ length: questions }, (_, index) => {
    const choices = Array.from({ length: count }, (__, option) =>
      option === 0 ? ['Yes', 'Yes'] : ['No', `No ${option}`],
    ).map(([value = '', text = '']) => [value, text] as const)
    return `<label>Question ${round}.${index + 1} <select name="answer">${options(choices)}</select></label>`
  }).join('')

const accountFields = (bank: Bank | undefined): string =>
  [...(bank?.accounts.values() ?? [])]
    .map(({ id, description, reference, currency }) =>
      checkbox('accounts', {
        value: id,
        text: `${description} · ${reference} · ${currency}`,
        ticked: true,
      }),
    )
    .join('')

const noRounds: Rounds = { round: 1, rounds: 1, questions: 1, options: 2 }

type Screen = (visit: Visit, exchange: Exchange) => string

const screens: Record<LinkStep, Screen> = {
  institution: choiceScreen,
  unsupported: (visit, exchange) =>
    `<p role="alert">INSTITUTION_NOT_SUPPORTED</p>${choiceScreen(visit, exchange)}`,
  credentials: () =>
    form(
      `<p>user_good with pass_good gets in; mfa_device, mfa_questions_1_1 and mfa_selections ask for more; error_CODE fails.</p>
${input('username', 'User name')}${input('password', 'Password', 'password')}`,
    ),
  device: () =>
    form(
      `<label>Send a code to <select name="device">${options([
        ['phone', 'the phone ending in 12'],
        ['email', 'the e-mail address'],
      ])}</select></label>`,
    ),
  code: () => form(input('answer', 'Code (1234)')),
  questions: ({ session }) => form(questionFields(session.rounds ?? noRounds)),
  selections: ({ session }) => form(selectionFields(session.rounds ?? noRounds)),
  accounts: ({ world, session }) =>
    form(
      `<fieldset><legend>Accounts</legend>${accountFields(world.banks.get(session.bankId ?? ''))}</fieldset>`,
      ['approve', 'Approve'],
    ),
  finished: () => '<p>You can close this page.</p>',
}

const shown = (visit: Visit, exchange: Exchange): Answer => {
  const { link, session, world } = visit
  const { completionRedirectUri } = link
  if (session.step === 'finished' && completionRedirectUri !== null)
    return redirect(completionRedirectUri)
  const name = world.banks.get(session.bankId ?? '')?.script.name ?? 'your bank'
  const problem =
    session.problem === null ? '' : `<p role="alert">${escapeHtml(session.problem)}</p>`
  const title = session.step === 'finished' ? 'Done' : `Connect ${link.clientName} to ${name}`
  return html(200, page(title, problem + screens[session.step](visit, exchange)))
}

const gone = (): Answer =>
  html(410, page('This link does not work any more', '<p role="alert">LINK_EXPIRED</p>'))

const open = (exchange: Exchange): Visit | null => {
  const link = exchange.world.plaid.links[exchange.params['id'] ?? '']
  return link === undefined || !link.hosted ? null : visitOf(exchange.world, link)
}

const look = (exchange: Exchange): Answer => {
  const visit = open(exchange)
  return visit === null ? gone() : shown(visit, exchange)
}

const act = (exchange: Exchange): Answer => {
  const visit = open(exchange)
  if (visit === null) return gone()
  const fields = new URLSearchParams(exchange.body)
  if (fields.get('decision') === 'deny') leave(visit)
  else moveOn(visit, fields)
  return shown(visit, exchange)
}

/** The routes of the hosted page. */
export const linkPageRoutes: Route[] = [
  { method: 'GET', path: '/link/:id', endpoint: 'plaid/link', run: look },
  { method: 'POST', path: '/link/:id', endpoint: 'plaid/link', run: act },
]
