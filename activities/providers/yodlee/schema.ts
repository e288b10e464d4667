/** The parts of Yodlee's answers that are used; everything else may be missing or new. */
import { z } from 'zod'
import {
  numberOrText as number,
  optionalFlag,
  optionalNumber,
  optionalText,
} from '../exact-schema.ts'
import { idSchema } from '../id-schema.ts'
import {
  digitsIn,
  fieldsIn,
  idIn,
  optionalFieldsIn,
  optionalTextIn,
  rowSchema,
  textIn,
} from '../row-schema.ts'

const text = z.string()

/** An id; mostly a number, sometimes the same number as text, and longer than a float holds. */
export const id = idSchema(100)
const optionalId = z.union([id, z.null()]).optional()

const money = z.object({ amount: number, currency: optionalText }).nullish()

export const token = z.object({
  token: z.object({ accessToken: text.min(1), expiresIn: optionalNumber }),
})

export const errorBody = z.object({ errorCode: text, referenceCode: optionalText })

const dataset = z.object({
  name: text,
  additionalStatus: optionalText,
  updateEligibility: optionalText,
  lastUpdated: optionalText,
  lastUpdateAttempt: optionalText,
})
const datasets = z.array(dataset).nullish()

const option = z.object({ displayText: optionalText, optionValue: optionalText })
const field = z.object({
  id: text.min(1).max(500),
  name: optionalText,
  type: optionalText,
  value: optionalText,
  isOptional: optionalFlag,
  valueEditable: z.union([text, z.boolean()]).nullish(),
  maxLength: optionalNumber,
  image: z.unknown().optional(),
  option: z.array(option).nullish(),
})
export type FormField = z.infer<typeof field>

const row = z.object({
  label: optionalText,
  fieldRowChoice: optionalText,
  field: z.array(field).nullish(),
})
export type FormRow = z.infer<typeof row>

const loginForm = z.object({
  formType: optionalText,
  mfaTimeout: optionalNumber,
  mfaInfoTitle: optionalText,
  mfaInfoText: optionalText,
  row: z.array(row).nullish(),
})
export type LoginForm = z.infer<typeof loginForm>

export const providerAccount = z.object({
  id,
  providerId: optionalId,
  requestId: optionalText,
  status: optionalText,
  authType: optionalText,
  consentId: optionalId,
  createdDate: optionalText,
  lastUpdated: optionalText,
  isManual: optionalFlag,
  isRealTimeMFA: optionalFlag,
  dataset: datasets,
  loginForm: z.array(loginForm).nullish(),
})
export type ProviderAccountEntry = z.infer<typeof providerAccount>

/** An empty list arrives as `{}`. */
export const providerAccounts = z.object({ providerAccount: z.array(providerAccount).default([]) })

const account = z.object({
  id,
  CONTAINER: optionalText,
  providerName: optionalText,
  accountName: optionalText,
  nickname: optionalText,
  accountNumber: optionalText,
  accountType: optionalText,
  accountStatus: optionalText,
  isManual: optionalFlag,
  balance: money,
  currentBalance: money,
  availableBalance: money,
  runningBalance: money,
  lastUpdated: optionalText,
  autoRefresh: z.object({ additionalStatus: optionalText }).nullish(),
  dataset: datasets,
})
export type AccountEntry = z.infer<typeof account>

export const accounts = z.object({ account: z.array(account).default([]) })

export const transaction = rowSchema((entry) => {
  const amount = fieldsIn(entry['amount'], 'amount')
  const description = optionalFieldsIn(entry['description'], 'description')
  const merchant = optionalFieldsIn(entry['merchant'], 'merchant')
  return {
    CONTAINER: textIn(entry['CONTAINER'], 'CONTAINER'),
    id: idIn(entry['id'], 'id', 100),
    amount: {
      amount: digitsIn(amount['amount'], 'amount.amount'),
      currency: textIn(amount['currency'], 'amount.currency'),
    },
    baseType: textIn(entry['baseType'], 'baseType'),
    status: optionalTextIn(entry['status'], 'status'),
    description: description && {
      original: optionalTextIn(description['original'], 'description.original'),
      simple: optionalTextIn(description['simple'], 'description.simple'),
    },
    date: optionalTextIn(entry['date'], 'date'),
    transactionDate: optionalTextIn(entry['transactionDate'], 'transactionDate'),
    postDate: optionalTextIn(entry['postDate'], 'postDate'),
    memo: optionalTextIn(entry['memo'], 'memo'),
    merchant: merchant && { name: optionalTextIn(merchant['name'], 'merchant.name') },
    checkNumber: optionalTextIn(entry['checkNumber'], 'checkNumber'),
  }
})
export type TransactionEntry = z.infer<typeof transaction>

export const transactions = z.object({
  /** Each is parsed on its own, because its whole text is kept beside what is used of it. */
  transaction: z.array(z.unknown()).default([]),
})
export const transactionCount = z.object({
  transaction: z.object({ TOTAL: z.object({ count: number }).nullish() }).nullish(),
})

const consent = z.object({
  providerAccountId: optionalId,
  consentStatus: optionalText,
  expirationDateTime: optionalText,
  expirationDate: optionalText,
  dataAccessFrequency: optionalText,
})
export type ConsentEntry = z.infer<typeof consent>
export const consents = z.object({ consent: z.array(consent).default([]) })

const provider = z.object({
  id,
  name: optionalText,
  countryISOCode: optionalText,
  authType: optionalText,
  isAutoRefreshEnabled: optionalFlag,
  status: optionalText,
  logo: optionalText,
  baseUrl: optionalText,
  dataset: z
    .array(
      z.object({
        name: optionalText,
        attribute: z
          .array(
            z.object({
              name: optionalText,
              containerAttributes: z
                .object({ BANK: z.object({ numberOfTransactionDays: optionalNumber }).nullish() })
                .nullish(),
            }),
          )
          .nullish(),
      }),
    )
    .nullish(),
})
export type ProviderEntry = z.infer<typeof provider>
export const providers = z.object({ provider: z.array(provider).default([]) })

/** What is kept encrypted of a connection; access tokens are minted, not stored. */
export const secretsSchema = z.object({
  v: z.literal(1),
  loginName: text.min(1),
  providerAccountId: text.min(1),
})
export type YodleeSecrets = z.infer<typeof secretsSchema>

/** What is kept encrypted of a link flow, so that its end is recognised by reading, not by what a browser says. */
export const flowSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('link'),
    state: text,
    loginName: text,
    providerId: text.nullable(),
    /** Connections that the person had before. */
    before: z.array(text),
  }),
  z.object({
    kind: z.literal('renewal'),
    state: text,
    loginName: text,
    providerAccountId: text,
    /** The last attempt before the page was opened; null while one was under way. */
    requestId: text.nullable(),
    attemptAt: text.nullable(),
  }),
])
export type YodleeFlow = z.infer<typeof flowSchema>
