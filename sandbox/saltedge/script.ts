/** How a bank behaves at Salt Edge, where it differs from what all providers show. */
export interface SaltEdgeScript {
  /** The bank can be chosen at Salt Edge. */
  offered: boolean
  /** Replaces the provider code that is made of the bank's name. */
  code: string | null
  mode: 'web' | 'oauth' | 'api'
  status: 'active' | 'inactive' | 'disabled'
  regulated: boolean
  /** False = every refresh needs the person. */
  automaticFetch: boolean
  optionalInteractivity: boolean
  /** The person types a code in the widget. */
  interactive: boolean
  /** A refresh without the person is asked for a code too, and waits for it. */
  interactiveOnRefresh: boolean
  /** Seconds that a code is waited for. */
  maxInteractiveDelay: number
  /** Minutes between two refreshes. */
  refreshTimeout: number
  /** Refreshes without a person in any 24 hours. */
  backgroundMax: number
  customPendingsPeriod: number
  /** Every second line booked within this many days is shown as pending, with the id it keeps when it is posted. */
  heldPendingDays: number
  /** At this refresh after the link the newest posted line is taken for a duplicate; null = never. */
  duplicateOnRefresh: number | null
  /** Error classes that the coming refreshes end with, one after the other; null is a success. */
  attemptOutcomes: (string | null)[]
  /** Error class of every refresh while no other outcome is scripted. */
  attemptFailure: string | null
  /** Attempts end with success but part of the accounts was not refreshed. */
  partial: boolean
  /** Connections are `inactive` although their last attempt succeeded. */
  inactiveAfterSuccess: boolean
  /** `next_refresh_possible_at` is always null. */
  hidesNextRefresh: boolean
  /** The person comes back without `connection_id`. */
  hidesConnectionId: boolean
  /** For so long a connection goes on showing the attempt before the newest one. */
  attemptShownAfterMs: number
  /** How long older lines take at the first fetch; null takes the bank's time of a synchronization. */
  fullHistoryMs: number | null
  /** Days that can be read before the older lines are there. */
  recentDays: number
  /** The most rows of a page, whatever is asked for. */
  pageSize: number
  /** Class of a code that came too late. */
  lateCodeClass: 'InteractiveTimeout' | 'InteractiveAdapterTimeout' | 'Unfinished'
  /** Spells the classes of consents with the prefix of older editions. */
  aispClasses: boolean
  /** The newest posted line tells the booked balance after it. */
  closingBalances: boolean
}

/** A bank that behaves well. */
export const standardSaltEdge: SaltEdgeScript = {
  offered: true,
  code: null,
  mode: 'web',
  status: 'active',
  regulated: true,
  automaticFetch: true,
  optionalInteractivity: false,
  interactive: false,
  interactiveOnRefresh: false,
  maxInteractiveDelay: 480,
  refreshTimeout: 60,
  backgroundMax: 4,
  customPendingsPeriod: 0,
  heldPendingDays: 0,
  duplicateOnRefresh: null,
  attemptOutcomes: [],
  attemptFailure: null,
  partial: false,
  inactiveAfterSuccess: false,
  hidesNextRefresh: false,
  hidesConnectionId: false,
  attemptShownAfterMs: 0,
  fullHistoryMs: null,
  recentDays: 30,
  pageSize: 1000,
  lateCodeClass: 'InteractiveTimeout',
  aispClasses: false,
  closingBalances: false,
}

const scripts: Record<string, Partial<SaltEdgeScript>> = {
  'Happy Bank': { closingBalances: true },
  'MFA Bank': { interactive: true, interactiveOnRefresh: true, optionalInteractivity: true },
  'Manual Bank': { interactive: true, automaticFetch: false, inactiveAfterSuccess: true },
  'Flaky Bank': { attemptOutcomes: ['ProviderError', 'ProviderError'] },
  'Slow History Bank': { fullHistoryMs: 120_000 },
  'Redirect Bank': { mode: 'oauth' },
  'Closed Bank': { status: 'disabled' },
  'Late Bank': { customPendingsPeriod: 7, heldPendingDays: 7 },
  'Double Bank': { duplicateOnRefresh: 2 },
}

/** What the shipped bank of this name shows at Salt Edge; nothing for a bank without a character. */
export const scriptSaltEdgeFor = (bankName: string): Partial<SaltEdgeScript> =>
  structuredClone(scripts[bankName] ?? {})
