/** One visit of the hosted page: what the person does moves it from screen to screen. */
import type { Bank } from '../bank.ts'
import type { World } from '../world.ts'
import { behaviourOf } from './behaviour.ts'
import { errorTypeOf } from './errors.ts'
import { nextOpaqueId } from './ids.ts'
import { bankChosen, institutionIdOf } from './institutions.ts'
import { openItem, openPublicToken, repairItem } from './items.ts'
import { eventsJson } from './link-tokens.ts'
import { logIn, rightAnswers } from './login.ts'
import type { Item, LinkSession, LinkStep, LinkToken } from './state.ts'
import { tryUpdate, watchConsent, watchItem } from './updates.ts'
import { fireOfLink } from './webhooks.ts'

const answerLifeMs = 5 * 60 * 1000
const sessionsMax = 20
const eventsMax = 100

export interface Visit {
  world: World
  link: LinkToken
  session: LinkSession
}

const note = (
  { world, session }: Visit,
  name: string,
  metadata: Record<string, string> = {},
): void => {
  const bank = world.banks.get(session.bankId ?? '')
  const institution =
    bank === undefined
      ? {}
      : {
          institution_id: institutionIdOf(bank.id, bank.script.plaid.moves),
          institution_name: bank.script.name,
        }
  const id = nextOpaqueId(world, 'plaid-link-event')
  const event = {
    id,
    name,
    atMs: world.clock.now(),
    metadata: { request_id: id.slice(0, 15), ...institution, ...metadata },
  }
  session.events = [...session.events, event].slice(-eventsMax)
}

const show = (visit: Visit, step: LinkStep): void => {
  visit.session.step = step
  visit.session.shownMs = visit.world.clock.now()
  note(visit, 'TRANSITION_VIEW', { view_name: step.toUpperCase() })
}

const refuse = (visit: Visit, code: string): void => {
  visit.session.problem = code
  note(visit, 'ERROR', {
    error_code: code,
    error_type: errorTypeOf(code),
    error_message: `the sandbox answers ${code}`,
  })
}

/** The visit that is open, or a new one; null when the page is of no use any more. */
export const visitOf = (world: World, link: LinkToken): Visit | null => {
  const open = link.sessions.find(({ finishedMs }) => finishedMs === null)
  const isDone = link.sessions.some(({ publicToken }) => publicToken !== null)
  if (isDone || link.expiresMs <= world.clock.now()) return null
  if (open !== undefined) return { world, link, session: open }
  const session: LinkSession = {
    id: nextOpaqueId(world, 'plaid-link-session'),
    startedMs: world.clock.now(),
    finishedMs: null,
    step: 'institution',
    shownMs: world.clock.now(),
    bankId: world.plaid.items[link.itemId ?? '']?.bankId ?? null,
    username: '',
    rounds: null,
    problem: null,
    events: [],
    publicToken: null,
    accounts: [],
    exitStatus: null,
  }
  link.sessions = [...link.sessions.slice(1 - sessionsMax), session]
  const visit = { world, link, session }
  note(visit, 'OPEN')
  show(visit, link.itemId === null ? 'institution' : 'credentials')
  world.changed()
  return visit
}

const finish = (visit: Visit, status: 'SUCCESS' | 'EXITED'): void => {
  const { world, link, session } = visit
  session.finishedMs = world.clock.now()
  session.step = 'finished'
  note(visit, status === 'SUCCESS' ? 'HANDOFF' : 'EXIT')
  const told = { link_session_id: session.id }
  const tokens = session.publicToken === null ? [] : [session.publicToken]
  for (const token of tokens)
    fireOfLink(world, link, ['ITEM_ADD_RESULT', { ...told, public_token: token }])
  fireOfLink(world, link, ['EVENTS', { ...told, events: eventsJson(session) }])
  fireOfLink(world, link, ['SESSION_FINISHED', { ...told, status, public_tokens: tokens }])
  world.changed()
}

const exitStatuses: Record<LinkStep, string> = {
  institution: 'institution_not_found',
  credentials: 'requires_credentials',
  device: 'choose_device',
  code: 'requires_code',
  questions: 'requires_questions',
  selections: 'requires_selections',
  accounts: 'requires_account_selection',
  unsupported: 'institution_not_supported',
  finished: 'requires_credentials',
}

/** The person closes the page by its own button. */
export const leave = (visit: Visit): void => {
  visit.session.exitStatus = exitStatuses[visit.session.step]
  finish(visit, 'EXITED')
}

