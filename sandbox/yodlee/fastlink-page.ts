/** The FastLink page: plain forms for a person, or JSON for whoever asks for JSON. */
import type { Answer } from '../http.ts'
import { json, redirect } from '../http.ts'
import type { World } from '../world.ts'
import { activateConsent, openConsent } from './consents.ts'
import { beginRun } from './aggregation.ts'
import type { Exchange, Route } from './exchange.ts'
import { forBrowser, Refusal } from './exchange.ts'
import { fastLinkScript } from './fastlink-script.ts'
import type { View } from './fastlink-session.ts'
import {
  connectionIn,
  FastLinkError,
  openSession,
  sessionWith,
  siteIn,
  viewOf,
} from './fastlink-session.ts'
import { errorPage, viewPage } from './fastlink-views.ts'
import { isLoginRight, link, submit } from './linking.ts'
import { loginFieldsOf } from './login-forms.ts'
import type { Site } from './sites.ts'
import { siteById } from './sites.ts'
import type { FastLinkSession } from './state.ts'

const actionOf = ({ id }: FastLinkSession): string => `/fastlink/sessions/${id}`

const wantsJson = ({ headers }: Exchange): boolean =>
  headers.accept?.includes('application/json') ?? false

const plainView = (view: View): object => {
  switch (view.step) {
    case 'login':
    case 'bank':
      return {
        step: view.step,
        providerId: view.site.providerId,
        accounts: [...(view.site.bank?.accounts.keys() ?? [])],
      }
    case 'question':
      return { step: view.step, loginForm: view.forms }
    case 'choose':
    case 'wait':
    case 'left':
    case 'done':
      return view
  }
}

/** Back to the application, if it said where. */
const goBack = ({ callback }: FastLinkSession, view: View): Answer | null => {
  if (callback === null || (view.step !== 'done' && view.step !== 'left')) return null
  const target = new URL(callback)
  const told = view.step === 'done' ? view.result : { action: 'exit' }
  for (const [name, value] of Object.entries(told)) target.searchParams.set(name, String(value))
  return redirect(target.href)
}

const show = (exchange: Exchange, session: FastLinkSession, note = ''): Answer => {
  const { world, query } = exchange
  const view = viewOf(world, session)
  const action = actionOf(session)
  if (wantsJson(exchange)) return json(200, { action, note, ...plainView(view) })
  const search = query.get('search') ?? ''
  return goBack(session, view) ?? viewPage(world, { view, action, search, note })
}

/** The ticked accounts of the bank; nothing is the same as all of them. Throws where none is ticked. */
export const tickedIn = (said: URLSearchParams): string[] | null => {
  const ticked = said.getAll('accounts')
  if (ticked.length === 0 && said.has('tickable'))
    throw new RangeError('Tick at least one account.')
  return ticked.length === 0 ? null : ticked
}

interface Login {
  loginRight: boolean
  chosen: string[] | null
}

/** Links the chosen site, or begins the refresh of the connection that is edited. */
export const enter = (world: World, session: FastLinkSession, { loginRight, chosen }: Login) => {
  const site = siteIn(world, session)
  if (site === null) throw new RangeError('Choose a bank first.')
  const { loginName } = session
  const known = connectionIn(world, session)
  session.begun = true
  if (known === null) {
    const consent =
      site.script.consent === null
        ? null
        : openConsent(world, { loginName, providerId: site.providerId })
    session.connectionId = link(world, site, { loginName, loginRight, chosen, consent }).id
    return
  }
  const consent = world.yodlee.consents[String(known.consentId)]
  if (consent !== undefined && consent.status !== 'REVOKED') activateConsent(world, consent)
  known.loginRight = loginRight
  if (chosen !== null) known.chosen = chosen
  if (known.run === null) beginRun(world, known, 'edit')
}

const logIn = (world: World, session: FastLinkSession, said: URLSearchParams): void => {
  const site = siteIn(world, session)
  if (site === null || site.authType === 'OAUTH') return
  const chosen = tickedIn(said)
  const [user, password] = [said.get('user') ?? '', said.get('password') ?? '']
  if (user === '' || password === '') throw new RangeError('Type your name and your password.')
  const fields = loginFieldsOf(site)
  const answers = new Map([
    [fields.user, user],
    [fields.password, password],
  ])
  enter(world, session, { loginRight: isLoginRight(site, answers), chosen })
}

const chooseSite = (world: World, session: FastLinkSession, said: URLSearchParams): void => {
  const site: Site | null = siteById(world, Number(said.get('providerId') ?? ''))
  if (site === null || site.status === 'Unsupported') throw new RangeError('Choose a bank.')
  session.providerId = site.providerId
}

const answer = (world: World, session: FastLinkSession, said: URLSearchParams): void => {
  const connection = connectionIn(world, session)
  const typed = [...said].filter(([name]) => name !== 'decision')
  if (connection !== null) submit(world, connection, new Map(typed))
}

const decide = (exchange: Exchange, session: FastLinkSession): Answer => {
  const { world, body } = exchange
  const said = new URLSearchParams(body)
  const { step } = viewOf(world, session)
  const decision = said.get('decision')
  if (decision === 'deny') session.left = true
  else if (step === 'choose') chooseSite(world, session, said)
  else if (step === 'login') logIn(world, session, said)
  else if (step === 'question') answer(world, session, said)
  else if (step === 'bank') return redirect(`/oauth/authorize?session=${session.id}`)
  world.changed()
  // a browser that loads the page anew does not send the form again
  return wantsJson(exchange) ? show(exchange, session) : redirect(actionOf(session))
}

const guarded =
  (run: (exchange: Exchange) => Answer): Route['run'] =>
  (exchange) => {
    try {
      return run(exchange)
    } catch (error) {
      if (error instanceof FastLinkError) {
        const { code, title, message } = error
        const told = { code, title, message, fnToCall: 'errorHandler' }
        return wantsJson(exchange) ? json(400, told) : errorPage(told)
      }
      throw error
    }
  }

const inSession = (run: (exchange: Exchange, session: FastLinkSession) => Answer) =>
  guarded((exchange) => {
    const session = sessionWith(exchange.world, exchange.params['id'] ?? '')
    try {
      return run(exchange, session)
    } catch (error) {
      if (error instanceof RangeError || error instanceof Refusal)
        return { ...show(exchange, session, error.message), status: 400 }
      throw error
    }
  })

const open = guarded((exchange) => show(exchange, openSession(exchange)))

const scriptAnswer = (): Answer => ({
  status: 200,
  headers: { 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'no-store' },
  body: fastLinkScript,
})

/** Where the widget of FastLink is opened. */
const fastLinkPath = '/authenticate/restserver/fastlink'

export const fastLinkRoutes: Route[] = [
  forBrowser(['GET', '/fastlink/v4/initialize.js', 'fastlink-script'], scriptAnswer),
  forBrowser(['GET', fastLinkPath, 'fastlink'], open),
  forBrowser(['POST', fastLinkPath, 'fastlink'], open),
  forBrowser(['GET', '/fastlink/sessions/:id', 'fastlink-page'], inSession(show)),
  forBrowser(['POST', '/fastlink/sessions/:id', 'fastlink-page'], inSession(decide)),
]
