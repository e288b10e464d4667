/** The parts of Salt Edge's answers that are used; everything else may be missing or new. */
import { z } from 'zod'
import { numberText } from '../exact-json.ts'
import { optionalFlag, optionalText } from '../exact-schema.ts'
import { idSchema } from '../id-schema.ts'
import {
  digitsIn,
  idIn,
  optionalFieldsIn,
  optionalFlagIn,
  optionalTextIn,
  rowSchema,
  textIn,
} from '../row-schema.ts'

const text = z.string()

const optionalNumber = z
  .unknown()
  .optional()
  .transform((value) => numberText(value) ?? (typeof value === 'string' && value ? value : null))

/** Ids are longer than a float is exact; one written as a number keeps all its digits. */
const id = idSchema(100)
const optionalId = z
  .unknown()
  .optional()
  .transform((value) => numberText(value) ?? (typeof value === 'string' && value ? value : null))

/** What names a page after this one: its first id. */
const meta = z.object({ next_id: optionalId }).nullish()
const listOf = <Item extends z.ZodType>(item: Item) => z.object({ data: z.array(item), meta })

const webAddress = z.url({ protocol: /^https?$/ })

/** v6 names the id of a customer after the customer. */
export const customer = z
  .object({ customer_id: optionalId, id: optionalId, identifier: optionalText })
  .transform(({ customer_id: named, id: plain, identifier }, context) => {
    const customerId = named ?? plain
    if (customerId !== null) return { customerId, identifier: identifier ?? null }
    context.addIssue({ code: 'custom', message: 'no id' })
    return z.NEVER
  })
export const oneCustomer = z.object({ data: customer })
export const customerList = listOf(customer)

/** Ours, echoed: which link flow or which run an attempt belongs to. */
const customFields = z.object({ flow: optionalText, run: optionalText }).nullish().catch(null)

const stage = z.object({ name: optionalText, updated_at: optionalText, created_at: optionalText })

const attempt = z.object({
  id,
  automatic_fetch: optionalFlag,
  partial: optionalFlag,
  finished: optionalFlag,
  success_at: optionalText,
  fail_at: optionalText,
  fail_error_class: optionalText,
  custom_fields: customFields,
  last_stage: stage.nullish(),
  created_at: optionalText,
})
export type AttemptResource = z.infer<typeof attempt>

const connection = z.object({
  id,
  customer_id: id,
  provider_code: text.max(200),
  provider_name: optionalText,
  status: optionalText,
  next_refresh_possible_at: optionalText,
  last_consent_id: optionalId,
  last_attempt: attempt.nullish(),
  created_at: optionalText,
})
export type ConnectionResource = z.infer<typeof connection>
export const oneConnection = z.object({ data: connection })
export const connectionList = listOf(connection)

const consent = z.object({ id, status: optionalText, expires_at: optionalText })
export type ConsentResource = z.infer<typeof consent>
export const consentList = listOf(consent)

const account = z.object({
  id,
  name: optionalText,
  nature: optionalText,
  balance: optionalNumber,
  currency_code: text,
  updated_at: optionalText,
  extra: z
    .object({
      iban: optionalText,
      account_number: optionalText,
      account_name: optionalText,
      holder_name: optionalText,
      available_amount: optionalNumber,
      closing_balance: optionalNumber,
      current_date: optionalText,
    })
    .nullish(),
})
export type AccountResource = z.infer<typeof account>
export const accountList = listOf(account)

export const transaction = rowSchema((row) => {
  const extra = optionalFieldsIn(row['extra'], 'extra')
  return {
    id: idIn(row['id'], 'id', 100),
    duplicated: optionalFlagIn(row['duplicated'], 'duplicated'),
    status: optionalTextIn(row['status'], 'status'),
    made_on: textIn(row['made_on'], 'made_on'),
    amount: digitsIn(row['amount'], 'amount'),
    currency_code: textIn(row['currency_code'], 'currency_code'),
    description: optionalTextIn(row['description'], 'description'),
    extra: extra && {
      information: optionalTextIn(extra['information'], 'extra.information'),
      additional: optionalTextIn(extra['additional'], 'extra.additional'),
      payee: optionalTextIn(extra['payee'], 'extra.payee'),
      payer: optionalTextIn(extra['payer'], 'extra.payer'),
      end_to_end_id: optionalTextIn(extra['end_to_end_id'], 'extra.end_to_end_id'),
    },
  }
})
export type TransactionResource = z.infer<typeof transaction>
/** Each is parsed on its own, because its whole text is kept beside what is used of it. */
export const transactionList = listOf(z.unknown())

const institution = z.object({
  code: text.min(1).max(200),
  name: text,
  country_code: optionalText,
  bic_codes: z.array(text).nullish(),
  status: optionalText,
  mode: optionalText,
  logo_url: optionalText,
  automatic_fetch: optionalFlag,
  optional_interactivity: optionalFlag,
  interactive_for_connections: z.unknown().optional(),
  interactive_fields: z.array(z.unknown()).nullish(),
  max_consent_days: optionalNumber,
  max_fetch_interval: optionalNumber,
  max_interactive_delay: optionalNumber,
  custom_pendings_period: optionalNumber,
})
export type InstitutionResource = z.infer<typeof institution>
export const oneInstitution = z.object({ data: institution })
export const institutionList = listOf(institution)

/** A page for a person, or nothing where a refresh needs none. */
export const connectPage = z.object({
  data: z.object({ connect_url: webAddress, expires_at: optionalText }),
})
export const refreshStarted = z.looseObject({})

export const errorBody = z.object({
  error: z.union([text, z.object({ class: optionalText })]).nullish(),
  error_class: optionalText,
})

const shortText = z.string().max(200).nullish()
export const callbackBody = z.object({
  data: z.object({
    connection_id: optionalId,
    custom_fields: customFields,
    stage: shortText,
  }),
  meta: z.object({ time: text }),
})

/** What is kept encrypted of a connection: ids only, the operator's keys open everything. */
export const secretsSchema = z.object({ v: z.literal(1), customerId: text, connectionId: text })
export type SaltEdgeSecrets = z.infer<typeof secretsSchema>

/** What is kept encrypted of a flow; `tag` is echoed by the attempt that the person starts with it. */
export const flowSchema = z.discriminatedUnion('kind', [
  z.object({
    v: z.literal(1),
    kind: z.literal('link'),
    state: text,
    tag: text,
    customerId: text,
    institution: text.nullable(),
    startedAt: text,
  }),
  z.object({
    v: z.literal(1),
    kind: z.literal('renewal'),
    state: text,
    tag: text,
    connectionId: text,
    /** The last attempt before the person came; null where there was none. */
    attemptId: text.nullable(),
    /** Whether that attempt waits for this person: then it is the one that goes on. */
    isOpen: z.boolean(),
    consentId: text.nullable(),
    /** Any refresh that succeeds solves a challenge; a renewal is only what its own page brought. */
    isChallenge: z.boolean(),
  }),
])
export type SaltEdgeFlow = z.infer<typeof flowSchema>
