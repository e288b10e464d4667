/** A balance as reported, never computed; `booked` is the one that statements are proven with. */
export interface Balance {
  kind: 'booked' | 'interim' | 'available'
  amount: string
  currency: string
  /** Instant or calendar day the institution gave for it. */
  asOf: string
}

/** An account as a provider shows it within one connection. */
export interface ProviderAccount {
  providerAccountId: string
  /** IBAN or other number; masked where the provider masks it. */
  number?: string
  name: string
  type: string
  currency: string
  balances: Balance[]
  consentExpiresAt?: string
}
