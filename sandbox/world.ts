/** Everything the sandbox knows while it runs. */
import type { Bank, BankAccount, SyncFailure } from './bank.ts'
import type { CatalogueChanges } from './catalogue.ts'
import type { Clock } from './clock.ts'
import type { Faults } from './faults.ts'
import type { Observer } from './observe.ts'
import type { RequestLog } from './request-log.ts'
import { seededToken, seededUuid } from './seeded.ts'
import type { SideStates, sides } from './sides.ts'

export interface Settings {
  seed: string
  clientId: string
  clientSecret: string
  applicationId: string
  issuer: string
  webhookUrl: string | null
  defaultSyncMs: number
  accessTokenSeconds: number
  refreshTokenDays: number
  /** What an old refresh token does: it is refused, or the whole grant is revoked with it. */
  refreshReuse: 'refuse' | 'revoke'
  /** How much time there must be between two synchronizations of one kind that a person asks for. */
  synchronizationGapMs: number
  /** How many generated institutions stand behind the banks of this world. */
  catalogueSize: number
}

/** What one organization may read of one account, and until when. */
export interface LinkedAccount {
  id: string
  bankId: string
  bankAccountId: string
  linkedAt: string
  authorizedAt: string
  expiresAt: string
  lastReadAt: string | null
  synchronizedAt: string
  /** Up to when the changes of lines were part of a synchronization. */
  linesSeenMs: number
  latestSynchronizationId: string
}

export interface Organization {
  id: string
  name: string
  integrationId: string
  createdAt: string
  onboardingComplete: boolean
  accounts: Map<string, LinkedAccount>
}

/** One consent given through OAuth; its refresh token changes at every use. */
export interface Grant {
  id: string
  organizationId: string
  scope: string
  refreshToken: string
  refreshExpiresMs: number
  usedTokens: string[]
}

export interface AccessToken {
  token: string
  /** Null for the token of the client itself. */
  organizationId: string | null
  grantId: string | null
  expiresMs: number
}

export interface AuthorizationCode {
  code: string
  organizationId: string
  redirectUri: string
  challenge: string
  scope: string
  expiresMs: number
}

export interface Synchronization {
  id: string
  organizationId: string
  accountId: string
  subtype: string
  status: 'pending' | 'running' | 'success' | 'error'
  errors: (SyncFailure & { id: string; at: string })[]
  /** Asked for by a person, not by Ponto's own schedule. */
  attended: boolean
  createdAt: string
  updatedAt: string
  durationMs: number
  idempotencyKey: string | null
  updatedIds: string[]
  updatedPendingIds: string[]
}

interface OnboardingDetails {
  id: string
  attributes: Record<string, unknown>
  usableUntilMs: number
}

export interface Reauthorization {
  id: string
  organizationId: string
  accountId: string
  redirectUri: string
  outcome: 'open' | 'approved' | 'denied'
}

/** Each side keeps what it knows under its own name. */
export interface World extends SideStates {
  sides: typeof sides
  settings: Settings
  clock: Clock
  faults: Faults
  log: RequestLog
  banks: Map<string, Bank>
  organizations: Map<string, Organization>
  codes: Map<string, AuthorizationCode>
  grants: Map<string, Grant>
  accessTokens: Map<string, AccessToken>
  onboardings: Map<string, OnboardingDetails>
  synchronizations: Map<string, Synchronization>
  reauthorizations: Map<string, Reauthorization>
  catalogue: CatalogueChanges
  /** When Ponto synchronizes by itself the next time. */
  nextOwnRunMs: number
  /** How many ids were given out so far. */
  issued: number
  /** Tells that something changed that must survive a restart. */
  changed: () => void
  /** Told of everything that goes over the wire; nothing is done with it unless a test listens. */
  observe: Observer
  /** Sends one of Ponto's events to whoever listens. */
  announce: (event: Announcement) => void
}

export interface Announcement {
  type: string
  organizationId: string
  accountId?: string
  synchronizationId?: string
  attributes?: Record<string, unknown>
}

/** The next id of a kind; the same for the same seed and the same order of events. */
export const nextId = (world: World, kind: string): string => {
  world.issued += 1
  return seededUuid(world.settings.seed, kind, world.issued)
}

/** The next opaque token. */
export const nextToken = (world: World): string => {
  world.issued += 1
  return `${seededToken(world.settings.seed, 'token', world.issued)}.${seededToken(world.settings.seed, 'proof', world.issued)}`
}

/** The bank and its account behind a linked account. */
export const accountBehind = (
  world: World,
  { bankId, bankAccountId }: LinkedAccount,
): { bank: Bank; account: BankAccount } | null => {
  const bank = world.banks.get(bankId)
  const account = bank?.accounts.get(bankAccountId)
  return bank === undefined || account === undefined ? null : { bank, account }
}
