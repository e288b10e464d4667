/** What went over the wire, whole and unmasked: for tests that hold it against the provider's own description. */
import type { ProviderName } from './sides.ts'

export interface Observed {
  provider: ProviderName
  /** `in` = a call to the provider and its answer, `out` = an event the provider sent. */
  direction: 'in' | 'out'
  method: string
  /** Without the query. */
  path: string
  query: string
  requestHeaders: Readonly<Record<string, string | string[] | undefined>>
  requestBody: string
  /** Null where no answer was sent. */
  status: number | null
  responseHeaders: Readonly<Record<string, string>>
  responseBody: string
  /** A scripted fault struck, so that the answer need not be as described. */
  faulty: boolean
}

export type Observer = (seen: Observed) => void
