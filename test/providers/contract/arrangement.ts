/** What the contract needs of a provider's simulated side; one small file per provider gives it. */
import type {
  CallOptions,
  LinkCallback,
  LinkResult,
  Provider,
  ProviderSession,
  StartedLink,
} from '../../../activities/providers/provider.ts'
import type { Secret } from '../../../domain/secret.ts'
import type { Json } from '../../sandbox/client.ts'

/** What a caller keeps of a connection. */
interface Kept {
  secrets: Secret<string>
}

/** Cases that not every provider can show. */
export type Case =
  | 'abandon'
  | 'relink'
  | 'readiness'
  | 'pending'
  | 'removal'
  | 'correction'
  | 'refresh'
  | 'consent'
  | 'revoked'
  | 'account gone'
  | 'wrong keys'
  | 'long ids'
  | 'exponents'
  | 'words'

export interface Arrangement {
  name: string
  provider: Provider
  /** The same provider with keys that nobody gave out. */
  strangerWithKeys: () => Provider
  sim: (method: string, path: string, body?: unknown) => Promise<Json>
  /** Names of faults' endpoints: of lines, of what `status` asks first, of a refresh. */
  endpoints: { lines: string; status: string; refresh: string }
  /** A code that nobody knows, in a form that means "our request was wrong". */
  unknownCode: { status: number; code: string }
  /** What a connection that was removed there is: gone, or a login that a person can give again. */
  removedIs: 'connection_gone' | 'credentials_invalid'
  /** Whether open lines are shown with the booked ones; else nobody counts them. */
  countsPending: boolean
  /** A bank that may be refreshed whatever our own clock says, in the sandbox's words. */
  unpaced: object
  /** How a 429 looks. */
  rateLimited: { status: number; code?: string }
  begin: (bank: string) => Promise<StartedLink>
  /** A person at the provider's page; returns with what the browser brings back. */
  decide: (url: string, decision: 'approve' | 'deny') => Promise<LinkCallback>
  /** Asks until the flow is not pending any more; the provider's time passes meanwhile. */
  complete: (flow: Secret<string>, callback: LinkCallback) => Promise<LinkResult>
  open: (kept: Kept, more?: Partial<CallOptions>) => ProviderSession
  /** Lets the provider see what the bank has, as its own refresh or ours would. */
  settle: (kept: Kept) => Promise<void>
  /** Takes something away at the provider. */
  drop: (what: 'consent' | 'connection' | 'account', held: Held) => Promise<void>
  /** Members of the answer with lines whose words are open. */
  openWords: Record<string, string>
  /** A bank that is there already, where nobody can make one; `sim` then skips the case that calls it. */
  liveBank?: string
  /** Why a case cannot be shown here; everything else must be. */
  cannot: Partial<Record<Case, string>>
  /** What went over the wire in either direction and is not as the provider describes it. */
  problems: () => readonly string[]
  stop: () => Promise<void>
}

export interface Held {
  kept: Kept
  providerConnectionId: string
  providerAccountId: string
}
