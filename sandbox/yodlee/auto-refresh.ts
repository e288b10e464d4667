/** Whether Yodlee refreshes a connection by itself, and why not. */
import type { World } from '../world.ts'
import { isRealTimeMfa } from './connection-json.ts'
import { siteOf } from './connections.ts'
import { instantOf } from './exchange.ts'
import type { AdditionalStatus } from './script.ts'
import type { YodleeConnection } from './state.ts'

type Reason =
  | 'SCHEDULED'
  | 'TEMP_ERROR'
  | 'SITE_BLOCKING'
  | 'SITE_NOT_SUPPORTED'
  | 'REAL_TIME_MFA_REQUIRED'
  | 'USER_ACTION_REQUIRED'
  | 'UNSUBSCRIBED'

const reasons: Partial<Record<AdditionalStatus, Reason>> = {
  LOGIN_IN_PROGRESS: 'SCHEDULED',
  DATA_RETRIEVAL_IN_PROGRESS: 'SCHEDULED',
  ACCT_SUMMARY_RECEIVED: 'SCHEDULED',
  AVAILABLE_DATA_RETRIEVED: 'SCHEDULED',
  PARTIAL_DATA_RETRIEVED: 'SCHEDULED',
  SITE_BLOCKING_ERROR: 'SITE_BLOCKING',
  SITE_NOT_SUPPORTED: 'SITE_NOT_SUPPORTED',
  DATASET_NOT_SUPPORTED: 'SITE_NOT_SUPPORTED',
  ACCOUNT_LOCKED: 'USER_ACTION_REQUIRED',
  ADDL_AUTHENTICATION_REQUIRED: 'USER_ACTION_REQUIRED',
  INVALID_ADDL_INFO_PROVIDED: 'USER_ACTION_REQUIRED',
  CREDENTIALS_UPDATE_NEEDED: 'USER_ACTION_REQUIRED',
  INCORRECT_CREDENTIALS: 'USER_ACTION_REQUIRED',
  USER_ACTION_NEEDED_AT_SITE: 'USER_ACTION_REQUIRED',
  NEW_AUTHENTICATION_REQUIRED: 'USER_ACTION_REQUIRED',
  ENROLLMENT_REQUIRED_FOR_DATASET: 'USER_ACTION_REQUIRED',
  CONSENT_REQUIRED: 'USER_ACTION_REQUIRED',
  CONSENT_EXPIRED: 'USER_ACTION_REQUIRED',
  CONSENT_REVOKED: 'USER_ACTION_REQUIRED',
  INCORRECT_OAUTH_TOKEN: 'USER_ACTION_REQUIRED',
}

/** Why a connection is refreshed by itself or not. */
export const autoRefreshReason = (world: World, connection: YodleeConnection): Reason => {
  if (isRealTimeMfa(world, connection)) return 'REAL_TIME_MFA_REQUIRED'
  const offered = siteOf(world, connection)?.isAutoRefreshEnabled ?? false
  if (!offered || !connection.isAutoRefreshEnabled) return 'UNSUBSCRIBED'
  return reasons[connection.additionalStatus] ?? 'TEMP_ERROR'
}

/** Tells whether Yodlee goes on refreshing by itself for this reason. */
export const refreshesItself = (reason: Reason): boolean =>
  ['SCHEDULED', 'TEMP_ERROR', 'SITE_BLOCKING'].includes(reason)

/** The field of an account that tells it. */
export const autoRefreshJson = (world: World, connection: YodleeConnection) => {
  const additionalStatus = autoRefreshReason(world, connection)
  return {
    status: refreshesItself(additionalStatus) ? 'ENABLED' : 'DISABLED',
    additionalStatus,
    asOfDate: instantOf(world.clock.now()),
  }
}
