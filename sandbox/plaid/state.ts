/** What Plaid's side knows while it runs: plain JSON only, so that it survives a restart of the sandbox. */

/** An error that stays with an Item until the person repairs it. */
export interface ItemError {
  code: string
  reason: string | null
}

/** One change of one line in the order in which Plaid learned of it; its place in the log is its position. */
export interface LogEntry {
  /** The bank's own id of the account. */
  account: string
  line: string
  /** Of the account's ids at that time. */
  generation: number
  op: 'put' | 'remove'
  /** The row existed before this entry. */
  existed: boolean
}

/** What an Item reads of one account of its bank. */
export interface ItemAccount {
  /** Counts how often the account got new ids. */
  generation: number
  /** Line id → digest of the content that the log last told. */
  seen: Record<string, string>
  /** Position of the account's last entry in the log. */
  head: number
}

/** A connection: what a person gave access to. */
export interface Item {
  id: string
  accessToken: string
  bankId: string
  username: string
  webhook: string | null
  products: string[]
  daysRequested: number
  createdMs: number
  consentExpiresMs: number | null
  error: ItemError | null
  /** Removed by the client or revoked by the person; only the tombstone is left. */
  gone: boolean
  /** A first `/transactions/sync` was made; before it no update is announced. */
  armed: boolean
  phase: 'notReady' | 'initial' | 'historical'
  lastSuccessMs: number | null
  lastFailureMs: number | null
  /** Expiry for which the person was warned, and for which the end was told. */
  warnedOf: number | null
  endedOf: number | null
  accounts: Record<string, ItemAccount>
  log: LogEntry[]
  /** Endpoint → times of the calls within the last minute. */
  calls: Record<string, number[]>
}

interface LinkEvent {
  id: string
  name: string
  atMs: number
  metadata: Record<string, string>
}

/** Screens of the hosted page. */
export type LinkStep =
  | 'institution'
  | 'credentials'
  | 'device'
  | 'code'
  | 'questions'
  | 'selections'
  | 'accounts'
  | 'unsupported'
  | 'finished'

/** How many rounds of how many questions are asked, and which round is open. */
export interface Rounds {
  round: number
  rounds: number
  questions: number
  options: number
}

/** One visit of the hosted page. */
export interface LinkSession {
  id: string
  startedMs: number
  finishedMs: number | null
  step: LinkStep
  /** When the screen was shown; an answer may take five minutes. */
  shownMs: number
  bankId: string | null
  username: string
  rounds: Rounds | null
  /** Error code that the person saw last. */
  problem: string | null
  events: LinkEvent[]
  publicToken: string | null
  /** Accounts that were ticked; the bank's own ids. */
  accounts: string[]
  /** Why the person left, in Plaid's words. */
  exitStatus: string | null
}

/** One link token with the page behind it and the visits of that page. */
export interface LinkToken {
  /** Of the hosted page's address. */
  id: string
  token: string
  createdMs: number
  expiresMs: number
  hosted: boolean
  clientName: string
  language: string
  countryCodes: string[]
  products: string[]
  webhook: string | null
  redirectUri: string | null
  completionRedirectUri: string | null
  daysRequested: number
  /** The Item that update mode repairs; null for a new link. */
  itemId: string | null
  accountSelection: boolean
  sessions: LinkSession[]
}

export interface PublicToken {
  token: string
  itemId: string
  expiresMs: number
  /** Exchanged already, or of update mode, where nothing is to be exchanged. */
  used: boolean
}

/** A key that events are signed with. */
export interface SigningKey {
  kid: string
  privateJwk: Record<string, unknown>
  publicJwk: Record<string, unknown>
  createdMs: number
  expiredMs: number | null
}

/** What is wrong with an event on purpose. */
export interface EventFlaws {
  /** Seconds that the signature's time lies in the past. */
  ageSeconds?: number | undefined
  /** The body is changed after it was signed. */
  alteredBody?: boolean | undefined
  /** The signature is that of another key. */
  foreignKey?: boolean | undefined
  unknownKid?: boolean | undefined
  algorithm?: string | undefined
}

/** An event that was sent or will be. */
export interface PlaidEvent {
  id: string
  type: string
  code: string
  url: string | null
  body: string
  flaws: EventFlaws
  /** Of the last attempt; empty before it. */
  signature: string
  /** Status of the listener's last answer; null while not sent, 0 when it could not be reached. */
  status: number | null
  attempts: number
  /** When it is sent again; null when it arrived or was given up. */
  nextAttemptMs: number | null
}

export interface PlaidState {
  /** Where events go; null sends them to the address of the Item when that is on this machine. */
  webhookUrl: string | null
  /** By the id of the hosted page. */
  links: Record<string, LinkToken>
  items: Record<string, Item>
  publicTokens: Record<string, PublicToken>
  /** Oldest first; the last one signs. */
  keys: SigningKey[]
  events: PlaidEvent[]
  /** Ids of events that are kept back; null sends at once. */
  held: string[] | null
  /** Flaws of the next events, one after the other. */
  flaws: EventFlaws[]
  /** When Plaid updates all Items by itself the next time. */
  nextOwnRunMs: number | null
}

/** The state of a Plaid where nobody has linked anything. */
export const freshPlaid = (): PlaidState => ({
  webhookUrl: null,
  links: {},
  items: {},
  publicTokens: {},
  keys: [],
  events: [],
  held: null,
  flaws: [],
  nextOwnRunMs: null,
})
