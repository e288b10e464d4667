/** A connection as Yodlee writes it. */
import type { World } from '../world.ts'
import { siteOf } from './connections.ts'
import { instantOf } from './exchange.ts'
import type { LoginForm } from './login-forms.ts'
import { mfaForm } from './login-forms.ts'
import type { AdditionalStatus } from './script.ts'
import type { ConnectionStatus, YodleeConnection } from './state.ts'

const needsPerson = new Set<AdditionalStatus>([
  'CREDENTIALS_UPDATE_NEEDED',
  'INCORRECT_CREDENTIALS',
  'NEW_AUTHENTICATION_REQUIRED',
  'CONSENT_REQUIRED',
  'CONSENT_EXPIRED',
  'CONSENT_REVOKED',
  'INCORRECT_OAUTH_TOKEN',
])
const notSupported = new Set<AdditionalStatus>(['SITE_NOT_SUPPORTED', 'DATASET_NOT_SUPPORTED'])

/** Whether a refresh can be asked for, and how. */
export const eligibilityOf = ({ run, additionalStatus }: YodleeConnection) => {
  if (run !== null || notSupported.has(additionalStatus)) return 'DISALLOW_UPDATE'
  return needsPerson.has(additionalStatus) ? 'ALLOW_UPDATE_WITH_CREDENTIALS' : 'ALLOW_UPDATE'
}

const ends: Partial<Record<AdditionalStatus, ConnectionStatus>> = {
  AVAILABLE_DATA_RETRIEVED: 'SUCCESS',
  PARTIAL_DATA_RETRIEVED: 'PARTIAL_SUCCESS',
  MIGRATION_IN_PROGRESS: 'MIGRATION_IN_PROGRESS',
}

/** The status of the whole that follows from how the data set ended. */
export const statusAfter = (end: AdditionalStatus): ConnectionStatus => ends[end] ?? 'FAILED'

/** The data sets of a connection. */
export const datasetsOf = (connection: YodleeConnection) => [
  {
    name: 'BASIC_AGG_DATA',
    additionalStatus: connection.additionalStatus,
    updateEligibility: eligibilityOf(connection),
    ...(connection.lastUpdatedAt === null
      ? {}
      : { lastUpdated: instantOf(connection.lastUpdatedAt) }),
    lastUpdateAttempt: instantOf(connection.lastAttemptAt),
  },
]

/** What a connection waits for from the person. */
export const questionOf = (world: World, connection: YodleeConnection): LoginForm[] => {
  const { run } = connection
  const round = siteOf(world, connection)?.mfa[run?.round ?? 0]
  if (run?.phase !== 'input' || round === undefined) return []
  return [mfaForm(round, run.dueMs - world.clock.now())]
}

/** The fields that every form of a connection has. */
export const connectionJson = (world: World, connection: YodleeConnection) => ({
  id: connection.id,
  aggregationSource: 'USER',
  providerId: connection.providerId,
  requestId: connection.requestId,
  isManual: false,
  ...(connection.consentId === null ? {} : { consentId: connection.consentId }),
  authType: siteOf(world, connection)?.authType ?? 'CREDENTIALS',
  createdDate: connection.createdAt.slice(0, 10),
  ...(connection.lastUpdatedAt === null
    ? {}
    : { lastUpdated: instantOf(connection.lastUpdatedAt) }),
  status: connection.status,
  dataset: datasetsOf(connection),
})

/** The preferences, which are told only when they are asked for. */
export const preferencesJson = (connection: YodleeConnection) => ({
  preferences: {
    isAutoRefreshEnabled: connection.isAutoRefreshEnabled,
    isDataExtractsEnabled: connection.isDataExtractsEnabled,
  },
})

/** A connection with the question it waits for. */
export const connectionDetailJson = (world: World, connection: YodleeConnection) => {
  const form = questionOf(world, connection)
  return { ...connectionJson(world, connection), ...(form.length === 0 ? {} : { loginForm: form }) }
}

/** Tells whether the bank asks the person at every refresh. */
export const isRealTimeMfa = (world: World, connection: YodleeConnection): boolean => {
  const site = siteOf(world, connection)
  return site !== null && site.mfa.length > 0 && site.script.mfaAt === 'refresh'
}
