/** The hosted page: a person chooses a bank, logs in, types a code, and comes back to where they came from. */
import type { Bank } from '../bank.ts'
import { bankBehind as bankOfEntry } from '../banks/bank-behind.ts'
import type { Answer } from '../http.ts'
import { redirect } from '../http.ts'
import type { World } from '../world.ts'
import {
  beginAttempt,
  failAttempt,
  isFinished,
  newestAttempt,
  nextOutcome,
  passCode,
} from './attempts.ts'
import { bankBehind, behaviourOf } from './behaviour.ts'
import { announce } from './callbacks.ts'
import { grantConsent } from './consents.ts'
import type { Exchange, Route } from './exchange.ts'
import { forAnyone } from './exchange.ts'
import { openConnection, sameLogin } from './opening.ts'
import { entryByCode } from './provider-codes.ts'
import type { Attempt, Connection, Visit } from './state.ts'
import { choicePage, codePage, loginPage, plainPage } from './visit-page.ts'

interface Step {
  exchange: Exchange
  visit: Visit
  form: URLSearchParams
}

const rightCode = '123456'

const connectionIn = ({ exchange: { state }, visit }: Step): Connection | undefined =>
  state.connections[visit.connectionId ?? '']

/** The attempt that waits for this person's code, begun on this visit or before it without them. */
const waitingAttempt = (step: Step): Attempt | undefined => {
  const connection = connectionIn(step)
  if (connection === undefined) return undefined
  const attempt = newestAttempt(step.exchange.world, connection)
  return attempt?.waitsForCode === true ? attempt : undefined
}

const leave = (step: Step, errorClass: string | null): Answer => {
  const { visit, exchange } = step
  visit.isOver = true
  exchange.world.changed()
  const { returnTo } = visit.attempt
  if (returnTo === null)
    return plainPage(200, 'Done', errorClass === null ? 'You may close this page.' : errorClass)
  const address = new URL(returnTo)
  const connection = connectionIn(step)
  if (errorClass !== null && visit.returnErrorClass)
    address.searchParams.set('error_class', errorClass)
  if (errorClass === null && visit.returnConnectionId && connection !== undefined)
    if (!behaviourOf(bankBehind(exchange.world, connection)).hidesConnectionId)
      address.searchParams.set('connection_id', connection.id)
  return redirect(address.href)
}

/** Nothing was begun that could tell the failure, so it is told without a connection. */
const tellFailure = ({ exchange: { world }, visit }: Step, errorClass: string): void =>
  announce(world, {
    type: 'failure',
    data: {
      ...(visit.connectionId === null ? {} : { connection_id: visit.connectionId }),
      customer_id: visit.customerId,
      custom_fields: visit.attempt.customFields,
      error_class: errorClass,
      error_message: 'The person did not give access.',
    },
  })

const deny = (step: Step): Answer => {
  const attempt = waitingAttempt(step)
  if (attempt === undefined) tellFailure(step, 'ProviderAccessNotGranted')
  else failAttempt(step.exchange.world, attempt, 'ProviderAccessNotGranted')
  return leave(step, 'ProviderAccessNotGranted')
}

const loginFailure = ({ form, visit }: Step, mode: string): string | null => {
  const decision = form.get('decision')
  if (decision === 'wrong-password') return 'InvalidCredentials'
  if (decision === 'timeout') return 'ExecutionTimeout'
  // a plain refresh uses what the person typed when they linked
  if (decision === 'ok' || mode !== 'web' || visit.kind === 'refresh') return null
  const isRight =
    (form.get('login') ?? '').startsWith('username') && form.get('password') === 'secret'
  return isRight ? null : 'InvalidCredentials'
}

const begin = (step: Step, connection: Connection): Attempt => {
  const { world } = step.exchange
  const { visit } = step
  const { interactive } = behaviourOf(bankBehind(world, connection))
  const scripted = visit.kind === 'connect' ? null : nextOutcome(world, connection)
  if (!interactive && scripted === null) agree(step, connection)
  return beginAttempt(world, connection, {
    origin: visit.kind,
    wish: visit.attempt,
    userPresent: true,
    asksCode: interactive,
    failWith: scripted,
  })
}

/** The bank has let the person in: the consent and the accounts count from now on. */
const agree = ({ exchange: { world }, visit }: Step, connection: Connection): void => {
  if (visit.consent === null) return
  grantConsent(world, connection, visit.consent)
  if (visit.ticked.length > 0) connection.ticked = visit.ticked
  if (visit.consent.fromDate < connection.linesFrom) connection.linesFrom = visit.consent.fromDate
}

