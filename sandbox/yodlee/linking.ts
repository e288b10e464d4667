/** Links, edits and refreshes connections, whether through the API or on the FastLink page. */
import type { World } from '../world.ts'
import { beginRun, takeAnswers, takeLateAnswers } from './aggregation.ts'
import { openConnection } from './connections.ts'
import { activateConsent } from './consents.ts'
import { eligibilityOf } from './connection-json.ts'
import { Refusal } from './exchange.ts'
import type { Answers } from './login-forms.ts'
import { answersQuestion, loginFieldsOf } from './login-forms.ts'
import { siteOf } from './connections.ts'
import type { Site } from './sites.ts'
import type { YodleeConnection, YodleeConsent } from './state.ts'

/** Tells whether the login is right. */
export const isLoginRight = (site: Site, answers: Answers): boolean => {
  const fields = loginFieldsOf(site)
  const [user, password] = [answers.get(fields.user), answers.get(fields.password)]
  const { login } = site.script
  if (login === null) return password !== 'wrong'
  return user === login.user && password === login.password
}

/** Throws Y803 and Y800 unless the answers are those of the login's form. */
export const demandLogin = (site: Site, answers: Answers): void => {
  const { user, password } = loginFieldsOf(site)
  const strange = [...answers.keys()].find((id) => id !== user && id !== password)
  if (strange !== undefined) throw new Refusal('Y800', `Invalid value for field id ${strange}`)
  if (!answers.get(user) || !answers.get(password))
    throw new Refusal('Y803', 'Required field/value - field is missing in the provided input')
}

export interface NewLink {
  loginName: string
  loginRight: boolean
  chosen?: string[] | null
  consent?: YodleeConsent | null
  historyDays?: number | null
  isAutoRefreshEnabled?: boolean | undefined
  isDataExtractsEnabled?: boolean | undefined
}

/** Links a site: a new connection whose first refresh has begun. */
export const link = (world: World, site: Site, wish: NewLink): YodleeConnection => {
  const consent = wish.consent ?? null
  const connection = openConnection(world, {
    site,
    consent,
    loginName: wish.loginName,
    loginRight: wish.loginRight,
    chosen: wish.chosen ?? null,
    historyDays: wish.historyDays ?? null,
    isAutoRefreshEnabled: wish.isAutoRefreshEnabled ?? site.isAutoRefreshEnabled,
    isDataExtractsEnabled: wish.isDataExtractsEnabled ?? true,
  })
  if (consent !== null) activateConsent(world, consent)
  beginRun(world, connection, 'add')
  return connection
}

const updateNotAllowed = ({ id }: YodleeConnection, reason: string): Refusal =>
  new Refusal('Y825', `Update not allowed for providerAccountId ${String(id)}, reason: ${reason}`)

/** Throws Y825 while a refresh runs, where none is possible, and too soon after the last one. */
export const demandRefreshable = (world: World, connection: YodleeConnection): void => {
  if (connection.run !== null) throw updateNotAllowed(connection, 'IN_PROGRESS')
  if (eligibilityOf(connection) === 'DISALLOW_UPDATE')
    throw updateNotAllowed(connection, connection.additionalStatus)
  const gapMs = siteOf(world, connection)?.script.refreshGapMs ?? 0
  const goneMs = world.clock.now() - Date.parse(connection.lastAttemptAt)
  const succeeded = ['SUCCESS', 'PARTIAL_SUCCESS'].includes(connection.status)
  if (succeeded && goneMs < gapMs) throw updateNotAllowed(connection, 'REFRESHED_RECENTLY')
}

/** Refreshes a connection; throws Y825. */
export const refresh = (world: World, connection: YodleeConnection): void => {
  demandRefreshable(world, connection)
  beginRun(world, connection, 'refresh')
}

/** Takes what was typed: answers to a question, or another login. Throws Y825, Y803 and Y800. */
export const submit = (world: World, connection: YodleeConnection, answers: Answers): void => {
  const site = siteOf(world, connection)
  if (connection.run?.phase === 'input') return takeAnswers(world, connection, answers)
  if (connection.run !== null) throw updateNotAllowed(connection, 'IN_PROGRESS')
  if (answersQuestion(answers)) return takeLateAnswers(world, connection)
  if (site === null) throw new Refusal('Y800', 'Invalid value for providerId')
  demandLogin(site, answers)
  connection.loginRight = isLoginRight(site, answers)
  beginRun(world, connection, 'edit')
}
