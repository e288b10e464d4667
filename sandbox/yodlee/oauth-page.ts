/** The bank's own page of an OAuth site: the person logs in, ticks accounts and approves or denies. */
import type { Answer } from '../http.ts'
import { redirect } from '../http.ts'
import { nextToken } from '../world.ts'
import type { Exchange, Route } from './exchange.ts'
import { forBrowser } from './exchange.ts'
import { enter, tickedIn } from './fastlink-page.ts'
import { FastLinkError, sessionWith, siteIn } from './fastlink-session.ts'
import { accountTicks, errorPage } from './fastlink-views.ts'
import { button, escapeHtml, field, form, page } from './page.ts'
import type { Site } from './sites.ts'
import { siteById } from './sites.ts'
import type { FastLinkSession, YodleeConsent } from './state.ts'

/** On whose behalf the person came: the page of FastLink, or an application with a consent. */
type Errand =
  | { site: Site; session: FastLinkSession; consent: null }
  | { site: Site; session: null; consent: YodleeConsent }

const unknown = new FastLinkError('E701', 'INVALID_PARAMETER_OR_VALUE', 'This link does not work.')

const errandOf = ({ world, query }: Exchange): Errand => {
  const sessionId = query.get('session')
  if (sessionId !== null) {
    const session = sessionWith(world, sessionId)
    const site = siteIn(world, session)
    if (site === null || site.authType !== 'OAUTH') throw unknown
    return { site, session, consent: null }
  }
  const consent = world.yodlee.consents[query.get('consentId') ?? '']
  const site = consent === undefined ? null : siteById(world, consent.providerId)
  if (consent === undefined || site === null) throw unknown
  return { site, session: null, consent }
}

const ask = ({ query }: Exchange, { site }: Errand, note = ''): Answer =>
  page(`Give access to ${site.name}`, {
    status: note === '' ? 200 : 400,
    content: `${note === '' ? '' : `<p role="alert">${escapeHtml(note)}</p>`}${form(
      `/oauth/authorize?${query.toString()}`,
      `${field('User name', { name: 'user', value: site.script.login?.user ?? 'person' })}
${field('Password', { name: 'password', type: 'password', value: site.script.login?.password ?? 'right' })}
${accountTicks(site)}
<p>${button('approve', 'Approve')} ${button('deny', 'Deny')}</p>`,
    )}`,
  })

const demandLogin = ({ script: { login } }: Site, said: URLSearchParams): void => {
  const [user, password] = [said.get('user'), said.get('password')]
  const right =
    login === null ? password !== 'wrong' : user === login.user && password === login.password
  if (!right) throw new RangeError('The name or the password is wrong.')
}

/** An application without FastLink gets a code, at its own address or on a page. */
const handOver = ({ world, query }: Exchange, consent: YodleeConsent, code: string): Answer => {
  consent.code = code
  world.changed()
  const target = query.get('redirect_uri')
  if (target === null)
    return page('Approved', { content: `<p>Your code: <code>${escapeHtml(code)}</code></p>` })
  const back = new URL(target)
  back.searchParams.set('code', code)
  back.searchParams.set('state', query.get('state') ?? '')
  return redirect(back.href)
}

const deny = ({ world, query }: Exchange, { session }: Errand): Answer => {
  if (session !== null) {
    session.left = true
    world.changed()
    return redirect(`/fastlink/sessions/${session.id}`)
  }
  const target = query.get('redirect_uri')
  if (target === null) return page('Denied', { content: '<p>Nothing was shared.</p>' })
  const back = new URL(target)
  back.searchParams.set('error', 'access_denied')
  return redirect(back.href)
}

const decide = (exchange: Exchange, errand: Errand): Answer => {
  const { world, body } = exchange
  const said = new URLSearchParams(body)
  if (said.get('decision') !== 'approve') return deny(exchange, errand)
  const { site, session, consent } = errand
  demandLogin(site, said)
  const chosen = tickedIn(said)
  if (session === null) {
    consent.chosen = chosen
    return handOver(exchange, consent, nextToken(world))
  }
  enter(world, session, { loginRight: true, chosen })
  world.changed()
  return redirect(`/fastlink/sessions/${session.id}`)
}

const guarded =
  (run: (exchange: Exchange, errand: Errand) => Answer): Route['run'] =>
  (exchange) => {
    try {
      const errand = errandOf(exchange)
      try {
        return run(exchange, errand)
      } catch (error) {
        if (error instanceof RangeError) return ask(exchange, errand, error.message)
        throw error
      }
    } catch (error) {
      if (!(error instanceof FastLinkError)) throw error
      const { code, title, message } = error
      return errorPage({ code, title, message, fnToCall: 'errorHandler' })
    }
  }

export const oauthRoutes: Route[] = [
  forBrowser(['GET', '/oauth/authorize', 'oauth-page'], guarded(ask)),
  forBrowser(['POST', '/oauth/authorize', 'oauth-page'], guarded(decide)),
]
