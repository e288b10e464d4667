/** The parts of Ponto's answers that are used; everything else may be missing or new. Numbers are text (json.ts). */
import { z } from 'zod'

const text = z.string()
const optionalText = z.string().nullish()

const syncError = z.object({ code: text, detail: optionalText })

const latestSynchronization = z.object({
  id: text,
  attributes: z.object({
    status: text,
    subtype: optionalText,
    updatedAt: optionalText,
    errors: z.array(syncError).nullish(),
  }),
})

const institutionRelation = z.object({ data: z.object({ id: text }).nullish() }).nullish()

const accountResource = z.object({
  id: text,
  attributes: z.object({
    subtype: optionalText,
    referenceType: optionalText,
    reference: optionalText,
    product: optionalText,
    description: optionalText,
    holderName: optionalText,
    currency: text,
    currentBalance: optionalText,
    currentBalanceReferenceDate: optionalText,
    availableBalance: optionalText,
    availableBalanceReferenceDate: optionalText,
    deprecated: z.boolean().nullish(),
    authorizationExpirationExpectedAt: optionalText,
  }),
  relationships: z.object({ financialInstitution: institutionRelation }).nullish(),
  meta: z
    .object({
      synchronizedAt: optionalText,
      availability: optionalText,
      latestSynchronization: latestSynchronization.nullish(),
    })
    .nullish(),
})

export type AccountResource = z.infer<typeof accountResource>

export const transactionResource = z.object({
  id: text,
  attributes: z.object({
    amount: text,
    currency: text,
    executionDate: optionalText,
    valueDate: optionalText,
    description: optionalText,
    remittanceInformation: optionalText,
    remittanceInformationType: optionalText,
    counterpartName: optionalText,
    counterpartReference: optionalText,
    endToEndId: optionalText,
    internalReference: optionalText,
    digest: optionalText,
  }),
})

export type TransactionResource = z.infer<typeof transactionResource>

const links = z.object({ next: optionalText }).nullish()

export const accountList = z.object({ data: z.array(accountResource), links })
export const transactionList = z.object({
  data: z.array(z.unknown()),
  links,
  meta: z.object({ synchronizedAt: optionalText }).nullish(),
})

export const institutionList = z.object({
  data: z.array(
    z.object({
      id: text,
      attributes: z.object({
        name: text,
        country: optionalText,
        bic: optionalText,
        status: optionalText,
        deprecated: z.boolean().nullish(),
        logoUrl: optionalText,
        maintenanceFrom: optionalText,
        maintenanceTo: optionalText,
        expectedAuthorizationLifetime: optionalText,
      }),
    }),
  ),
  links,
})

export const synchronization = z.object({ data: latestSynchronization })
export const userInfo = z.object({ sub: text, onboardingComplete: z.boolean().nullish() })
export const onboarding = z.object({ data: z.object({ id: text }) })
export const reauthorization = z.object({
  data: z.object({ links: z.object({ redirect: z.url() }) }),
})

export const tokens = z.object({
  access_token: text,
  refresh_token: optionalText,
  expires_in: text,
})

export const errorBody = z.object({
  errors: z
    .array(z.object({ code: text, meta: z.object({ resource: optionalText }).nullish() }))
    .min(1),
})
export const oauthErrorBody = z.object({ error: text })

export const jwks = z.object({
  keys: z.array(z.looseObject({ kid: text, use: optionalText, status: optionalText })),
})

const reference = z.object({ data: z.object({ id: text }).nullish() }).nullish()
export const webhookBody = z.object({
  data: z.object({
    id: text,
    type: text,
    attributes: z.object({ createdAt: optionalText }).nullish(),
    relationships: z.object({ account: reference, organization: reference }).nullish(),
  }),
})

/** What is kept encrypted of a connection. */
export const secretsSchema = z.object({
  v: z.literal(1),
  organizationId: text,
  refreshToken: text,
  accessToken: text,
  accessTokenExpiresAt: text,
})
export type PontoSecrets = z.infer<typeof secretsSchema>

/** What is kept encrypted of a link flow: `oauth` comes back with a code, `renewal` only with the person. */
export const flowSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('oauth'), state: text, verifier: text }),
  z.object({ kind: z.literal('renewal'), state: text, accountId: text, endedAt: text.nullable() }),
])
export type PontoFlow = z.infer<typeof flowSchema>
