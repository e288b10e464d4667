/** The parts of Ponto's answers that are used; everything else may be missing or new. */
import { z } from 'zod'
import { numberOrText as number, optionalNumber, optionalText } from '../exact-schema.ts'
import { idSchema } from '../id-schema.ts'

const text = z.string()

/** An id; one written as a number keeps all its digits. */
const id = idSchema(200)

const synchronizationError = z.object({ code: text, detail: optionalText })

const synchronizationResource = z.object({
  id,
  attributes: z.object({
    status: text,
    subtype: optionalText,
    resourceId: optionalText,
    updatedAt: optionalText,
    errors: z.array(synchronizationError).nullish(),
  }),
})
export type SynchronizationResource = z.infer<typeof synchronizationResource>

const relation = z.object({ data: z.object({ id }).nullish() }).nullish()

export const accountResource = z.object({
  id,
  attributes: z.object({
    subtype: optionalText,
    referenceType: optionalText,
    reference: optionalText,
    product: optionalText,
    description: optionalText,
    holderName: optionalText,
    currency: text,
    currentBalance: optionalNumber,
    currentBalanceReferenceDate: optionalText,
    availableBalance: optionalNumber,
    availableBalanceReferenceDate: optionalText,
    deprecated: z.boolean().nullish(),
    authorizationExpirationExpectedAt: optionalText,
  }),
  relationships: z.object({ financialInstitution: relation }).nullish(),
  meta: z
    .object({
      synchronizedAt: optionalText,
      availability: optionalText,
      latestSynchronization: synchronizationResource.nullish(),
    })
    .nullish(),
})
export type AccountResource = z.infer<typeof accountResource>

export const transactionResource = z.object({
  id,
  attributes: z.object({
    amount: number,
    currency: text,
    executionDate: optionalText,
    valueDate: optionalText,
    description: optionalText,
    remittanceInformation: optionalText,
    counterpartName: optionalText,
    counterpartReference: optionalText,
    endToEndId: optionalText,
  }),
})
export type TransactionResource = z.infer<typeof transactionResource>

const links = z.object({ next: optionalText }).nullish()

export const oneAccount = z.object({ data: accountResource })
export const accountList = z.object({ data: z.array(accountResource), links })
export const transactionList = z.object({
  /** Each is parsed on its own, because its whole text is kept beside what is used of it. */
  data: z.array(z.unknown()),
  links,
  meta: z
    .object({
      synchronizedAt: optionalText,
      latestSynchronization: synchronizationResource.nullish(),
    })
    .nullish(),
})
export type TransactionList = z.infer<typeof transactionList>

const institutionResource = z.object({
  id,
  attributes: z.object({
    name: text,
    country: optionalText,
    bic: optionalText,
    status: optionalText,
    deprecated: z.boolean().nullish(),
    logoUrl: optionalText,
    timeZone: optionalText,
    maintenanceFrom: optionalText,
    maintenanceTo: optionalText,
    expectedAuthorizationLifetime: optionalNumber,
  }),
})
export type InstitutionResource = z.infer<typeof institutionResource>
export const oneInstitution = z.object({ data: institutionResource })
export const institutionList = z.object({ data: z.array(institutionResource), links })

export const synchronization = z.object({ data: synchronizationResource })
export const userInfo = z.object({ sub: id, onboardingComplete: z.boolean().nullish() })
export const onboarding = z.object({ data: z.object({ id }) })
export const reauthorization = z.object({
  data: z.object({ links: z.object({ redirect: z.url({ protocol: /^https?$/ }) }) }),
})

export const tokens = z.object({
  access_token: text.min(1),
  refresh_token: optionalText,
  expires_in: number,
})

export const errorBody = z.object({
  errors: z
    .array(z.object({ code: text, meta: z.object({ resource: optionalText }).nullish() }))
    .min(1),
})
export const oauthErrorBody = z.object({ error: text })

export const jwks = z.object({ keys: z.array(z.looseObject({ kid: text, use: optionalText })) })

export const webhookBody = z.object({
  data: z.object({
    id,
    type: text,
    attributes: z.object({ createdAt: optionalText }).nullish(),
    relationships: z.object({ account: relation, organization: relation }).nullish(),
  }),
})

/** What is kept encrypted of a connection. */
const tokenPair = {
  refreshToken: text,
  accessToken: text,
  accessTokenExpiresAt: z.iso.datetime(),
}
export const secretsSchema = z.object({ v: z.literal(1), organizationId: text, ...tokenPair })
export type PontoSecrets = z.infer<typeof secretsSchema>

/**
 * What is kept encrypted of a link flow: `oauth` comes back with a code, `renewal` only with the person, and
 * `onboarding` has its tokens already and waits until Ponto has accepted the organization.
 */
export const flowSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('oauth'), state: text, verifier: text }),
  z.object({ kind: z.literal('renewal'), state: text, accountId: text, endedAt: text.nullable() }),
  z.object({ kind: z.literal('onboarding'), secrets: secretsSchema }),
])
export type PontoFlow = z.infer<typeof flowSchema>