/** An attempt that ends before the bank has let anybody in. */
const failNow = (step: Step, connection: Connection, errorClass: string): Answer => {
  const { world } = step.exchange
  const attempt = beginAttempt(world, connection, {
    origin: step.visit.kind,
    wish: step.visit.attempt,
    userPresent: true,
    asksCode: false,
    failWith: errorClass,
  })
  if (attempt.failAt === null) failAttempt(world, attempt, errorClass)
  return leave(step, errorClass)
}

const isTaken = (step: Step, bank: Bank, login: string): boolean =>
  step.visit.kind === 'connect' &&
  sameLogin(step.exchange.world, { customerId: step.visit.customerId, bankId: bank.id, login })

const isBusy = (world: World, connection: Connection): boolean => {
  const attempt = newestAttempt(world, connection)
  return attempt !== undefined && !isFinished(attempt)
}

const logIn = (step: Step, bank: Bank): Answer => {
  const { world } = step.exchange
  const { visit, form } = step
  const login = form.get('login') || 'username'
  visit.ticked = form.getAll('accounts').filter((id) => bank.accounts.has(id))
  if (isTaken(step, bank, login)) {
    tellFailure(step, 'ConnectionDuplicated')
    return leave(step, 'ConnectionDuplicated')
  }
  const known = connectionIn(step)
  if (known !== undefined && isBusy(world, known)) return leave(step, 'ConnectionAlreadyProcessing')
  const connection = known ?? openConnection(world, visit, { bank, login })
  visit.connectionId = connection.id
  const failure = loginFailure(step, behaviourOf(bank).mode)
  if (failure !== null) return failNow(step, connection, failure)
  return begin(step, connection).waitsForCode || behaviourOf(bank).interactive
    ? codePage(visit)
    : leave(step, null)
}

const codeFailure = ({ form }: Step): string | null => {
  const decision = form.get('decision')
  if (decision === 'timeout') return 'InteractiveAdapterTimeout'
  if (decision === 'wrong-code') return 'InvalidInteractiveCredentials'
  if (decision === 'ok') return null
  return form.get('sms') === rightCode ? null : 'InvalidInteractiveCredentials'
}

const typeCode = (step: Step, attempt: Attempt): Answer => {
  const { world } = step.exchange
  const failure = codeFailure(step)
  if (failure !== null) {
    failAttempt(world, attempt, failure)
    return leave(step, failure)
  }
  const connection = connectionIn(step)
  if (connection !== undefined) agree(step, connection)
  attempt.consentId = connection?.consentId ?? null
  passCode(world, attempt)
  return leave(step, null)
}

/** The page that fits where the person has got to. */
const show = (step: Step): Answer => {
  const { world, query } = step.exchange
  const { visit } = step
  if (waitingAttempt(step) !== undefined) return codePage(visit)
  const bank = world.banks.get(visit.bankId ?? '')
  if (bank === undefined) return choicePage(world, visit, query.get('search') ?? '')
  return loginPage({ visit, bank, mode: behaviourOf(bank).mode })
}

/** A bank that was chosen on the page. */
const choose = ({ exchange: { world }, visit, form }: Step): void => {
  const code = form.get('provider')
  if (code === null || visit.bankId !== null) return
  const bankId = entryByCode(world, code)?.bankId
  if (bankId !== undefined) visit.bankId = bankOfEntry(world, 'saltedge', bankId)?.id ?? null
}

const decide = (step: Step): Answer => {
  const { world } = step.exchange
  const { visit, form } = step
  choose(step)
  world.changed()
  const decision = form.get('decision') ?? 'choose'
  if (decision === 'close') return plainPage(200, 'Closed', 'The person has closed the tab.')
  if (decision === 'deny') return deny(step)
  const attempt = waitingAttempt(step)
  if (attempt !== undefined) return typeCode(step, attempt)
  const bank = world.banks.get(visit.bankId ?? '')
  return bank === undefined || decision === 'choose' ? show(step) : logIn(step, bank)
}

const visiting =
  (run: (step: Step) => Answer) =>
  (exchange: Exchange): Answer => {
    const { state, world, query, body } = exchange
    const visit = state.visits[query.get('token') ?? '']
    if (visit === undefined) return plainPage(404, 'This link does not work', 'No such page.')
    if (visit.isOver) return plainPage(410, 'This link was used', 'Go back to where you came from.')
    if (visit.expiresMs <= world.clock.now())
      return plainPage(410, 'This link has expired', 'Go back to where you came from.')
    return run({ exchange, visit, form: new URLSearchParams(body) })
  }

export const visitRoutes: Route[] = [
  forAnyone(['GET', '/connect', 'page'], visiting(show)),
  forAnyone(['POST', '/connect', 'page'], visiting(decide)),
]
