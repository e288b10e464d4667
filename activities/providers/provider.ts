/** The neutral interface of a provider. An adapter never loops over pages, sleeps, retries, caches or stores. */
import type { ProviderAccount } from '../../domain/account.ts'
import type { Failure } from '../../domain/failure.ts'
import type { ProviderId } from '../../domain/ids.ts'
import type { Institution } from '../../domain/institution.ts'
import type { Challenge } from '../../domain/mfa.ts'
import type { Secret } from '../../domain/secret.ts'
import type { Line } from '../../domain/statement-line.ts'

/** What differs between providers, as data instead of missing methods. */
interface Capabilities {
  link: 'url' | 'form' | 'manual'
  mfa: 'url' | 'inline' | 'manual'
  /** The provider refreshes by itself, so that an unattended run only reads. */
  refreshesItself: boolean
  refreshAttended: boolean
  /** Unattended bank refreshes allowed per account in any rolling 24 hours; 0 = none. */
  refreshUnattendedPerDay: number
  needsPsuIp: boolean
  consent: 'connection' | 'account'
  /** Days before the last read that are read again; `known` must cover at least these. */
  rereadDays: number
  /**
   * The pages of one run may be invalidated half-way, so they are stored together; a `transient` failure with the reason
   * `pages_invalidated` asks for a new start from the run's first cursor, and any page may name removed lines.
   */
  pagesProvisional: boolean
  /** Days of history that a new link can reach; null where only the institution decides. */
  historyDaysMax: number | null
  offer: { price: string; renewalDays: number | null; supportSpeed: 'slow' | 'normal' | 'fast' }
}

/** One call to the provider, redacted: what support reads under a reference. */
export interface Exchange {
  method: string
  path: string
  status: number | null
  durationMs: number
  responseBytes: number
  providerRequestId?: string
  failureCode?: string
}

export interface CallOptions {
  signal: AbortSignal
  onExchange?: (exchange: Exchange) => void
}

export interface LinkRequest {
  /** Opaque value that comes back with the person; single use. */
  state: string
  /** Where the provider sends the person back to. */
  returnUrl: string
  providerInstitutionId?: string
  locale: 'en' | 'fr' | 'nl'
  /** Who the person belongs to at the provider: the tenant's id, the same for all its connections. */
  customerRef: string
  /** Where the provider's events are sent to; null where the provider cannot reach us. */
  webhookUrl: string | null
  /** Our own page of this flow, for a provider whose widget must be opened by a page of ours. */
  pageUrl: string
}

export interface StartedLink {
  url: string
  expiresAt: string
  /** What our own page needs to open the provider's widget, for a `url` that is `pageUrl`; kept encrypted. */
  page?: Secret<LinkPage>
  /** By which the provider's events name this flow before there is a connection; not a secret. */
  eventRef?: string
  /** What the adapter needs to finish the flow (PKCE verifier …); kept encrypted by the caller. */
  flow: Secret<string>
}

/** A widget that our own page opens: its script, the element's call and its parameters, with a token of minutes. */
interface LinkPage {
  widget: 'fastlink'
  scriptUrl: string
  parameters: Record<string, unknown>
}

/** Parameters with which the person came back, for example `{ code, state }`. */
export type LinkCallback = Record<string, string>

export type LinkResult =
  /** `flow` replaces the kept one where something was learned on the way, for example tokens already exchanged. */
  | { state: 'pending'; flow?: Secret<string> }
  | {
      state: 'linked'
      /** null = the stored ones stay (a renewal that issued no new ones). */
      secrets: Secret<string> | null
      providerConnectionId: string
      accounts: ProviderAccount[]
      consentExpiresAt: string | null
      /** Where the person chose the institution on the provider's page. */
      institution?: { providerInstitutionId: string; name: string }
    }
  | { state: 'exited' | 'expired'; failure?: Failure }

export interface ProviderStatus {
  /** With a `failure`: `failing` = nothing can be read until it is solved, else what is there is read and the failure told. */
  health: 'ok' | 'failing' | 'waiting'
  /** Read back, never computed; null where the provider names none. */
  consentExpiresAt: string | null
  unattendedAllowed: boolean
  lastBankRefreshAt: string | null
  accounts: (ProviderAccount & { failure?: Failure })[]
  failure?: Failure
}

export interface PullRequest {
  providerAccountId: string
  cursor: string | null
  /** Line key → booking day of the stored lines of the re-read window. */
  known: ReadonlyMap<string, string>
}

export interface Page {
  lines: Line[]
  /** Only with the last page of a run, unless the provider's pages are provisional. */
  removedLineKeys: string[]
  /** With `hasMore: true` a position inside this run, never stored; with `false` the cursor to store. */
  nextCursor: string
  hasMore: boolean
  readiness: 'not_ready' | 'recent' | 'full'
  /** Lines seen that are not booked yet. */
  pendingCount: number
}

export type RefreshStart =
  | { state: 'started' | 'joined'; ref: string }
  | Challenged
  /** Nothing is left to wait for. */
  | { state: 'done' }
  | { state: 'skipped'; reason: 'refreshes_itself' | 'too_recent' | 'not_offered'; until?: string }

