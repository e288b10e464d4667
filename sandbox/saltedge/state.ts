/** What Salt Edge's side knows while it runs: plain JSON only, so that it survives a restart of the sandbox. */

export interface Customer {
  id: string
  identifier: string
  createdAt: string
}

export interface HeldAccount {
  id: string
  /** Number of this account among all that were given out; the ids of its lines are made of it. */
  number: number
  bankAccountId: string
  createdAt: string
  /** The last attempt refreshed it. */
  refreshed: boolean
  /** Ids at the bank of the lines that Salt Edge takes for duplicates. */
  duplicates: string[]
}

export interface Consent {
  id: string
  connectionId: string
  customerId: string
  scopes: string[]
  fromDate: string
  toDate: string | null
  periodDays: number
  createdAt: string
  expiresAt: string
  revokedAt: string | null
  revokeReason: string | null
}

export interface Stage {
  id: string
  name: string
  at: string
}

export interface Attempt {
  id: string
  connectionId: string
  origin: 'connect' | 'reconnect' | 'refresh' | 'background' | 'automatic'
  automaticFetch: boolean
  userPresent: boolean
  interactive: boolean
  partial: boolean
  wish: AttemptWish
  consentId: string | null
  startedMs: number
  updatedMs: number
  stepMs: number
  stages: Stage[]
  /** Stages to come. */
  plan: string[]
  /** When the next stage begins, or when a code comes too late. */
  dueMs: number
  waitsForCode: boolean
  /** Class with which it will end; null is a success. */
  failWith: string | null
  successAt: string | null
  failAt: string | null
  failClass: string | null
}

export type UnduplicationStrategy = 'mark_as_pending' | 'mark_as_duplicate' | 'delete_duplicated'

/** What a caller said about an attempt. */
export interface AttemptWish {
  fetchScopes: string[]
  fromDate: string | null
  toDate: string | null
  customFields: Record<string, unknown>
  storeCredentials: boolean | null
  strategy: UnduplicationStrategy | null
  returnTo: string | null
}

export interface ConsentWish {
  scopes: string[]
  fromDate: string
  toDate: string | null
  periodDays: number | null
}

export interface Connection {
  id: string
  customerId: string
  bankId: string
  /** What the person logged in with; the same login twice is a duplicate. */
  login: string
  createdAt: string
  updatedAt: string
  disabled: boolean
  automaticRefresh: boolean
  storeCredentials: boolean
  categorization: string
  strategy: UnduplicationStrategy
  consentId: string | null
  /** Ids of its attempts, the newest last. */
  attemptIds: string[]
  /** Bank accounts that the person ticked. */
  ticked: string[]
  accounts: HeldAccount[]
  linesFrom: string
  readable: 'nothing' | 'recent' | 'all'
  refreshes: number
  /** Starts of refreshes without a person. */
  backgroundStartsMs: number[]
  succeededMs: number | null
}

/** One visit of a person to the hosted page, before and while it happens. */
export interface Visit {
  token: string
  kind: 'connect' | 'reconnect' | 'refresh'
  customerId: string
  connectionId: string | null
  bankId: string | null
  /** Null for a plain refresh. */
  consent: ConsentWish | null
  attempt: AttemptWish
  returnConnectionId: boolean
  returnErrorClass: boolean
  automaticRefresh: boolean
  categorization: string
  includeSandboxes: boolean
  /** Ids at the bank of the accounts that the person ticked; empty = all, or those of before. */
  ticked: string[]
  expiresMs: number
  isOver: boolean
}

export const callbackTypes = [
  'success',
  'failure',
  'notify',
  'destroy',
  'provider',
  'service',
] as const
export type CallbackType = (typeof callbackTypes)[number]

/** PEM texts: ours to sign callbacks with, and a pair of the client for tests and demos. */
export interface Keys {
  callbackPrivateKey: string
  callbackPublicKey: string
  clientPrivateKey: string
  clientPublicKey: string
}

export interface SaltEdgeState {
  /** Callbacks go to this address with their type behind it, unless they have one of their own. */
  webhookUrl: string | null
  callbackUrls: Partial<Record<CallbackType, string>>
  appId: string
  secret: string
  checkSignatures: boolean
  /** The client's key as uploaded to the dashboard; null takes the generated one. */
  clientPublicKey: string | null
  /** Connections that may be processing at once. */
  processingMax: number
  keys: Keys | null
  issued: number
  customers: Record<string, Customer>
  connections: Record<string, Connection>
  consents: Record<string, Consent>
  attempts: Record<string, Attempt>
  visits: Record<string, Visit>
  /** When Salt Edge refreshes by itself the next time. */
  nextOwnRunMs: number | null
}

/** The state of a Salt Edge where nobody has linked anything. */
export const freshSaltEdge = (): SaltEdgeState => ({
  webhookUrl: null,
  callbackUrls: {},
  appId: 'sandbox-app-id',
  secret: 'sandbox-secret',
  checkSignatures: true,
  clientPublicKey: null,
  processingMax: 1000,
  keys: null,
  issued: 0,
  customers: {},
  connections: {},
  consents: {},
  attempts: {},
  visits: {},
  nextOwnRunMs: null,
})

const idKinds = {
  customer: 70n,
  connection: 80n,
  attempt: 85n,
  consent: 86n,
  account: 90n,
  line: 95n,
  stage: 12n,
}

const room = 10n ** 16n

/** An id of Salt Edge's form: decimal text far beyond 2^53. */
export const wireId = (kind: keyof typeof idKinds, number: bigint): string =>
  (idKinds[kind] * room + number).toString()

/** The next id of a kind. */
export const nextWireId = (state: SaltEdgeState, kind: keyof typeof idKinds): string => {
  state.issued += 1
  return wireId(kind, BigInt(state.issued))
}
