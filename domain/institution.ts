/** One institution as one provider offers it. */
export interface Institution {
  providerInstitutionId: string
  name: string
  countries: string[]
  bic?: string
  website?: string
  logoUrl?: string
  beta: boolean
  mfa: 'none' | 'code' | 'page'
  unattended: boolean
  /** Days of history the institution gives; null where the provider does not say. */
  historyDays: number | null
  consentDays: number | null
  status: 'available' | 'maintenance' | 'withdrawn'
}