const choose = (visit: Visit, form: URLSearchParams): boolean => {
  const choice = form.get('institution') ?? ''
  if (choice === '') return false
  const bank = bankChosen(visit.world, choice)
  visit.session.bankId = bank?.id ?? null
  note(visit, 'SELECT_INSTITUTION')
  show(visit, bank === null ? 'unsupported' : 'credentials')
  return bank !== null
}

const afterLogin = (visit: Visit): void => {
  const { link, session } = visit
  session.problem = null
  if (link.itemId === null || link.accountSelection) show(visit, 'accounts')
  else succeed(visit, null)
}

const identify = (visit: Visit, form: URLSearchParams): boolean => {
  const username = form.get('username') ?? ''
  const bank = visit.world.banks.get(visit.session.bankId ?? '')
  if (username === '' || bank === undefined) return false
  note(visit, 'SUBMIT_CREDENTIALS')
  const login = logIn(behaviourOf(bank), { username, password: form.get('password') ?? '' })
  if (login.outcome === 'refused') {
    refuse(visit, login.code)
    return false
  }
  visit.session.username = username
  if (login.outcome === 'in') afterLogin(visit)
  else {
    visit.session.rounds = login.rounds
    show(visit, login.step)
  }
  return true
}

const answer = (visit: Visit, form: URLSearchParams): boolean => {
  const { session, world } = visit
  const answers = form.getAll('answer')
  if (answers.length === 0 || session.rounds === null) return false
  note(visit, 'SUBMIT_MFA', { mfa_type: session.step.toUpperCase() })
  const isLate = world.clock.now() - session.shownMs > answerLifeMs
  const right = rightAnswers(session.step, session.rounds)
  if (isLate || right.some((each, index) => each !== answers[index]?.trim())) {
    refuse(visit, isLate ? 'USER_INPUT_TIMEOUT' : 'INVALID_MFA')
    session.shownMs = world.clock.now()
    return false
  }
  const { round, rounds } = session.rounds
  const isLast = round >= rounds
  if (isLast) afterLogin(visit)
  else {
    session.rounds = { ...session.rounds, round: round + 1 }
    show(visit, session.step)
  }
  return isLast
}

const pickDevice = (visit: Visit, form: URLSearchParams): boolean => {
  if (!form.has('device')) return false
  show(visit, 'code')
  return true
}

const itemFor = (visit: Visit, bank: Bank, accounts: readonly string[]): Item => {
  const { world, link, session } = visit
  const { webhook, products, daysRequested } = link
  const { username } = session
  return openItem(world, { bank, accounts, username, webhook, products, daysRequested })
}

const repair = ({ world }: Visit, item: Item, accounts: readonly string[] | null): void => {
  repairItem(world, item, accounts)
  watchConsent(world, item)
  tryUpdate(world, item)
}

/** The person has done everything: there is an Item, or the one there was works again. */
const succeed = (visit: Visit, accounts: readonly string[] | null): void => {
  const { world, link, session } = visit
  const bank = world.banks.get(session.bankId ?? '')
  if (bank === undefined) return
  const known = world.plaid.items[link.itemId ?? '']
  if (known?.gone === true) return refuse(visit, 'ITEM_NOT_FOUND')
  const item = known ?? itemFor(visit, bank, accounts ?? [])
  if (known !== undefined) repair(visit, item, accounts)
  session.accounts = Object.keys(item.accounts)
  session.publicToken = openPublicToken(world, item.id, known !== undefined).token
  finish(visit, 'SUCCESS')
  if (known === undefined) watchItem(world, item)
}

const approve = (visit: Visit, form: URLSearchParams): boolean => {
  const bank = visit.world.banks.get(visit.session.bankId ?? '')
  const own = form.getAll('accounts').filter((id) => bank?.accounts.has(id) === true)
  if (form.get('decision') !== 'approve') return false
  if (own.length === 0) refuse(visit, 'NO_ACCOUNTS')
  else succeed(visit, own)
  return false
}

const steps: Partial<Record<LinkStep, (visit: Visit, form: URLSearchParams) => boolean>> = {
  institution: choose,
  unsupported: choose,
  credentials: identify,
  device: pickDevice,
  code: answer,
  questions: answer,
  selections: answer,
  accounts: approve,
}

/** Moves the visit on as far as the form goes: one screen, or several that were filled in together. */
export const moveOn = (visit: Visit, form: URLSearchParams): void => {
  for (let screens = 0; screens < Object.keys(steps).length; screens += 1) {
    const move = steps[visit.session.step]
    if (move === undefined || !move(visit, form)) break
  }
  visit.world.changed()
}
