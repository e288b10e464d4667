/** What a provider asks a person for in the middle of a refresh, in neutral words. */

/** One thing to type or to choose. */
export interface MfaField {
  /** Unique within its challenge; the answer comes back under it. */
  name: string
  /** The institution's own words, plain text of at most 200 characters. */
  label: string
  type: 'code' | 'text' | 'password' | 'choice'
  options?: { value: string; label: string }[]
  maxLength?: number
  isOptional?: boolean
}

/** `fields` = a form we show; `page` = only the provider's own page takes the answer, and a renewal flow leads to it. */
export type Challenge =
  | {
      kind: 'fields'
      fields: MfaField[]
      /** A picture to read from, such as a captcha: base64 of at most 200 KB, already checked to be what it says. */
      image?: { type: 'image/png' | 'image/jpeg' | 'image/gif'; base64: string }
      /** Instant after which the provider takes no answer. */
      expiresAt: string
      /** What the adapter needs to hand over the answer, such as the provider's form; kept encrypted, opaque. */
      keep: string
    }
  | { kind: 'page'; expiresAt: string }
