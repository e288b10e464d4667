/** Connections through the API: linked, read, refreshed, answered, changed and removed. */
import { z } from 'zod'
import { json } from '../http.ts'
import {
  connectionDetailJson,
  connectionJson,
  isRealTimeMfa,
  preferencesJson,
} from './connection-json.ts'
import { connectionsOf, findConnection, removeConnection, siteOf } from './connections.ts'
import { consentOf } from './consents.ts'
import type { Caller, Exchange, Route } from './exchange.ts'
import {
  bodyOf,
  forUser,
  idIn,
  idsOf,
  invalidValue,
  listed,
  noContent,
  Refusal,
} from './exchange.ts'
import { demandLogin, demandRefreshable, isLoginRight, link, refresh, submit } from './linking.ts'
import type { Answers } from './login-forms.ts'
import { loginForm } from './login-forms.ts'
import { noteAutoRefresh } from './notices.ts'
import type { Site } from './sites.ts'
import { siteToLink } from './sites.ts'
import type { YodleeConnection } from './state.ts'

const fieldShape = z.object({ id: z.string(), value: z.string().max(2000).optional() })
const formShape = z.object({ row: z.array(z.object({ field: z.array(fieldShape) })) })
const preferencesShape = z.object({
  isAutoRefreshEnabled: z.boolean().optional(),
  isDataExtractsEnabled: z.boolean().optional(),
})
const daysShape = z.object({
  attribute: z.array(
    z.object({
      containerAttributes: z
        .object({ BANK: z.object({ numberOfTransactionDays: z.number().int() }).optional() })
        .optional(),
    }),
  ),
})
const requestShape = z.object({
  field: z.array(fieldShape).optional(),
  loginForm: z.union([formShape, z.array(formShape)]).optional(),
  preferences: preferencesShape.optional(),
  dataset: z.array(daysShape).optional(),
  consentId: z.number().int().optional(),
})

type Request = z.infer<typeof requestShape>

const answersOf = ({ field, loginForm: form }: Request): Answers => {
  const forms = form === undefined ? [] : [form].flat()
  const inForms = forms.flatMap(({ row }) => row.flatMap((each) => each.field))
  return new Map([...inForms, ...(field ?? [])].map(({ id, value }) => [id, value ?? '']))
}

/** The connection with this id; throws Y800. */
const connectionWith = ({ world }: Exchange, loginName: string, id: number): YodleeConnection => {
  const connection = findConnection(world, loginName, id)
  if (connection === null) throw invalidValue('providerAccountId')
  return connection
}

const daysIn = ({ dataset }: Request): number | null =>
  dataset?.[0]?.attribute[0]?.containerAttributes?.BANK?.numberOfTransactionDays ?? null

const consentFor = (exchange: Exchange, site: Site, { loginName }: Caller) => {
  const request = bodyOf(exchange, requestShape)
  if (site.script.consent === null || request.consentId === undefined)
    throw new Refusal('Y823', 'This provider is linked on its own page only')
  const consent = consentOf(exchange.world, loginName, request.consentId)
  const code = answersOf(request).get('authorizationCode')
  if (code === undefined) throw new Refusal('Y803', 'Required field/value - authorizationCode')
  if (consent.code === null || consent.code !== code) throw invalidValue('authorizationCode')
  consent.code = null
  return consent
}

const add = (exchange: Exchange, caller: Caller) => {
  const { world } = exchange
  const [providerId] = idsOf(exchange, 'providerId', 1) ?? []
  const site = providerId === undefined ? null : siteToLink(world, providerId)
  if (site === null || site.status === 'Unsupported') throw invalidValue('providerId')
  const request = bodyOf(exchange, requestShape)
  const answers = answersOf(request)
  const consent = site.authType === 'OAUTH' ? consentFor(exchange, site, caller) : null
  if (consent === null) demandLogin(site, answers)
  const connection = link(world, site, {
    loginName: caller.loginName,
    loginRight: consent !== null || isLoginRight(site, answers),
    consent,
    chosen: consent?.chosen ?? null,
    historyDays: daysIn(request),
    ...request.preferences,
  })
  return json(200, { providerAccount: [connectionJson(world, connection)] })
}

const list = (exchange: Exchange, { loginName }: Caller) => {
  const { world, query } = exchange
  const providerIds = idsOf(exchange, 'providerIds')
  const withPreferences = query.get('include')?.split(',').includes('preferences') ?? false
  const found = connectionsOf(world, loginName).filter(
    ({ providerId }) => providerIds?.includes(providerId) ?? true,
  )
  return listed(
    'providerAccount',
    found.map((connection) => ({
      ...connectionJson(world, connection),
      isRealTimeMFA: isRealTimeMfa(world, connection),
      ...(withPreferences ? preferencesJson(connection) : {}),
    })),
  )
}

