/** How a bank behaves at Salt Edge, where it differs from what all providers show. */
export interface SaltEdgeScript {
  /** The bank can be chosen at Salt Edge. */
  offered: boolean
}

/** A bank that behaves well. */
export const standardSaltEdge: SaltEdgeScript = { offered: true }
