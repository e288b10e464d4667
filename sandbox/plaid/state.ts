/** What Plaid's side knows while it runs: plain JSON only, so that it survives a restart of the sandbox. */
export interface PlaidState {
  webhookUrl: string | null
}

/** The state of a Plaid where nobody has linked anything. */
export const freshPlaid = (): PlaidState => ({ webhookUrl: null })
