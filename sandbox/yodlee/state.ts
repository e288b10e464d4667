/** What Yodlee's side knows while it runs: plain JSON only, so that it survives a restart of the sandbox. */
import type { AdditionalStatus } from './script.ts'

export type ConnectionStatus =
  | 'LOGIN_IN_PROGRESS'
  | 'USER_INPUT_REQUIRED'
  | 'IN_PROGRESS'
  | 'PARTIAL_SUCCESS'
  | 'SUCCESS'
  | 'FAILED'
  | 'MIGRATION_IN_PROGRESS'

type AccountStatus = 'ACTIVE' | 'INACTIVE' | 'TO_BE_CLOSED' | 'CLOSED'

export interface YodleeUser {
  loginName: string
  id: number
}

interface YodleeToken {
  token: string
  loginName: string
  admin: boolean
  expiresMs: number
}

/** An account that a connection reaches, with Yodlee's own id. */
export interface YodleeAccount {
  id: number
  bankAccountId: string
  /** Place among the connection's accounts of the same container. */
  ordinal: number
  status: AccountStatus
  createdAt: string
  /** When a fresh balance was last asked for. */
  balanceAskedMs: number | null
}

/** A refresh under way. */
export interface YodleeRun {
  id: string
  kind: 'add' | 'edit' | 'refresh'
  phase: 'login' | 'input' | 'data' | 'summary'
  /** How many rounds of questions are answered. */
  round: number
  answeredWrong: boolean
  /** When the phase ends. */
  dueMs: number
}

/** What Yodlee calls a provider account. */
export interface YodleeConnection {
  id: number
  loginName: string
  providerId: number
  requestId: string
  status: ConnectionStatus
  additionalStatus: AdditionalStatus
  createdAt: string
  lastUpdatedAt: string | null
  lastAttemptAt: string
  loginRight: boolean
  isAutoRefreshEnabled: boolean
  isDataExtractsEnabled: boolean
  consentId: number | null
  /** Accounts of the bank that the person ticked; null takes all there are. */
  chosen: string[] | null
  accounts: YodleeAccount[]
  /** Accounts of the bank that were taken away and do not come back. */
  removed: string[]
  /** The last refresh was partial and left lines out. */
  hidesLines: boolean
  /** The first day of which lines are shown. */
  shownFrom: string
  /** What every refresh ends with until the person mends it. */
  broken: AdditionalStatus | null
  run: YodleeRun | null
}

export interface YodleeConsent {
  id: number
  loginName: string
  providerId: number
  connectionId: number | null
  status: 'CONSENT_GENERATED' | 'CONSENT_ACCEPTED' | 'ACTIVE' | 'EXPIRED' | 'REVOKED'
  scopes: string[]
  startedAt: string
  expiresAt: string
  renewedAt: string | null
  revokedAt: string | null
  /** What the bank's page gives to the person's browser; good for one connection. */
  code: string | null
  chosen: string[] | null
}

/** One opening of the FastLink page. */
export interface FastLinkSession {
  id: string
  loginName: string
  flow: 'add' | 'edit' | 'refresh'
  providerId: number | null
  connectionId: number | null
  /** The refresh that this opening of the page is about has begun. */
  begun: boolean
  left: boolean
  callback: string | null
  openedMs: number
  usedMs: number
}

/** Changes that wait for the next batch of events. */
export interface Batch {
  dueMs: number
  fromAt: string
  logins: string[]
  /** Connections whose automatic refresh was switched on or off. */
  connections: number[]
}

interface YodleeSettings {
  /** Users must be registered before they get a token. */
  preRegistration: boolean
  tokenSeconds: number
  configName: string
  /** The customer has bought the feed of changes. */
  dataExtracts: boolean
  /** The customer has bought fresh balances. */
  latestBalances: boolean
  /** Events go out as JSON, or as a form with the JSON under `payload`. */
  eventForm: 'json' | 'form'
  /** How long changes are gathered before they are told. */
  batchMs: number
}

export interface YodleeState {
  webhookUrl: string | null
  settings: YodleeSettings
  /** The last number given out as an id. */
  numbered: number
  users: Record<string, YodleeUser>
  tokens: Record<string, YodleeToken>
  connections: Record<string, YodleeConnection>
  consents: Record<string, YodleeConsent>
  sessions: Record<string, FastLinkSession>
  /** Event name → callback URL. */
  subscriptions: Record<string, string>
  batch: Batch | null
  nextNightMs: number | null
}

/** The state of a Yodlee where nobody has linked anything. */
export const freshYodlee = (): YodleeState => ({
  webhookUrl: null,
  settings: {
    preRegistration: false,
    tokenSeconds: 1799,
    configName: 'Aggregation',
    dataExtracts: true,
    latestBalances: true,
    eventForm: 'json',
    batchMs: 15 * 60 * 1000,
  },
  numbered: 10_000_000,
  users: {},
  tokens: {},
  connections: {},
  consents: {},
  sessions: {},
  subscriptions: {},
  batch: null,
  nextNightMs: null,
})
