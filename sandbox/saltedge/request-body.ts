/** What callers say when they send a person to the hosted page or ask for a refresh. */
import { z } from 'zod'
import type { Exchange } from './exchange.ts'
import { Refusal } from './exchange.ts'
import type { AttemptWish, ConsentWish } from './state.ts'

const customFieldsBytesMax = 1024
const returnUrlMax = 2040

/** The `data` of a body in the shape of the schema; throws a refusal that names what is wrong. */
export const dataOf = <T>({ body }: Exchange, shape: z.ZodType<T>): T => {
  let value: unknown
  try {
    value = body === '' ? { data: {} } : JSON.parse(body)
  } catch {
    throw new Refusal('JsonParseError', 'The body is not JSON.')
  }
  const parsed = z.object({ data: shape }).safeParse(value)
  if (parsed.success) return parsed.data.data
  throw new Refusal('WrongRequestFormat', z.prettifyError(parsed.error).slice(0, 500))
}

const dayShape = z.iso.date()
const consentScopes = z.enum(['accounts', 'transactions', 'holder_info'])
const fetchScopes = z.enum(['accounts', 'balance', 'transactions', 'holder_info'])
const strategies = z.enum(['mark_as_pending', 'mark_as_duplicate', 'delete_duplicated'])

/** The older edition's names are refused, so that nobody goes on sending them unnoticed. */
const neverAgain = z.undefined('belongs to an older edition').optional()

export const consentShape = z.object({
  scopes: z.array(consentScopes).min(1),
  from_date: z.iso.date('data.consent.from_date parameter must be filled'),
  to_date: dayShape.nullish(),
  period_days: z.number().int().min(1).nullish(),
})

export const attemptShape = z.object({
  fetch_scopes: z.array(fetchScopes).min(1).optional(),
  fetch_from_date: dayShape.nullish(),
  fetch_to_date: dayShape.nullish(),
  account_natures: z.array(z.string()).optional(),
  custom_fields: z.unknown().optional(),
  locale: z.string().optional(),
  store_credentials: z.boolean().optional(),
  unduplication_strategy: strategies.optional(),
  return_to: z.string().optional(),
})

const widgetShape = z.object({
  javascript_callback_type: z.enum(['iframe', 'post_message']).optional(),
  show_consent_confirmation: z.boolean().optional(),
  credentials_strategy: z.enum(['store', 'do_not_store', 'ask']).optional(),
  skip_provider_selection: z.boolean().optional(),
  skip_provider_select: neverAgain,
  connect_template: neverAgain,
})

/** Members that stand beside consent, attempt and widget in every request for a page. */
export const pageShape = z.object({
  return_connection_id: z.boolean().default(false),
  return_error_class: z.boolean().default(false),
  automatic_refresh: z.boolean().default(false),
  daily_refresh: neverAgain,
  include_fake_providers: neverAgain,
  provider_code: neverAgain,
  show_widget: z.boolean().optional(),
  widget: widgetShape.optional(),
})

const customFieldsOf = (value: unknown): Record<string, unknown> => {
  if (value === undefined || value === null) return {}
  const parsed = z.record(z.string(), z.unknown()).safeParse(value)
  if (!parsed.success)
    throw new Refusal('CustomFieldsFormatInvalid', 'custom_fields must be an object.')
  if (Buffer.byteLength(JSON.stringify(value)) > customFieldsBytesMax)
    throw new Refusal('CustomFieldsSizeTooBig', 'custom_fields are larger than 1 KB.')
  return parsed.data
}

const returnToOf = (address: string | undefined): string | null => {
  if (address === undefined) return null
  if (address.length > returnUrlMax) throw new Refusal('ReturnURLTooLong', 'return_to is too long.')
  if (!URL.canParse(address)) throw new Refusal('ReturnURLInvalid', 'return_to is no address.')
  return address
}

/** An attempt as it was asked for, with what Salt Edge takes where nothing is said. */
export const attemptWish = (asked: z.infer<typeof attemptShape> | undefined): AttemptWish => {
  const given: z.infer<typeof attemptShape> = asked ?? {}
  return {
    fetchScopes: given.fetch_scopes ?? ['accounts', 'balance', 'transactions'],
    fromDate: given.fetch_from_date ?? null,
    toDate: given.fetch_to_date ?? null,
    customFields: customFieldsOf(given.custom_fields),
    storeCredentials: given.store_credentials ?? null,
    strategy: given.unduplication_strategy ?? null,
    returnTo: returnToOf(given.return_to),
  }
}

/** A consent as it was asked for. */
export const consentWish = (given: z.infer<typeof consentShape>): ConsentWish => ({
  scopes: given.scopes,
  fromDate: given.from_date,
  toDate: given.to_date ?? null,
  periodDays: given.period_days ?? null,
})
