/** The parts of Plaid's answers that are used; everything else may be missing or new. */
import { z } from 'zod'
import { exactNumber as number, optionalNumber, optionalText } from '../exact-schema.ts'

const text = z.string()
const id = text.min(1).max(200)

/** An error, alone as the body of a refused call or inside an item, a session or a webhook. */
export const problem = z.object({
  error_type: text,
  error_code: text,
  error_code_reason: optionalText,
  request_id: optionalText,
})
export type Problem = z.infer<typeof problem>

const item = z.object({
  item_id: id,
  institution_id: optionalText,
  institution_name: optionalText,
  webhook: optionalText,
  error: problem.nullish(),
  update_type: optionalText,
  consent_expiration_time: optionalText,
  consented_products: z.array(text).nullish(),
})

export const itemAnswer = z.object({
  item,
  status: z
    .object({
      transactions: z
        .object({
          last_successful_update: optionalText,
          last_failed_update: optionalText,
        })
        .nullish(),
    })
    .nullish(),
})
export type ItemAnswer = z.infer<typeof itemAnswer>

const account = z.object({
  account_id: id,
  balances: z.object({
    available: optionalNumber,
    current: optionalNumber,
    iso_currency_code: optionalText,
    unofficial_currency_code: optionalText,
    last_updated_datetime: optionalText,
  }),
  mask: optionalText,
  name: optionalText,
  official_name: optionalText,
  type: text,
  subtype: optionalText,
})
export type AccountResource = z.infer<typeof account>

export const accountsAnswer = z.object({ accounts: z.array(account) })

export const transactionResource = z.object({
  transaction_id: id,
  amount: number,
  iso_currency_code: optionalText,
  unofficial_currency_code: optionalText,
  date: text,
  name: optionalText,
  merchant_name: optionalText,
  original_description: optionalText,
  pending: z.boolean(),
  pending_transaction_id: optionalText,
  payment_meta: z.object({ reference_number: optionalText }).nullish(),
})
export type TransactionResource = z.infer<typeof transactionResource>

export const syncAnswer = z.object({
  transactions_update_status: optionalText,
  /** Each is parsed on its own, because its whole text is kept beside what is used of it. */
  added: z.array(z.unknown()),
  modified: z.array(z.unknown()),
  removed: z.array(z.object({ transaction_id: id })),
  next_cursor: text.max(1_000),
  has_more: z.boolean(),
})
export type SyncAnswer = z.infer<typeof syncAnswer>

const institution = z.object({
  institution_id: id,
  name: text,
  country_codes: z.array(text).nullish(),
  url: optionalText,
  status: z
    .object({ transactions_updates: z.object({ status: optionalText }).nullish() })
    .nullish(),
})
export type InstitutionResource = z.infer<typeof institution>
export const institutionsAnswer = z.object({ institutions: z.array(institution), total: number })

export const linkTokenAnswer = z.object({
  link_token: id,
  expiration: text,
  hosted_link_url: z.url({ protocol: /^https?$/ }),
})

const chosenInstitution = z.object({ institution_id: optionalText, name: optionalText }).nullish()
const exit = z.object({ error: problem.nullish() }).nullish()

const linkSession = z.object({
  started_at: optionalText,
  finished_at: optionalText,
  exit,
  on_exit: exit,
  results: z
    .object({
      item_add_results: z
        .array(z.object({ public_token: id, institution: chosenInstitution }))
        .nullish(),
    })
    .nullish(),
})
export type LinkSession = z.infer<typeof linkSession>

export const linkSessionsAnswer = z.object({
  expiration: optionalText,
  link_sessions: z.array(linkSession).nullish(),
})
export type LinkSessions = z.infer<typeof linkSessionsAnswer>

export const exchangeAnswer = z.object({ access_token: id, item_id: id })

/** For calls whose answer does not matter. */
export const anyAnswer = z.object({})

export const keyAnswer = z.object({
  key: z.looseObject({ kid: text, use: optionalText, expired_at: z.unknown() }),
})

export const webhookBody = z.object({
  webhook_type: text,
  webhook_code: text,
  item_id: optionalText,
  account_id: optionalText,
  link_token: optionalText,
})

/** What is kept encrypted of a connection. */
export const secretsSchema = z.object({ v: z.literal(1), accessToken: id, itemId: id })
export type PlaidSecrets = z.infer<typeof secretsSchema>

const chosen = z.object({ providerInstitutionId: text, name: text }).nullable()

/**
 * What is kept encrypted of a flow: `link` makes a new connection, `update` repairs one, and `exchanged` has its access
 * token already, which can be had once only.
 */
export const flowSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('link'), state: text, linkToken: id }),
  z.object({ kind: z.literal('update'), state: text, linkToken: id }),
  z.object({ kind: z.literal('exchanged'), secrets: secretsSchema, institution: chosen }),
])
export type PlaidFlow = z.infer<typeof flowSchema>
