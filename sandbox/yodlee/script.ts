/** How a bank behaves at Yodlee, where it differs from what all providers show. */
export interface YodleeScript {
  /** The bank can be chosen at Yodlee. */
  offered: boolean
}

/** A bank that behaves well. */
export const standardYodlee: YodleeScript = { offered: true }