/** The login's form with what Yodlee knows of it; throws Y816 where questions cannot be stored. */
const storedForm = ({ world, query }: Exchange, connection: YodleeConnection): object => {
  const include = query.get('include')?.split(',') ?? []
  const site = siteOf(world, connection)
  if (site === null) return {}
  if (include.includes('questions') && !site.mfa.some(({ ask }) => ask === 'questions'))
    throw new Refusal('Y816', 'Questions are not applicable to this provider account')
  if (!include.includes('credentials') || site.authType === 'OAUTH') return {}
  return { loginForm: [loginForm(site, site.script.login?.user ?? 'person')] }
}

const show = (exchange: Exchange, { loginName }: Caller) => {
  const { world, query } = exchange
  const connection = connectionWith(exchange, loginName, idIn(exchange, 'id'))
  const requestId = query.get('requestId')
  if (requestId !== null && !/^[0-9a-f]{32}$/.test(requestId)) throw invalidValue('requestId')
  return json(200, {
    providerAccount: [
      {
        ...connectionDetailJson(world, connection),
        ...storedForm(exchange, connection),
        ...(query.get('include')?.includes('preferences') ? preferencesJson(connection) : {}),
      },
    ],
  })
}

const eligible = (exchange: Exchange, connection: YodleeConnection): boolean => {
  try {
    demandRefreshable(exchange.world, connection)
    return true
  } catch (error) {
    if (error instanceof Refusal) return false
    throw error
  }
}

const updateAll = (exchange: Exchange, { loginName }: Caller, ids: number[] | null) => {
  const { world } = exchange
  const wanted =
    ids === null
      ? connectionsOf(world, loginName).filter((connection) => eligible(exchange, connection))
      : ids.map((id) => connectionWith(exchange, loginName, id))
  for (const connection of wanted) refresh(world, connection)
  return wanted
}

const update = (exchange: Exchange, caller: Caller) => {
  const { world, body } = exchange
  const ids = idsOf(exchange, 'providerAccountIds')
  const answers = answersOf(bodyOf(exchange, requestShape))
  if (body.trim() !== '' && answers.size > 0 && ids?.length !== 1)
    throw new Refusal('Y805', 'Multiple providerAccountIds are not supported with credentials')
  const wanted =
    answers.size === 0
      ? updateAll(exchange, caller, ids)
      : (ids ?? []).map((id) => connectionWith(exchange, caller.loginName, id))
  if (answers.size > 0) for (const connection of wanted) submit(world, connection, answers)
  return json(200, {
    providerAccount: wanted.map((connection) => connectionDetailJson(world, connection)),
  })
}

const refreshShape = z.object({
  configName: z.string(),
  providerAccountIds: z.array(z.number().int()).min(1).max(100),
})

const refreshMany = (exchange: Exchange, { loginName }: Caller) => {
  const { world } = exchange
  const wish = bodyOf(exchange, refreshShape)
  if (wish.configName !== world.yodlee.settings.configName) throw invalidValue('configName')
  const wanted = wish.providerAccountIds.map((id) => connectionWith(exchange, loginName, id))
  if (wanted.some((connection) => isRealTimeMfa(world, connection)))
    throw new Refusal('Y823', 'Service not applicable to accounts that need MFA')
  for (const connection of wanted) demandRefreshable(world, connection)
  for (const connection of wanted) refresh(world, connection)
  return json(201, {
    statusLink: wanted.map(({ id, requestId }) => ({
      methodType: 'GET',
      rel: 'getRefreshStatus',
      href: `providerAccounts/${String(id)}?requestId=${requestId}`,
    })),
  })
}

const prefer = (exchange: Exchange, { loginName }: Caller) => {
  const connection = connectionWith(exchange, loginName, idIn(exchange, 'id'))
  const { preferences } = bodyOf(exchange, z.object({ preferences: preferencesShape }))
  const before = connection.isAutoRefreshEnabled
  connection.isAutoRefreshEnabled = preferences.isAutoRefreshEnabled ?? before
  connection.isDataExtractsEnabled =
    preferences.isDataExtractsEnabled ?? connection.isDataExtractsEnabled
  if (before !== connection.isAutoRefreshEnabled) noteAutoRefresh(exchange.world, connection)
  exchange.world.changed()
  return noContent()
}

const remove = (exchange: Exchange, { loginName }: Caller) => {
  const connection = connectionWith(exchange, loginName, idIn(exchange, 'id'))
  if (connection.additionalStatus === 'MIGRATION_IN_PROGRESS')
    throw new Refusal('Y868', 'The provider account is being migrated')
  removeConnection(exchange.world, connection)
  return noContent()
}

export const providerAccountRoutes: Route[] = [
  forUser(['GET', '/providerAccounts', 'provider-accounts'], list),
  forUser(['POST', '/providerAccounts', 'provider-accounts-add'], add),
  forUser(['PUT', '/providerAccounts', 'provider-accounts-update'], update),
  forUser(['PUT', '/providerAccounts/refresh', 'provider-accounts-refresh'], refreshMany),
  forUser(['GET', '/providerAccounts/:id', 'provider-account'], show),
  forUser(['DELETE', '/providerAccounts/:id', 'provider-account-remove'], remove),
  forUser(['PUT', '/providerAccounts/:id/preferences', 'preferences'], prefer),
]
