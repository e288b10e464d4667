/** How a bank behaves at Plaid, where it differs from what all providers show. */
export interface PlaidScript {
  /** The bank can be chosen at Plaid. */
  offered: boolean
}

/** A bank that behaves well. */
export const standardPlaid: PlaidScript = { offered: true }