export type RefreshProgress =
  | { state: 'running'; ref: string }
  | Challenged
  | { state: 'done' }
  | { state: 'failed'; failure: Failure }

/** The refresh waits for a person; `ref` goes on with it after the answer. */
export interface Challenged {
  state: 'challenge'
  ref: string
  challenge: Challenge
  /** The institution asks again because the last answer was wrong, not because it wants to know more. */
  afterWrongAnswer?: boolean
}

export interface MfaAnswer {
  ref: string
  /** `keep` of the challenge that is answered. */
  kept: Secret<string>
  /** Field name → what the person typed or chose. */
  answers: Secret<Record<string, string>>
}

export interface ProviderSession {
  /** The provider's own id of the connection, by which its webhooks name it. */
  providerConnectionId: string
  status(): Promise<ProviderStatus>
  pullLines(request: PullRequest): Promise<Page>
  /** Asks the bank for fresh data; `ref` is opaque and short, safe to keep in workflow state. */
  requestRefresh(
    mode: 'attended' | 'unattended',
    request: {
      providerAccountIds: string[]
      psu?: { ip: string; userAgent: string }
      idempotencyKey: string
    },
  ): Promise<RefreshStart>
  refreshProgress(
    ref: string,
    request: { psu?: { ip: string; userAgent: string }; idempotencyKey: string },
  ): Promise<RefreshProgress>
  /** Hands over an answer, once; whether it was right shows in `refreshProgress(ref)`: done, failed or a new challenge. */
  answerMfa(answer: MfaAnswer): Promise<{ ref: string }>
  /** `challenge` = the person solves on the provider's page what a refresh asked for (`kind: 'page'`). */
  beginRenewal(
    request: LinkRequest & { reason: 'expiring' | 'expired' | 'requested' | 'lost' | 'challenge' },
  ): Promise<StartedLink>
  /** Idempotent: "not found" is success. */
  revoke(): Promise<void>
}

export interface SessionOptions extends CallOptions {
  /** Claims the right to rotate and returns the freshest secrets; waits or throws `transient` while another holds it. */
  claimRotation: () => Promise<Secret<string>>
  /** Gives the claim back when nothing was rotated, so that the next attempt need not wait for its end. */
  releaseRotation?: () => Promise<void>
  /** Resolves once the new secrets are committed; only then may the token that came with them be used. */
  onSecretsRotated: (secrets: Secret<string>) => Promise<void>
}

/** Reason to look at a connection; the state is always read again, never taken from here. */
export interface ProviderEvent {
  kind:
    | 'lines_available'
    | 'balances_available'
    | 'failed'
    | 'repaired'
    | 'consent_expiring'
    | 'consent_renewed'
    | 'connection_gone'
    | 'account_gone'
    | 'accounts_changed'
    | 'link_finished'
    | 'mfa_waiting'
    | 'progress'
    | 'institution_changed'
    | 'ignored'
  /** Any of these finds the connection; `eventRef` is the one of its `StartedLink`. */
  providerConnectionId?: string
  providerAccountId?: string
  eventRef?: string
  /** For news that name only the person's side: all connections of the `LinkRequest` with this value are meant. */
  customerRef?: string
  at: string
  dedupeKey: string
}

export interface RawWebhook {
  headers: Readonly<Record<string, string | undefined>>
  body: Uint8Array
  url: string
}

/** What else the tenant links and has linked, where a provider's answer does not say of which flow it is. */
export interface OtherLinks {
  /** The provider's ids of the tenant's other connections. */
  held: readonly string[]
  /** Another flow to the same institution is open. */
  isLinking: boolean
}

export interface Provider {
  id: ProviderId
  name: string
  capabilities: Capabilities
  /** True while the provider's keys point to a test environment. */
  sandbox: boolean
  listInstitutions(
    page: string | null,
    options: CallOptions,
  ): Promise<{ institutions: Institution[]; nextPage: string | null }>
  beginLink(request: LinkRequest, options: CallOptions): Promise<StartedLink>
  /** `session` is open with the kept secrets when the flow renews a connection, else null. */
  completeLink(
    request: {
      flow: Secret<string>
      callback: Secret<LinkCallback>
      returnUrl: string
      session: ProviderSession | null
      others: OtherLinks
    },
    options: CallOptions,
  ): Promise<LinkResult>
  openSession(secrets: Secret<string>, options: SessionOptions): ProviderSession
  /** Throws `WebhookRefused` on a bad signature; never trusts the content beyond "look". */
  verifyWebhook(raw: RawWebhook, options: CallOptions & { nowMs: number }): Promise<ProviderEvent[]>
}

/** A provider call that did not work, with exactly one failure from the closed list. */
export class ProviderError extends Error {
  override readonly name = 'ProviderError'
  readonly failure: Failure

  constructor(failure: Failure, options?: { cause?: unknown }) {
    super(`${failure.code}${failure.providerCode ? ` (${failure.providerCode})` : ''}`, options)
    this.failure = failure
  }
}

/** A webhook whose signature, age or audience is wrong. */
export class WebhookRefused extends Error {
  override readonly name = 'WebhookRefused'
}
