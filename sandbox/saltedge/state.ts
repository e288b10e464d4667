/** What Salt Edge's side knows while it runs: plain JSON only, so that it survives a restart of the sandbox. */
export interface SaltEdgeState {
  webhookUrl: string | null
}

/** The state of a Salt Edge where nobody has linked anything. */
export const freshSaltEdge = (): SaltEdgeState => ({ webhookUrl: null })
