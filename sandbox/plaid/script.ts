/** How a bank behaves at Plaid, where it differs from what all providers show. */
export interface PlaidScript {
  /** The bank can be chosen at Plaid. */
  offered: boolean
  /** What a person is asked after the right password; `none` leaves it to what the bank asks everywhere. */
  mfa: 'none' | 'device' | 'questions' | 'selections'
  /** Error code with which every login ends; null lets people in. */
  loginError: string | null
  /** Whether Plaid may read the bank without the person; a bank that forbids it everywhere forbids it here. */
  updateType: 'background' | 'user_present_required'
  /** `bank` takes the bank's consent days outside the US and Canada; `none` never ends. */
  consent: 'bank' | 'none'
  /** How long after the link nothing can be read at all. */
  initialAfterMs: number
  /** How long after the link only the last 30 days can be read. */
  historicalAfterMs: number
  /** What `/transactions/refresh` does: it works, the client has not bought it, or the bank cannot. */
  refresh: 'licensed' | 'unlicensed' | 'unsupported'
  /** Error code with which every update of an Item ends; a login error stays with the Item. */
  updateError: string | null
  /** At most so many rows on a page of `/transactions/sync`. */
  pageRows: number
  /** Removed rows stand on a page of their own, after the added ones. */
  removedApart: boolean
  /** A posted row names the pending one it came from. */
  matchesPending: boolean
  /** Every update mentions all known rows again as modified, without a change. */
  echoesModified: boolean
  /** How often the bank has moved: with each move it has another institution id. */
  moves: number
  /** Calls of `/transactions/sync` for one Item in a minute; null counts none. */
  syncsPerMinute: number | null
  health: 'HEALTHY' | 'DEGRADED' | 'DOWN'
}

/** A bank that behaves well. */
export const standardPlaid: PlaidScript = {
  offered: true,
  mfa: 'none',
  loginError: null,
  updateType: 'background',
  consent: 'bank',
  initialAfterMs: 0,
  historicalAfterMs: 0,
  refresh: 'licensed',
  updateError: null,
  pageRows: 500,
  removedApart: false,
  matchesPending: true,
  echoesModified: false,
  moves: 0,
  syncsPerMinute: 50,
  health: 'HEALTHY',
}

const scripted: Readonly<Record<string, Partial<PlaidScript>>> = {
  'Slow History Bank': { initialAfterMs: 5_000, historicalAfterMs: 60_000 },
  // its pages are more than one Item may ask for in a minute
  'Many Pages Bank': { syncsPerMinute: null },
}

/** What is special about a scripted bank at Plaid; nothing for a name that is not known. */
export const scriptPlaidFor = (bankName: string): Partial<PlaidScript> => scripted[bankName] ?? {}
