/** What Yodlee's side knows while it runs: plain JSON only, so that it survives a restart of the sandbox. */
export interface YodleeState {
  webhookUrl: string | null
}

/** The state of a Yodlee where nobody has linked anything. */
export const freshYodlee = (): YodleeState => ({ webhookUrl: null })
