/** Plaid's own description of its API with what the current API does otherwise, ready to validate with. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ValidateFunction } from 'ajv'
import { Ajv } from 'ajv'
import formats from 'ajv-formats'
import { parse } from 'yaml'
import type { Json } from '../client.ts'

const file = 'specs/plaid/plaid-go-api-openapi-1.556.0.yaml'

/** Only with a type does `nullable` mean something, and bounds are numbers nowadays. */
const normalize = (schema: Json): void => {
  if (typeof schema !== 'object' || schema === null) return
  if (schema.nullable === true && schema.type === undefined) delete schema.nullable
  for (const [exclusive, plain] of [
    ['exclusiveMinimum', 'minimum'],
    ['exclusiveMaximum', 'maximum'],
  ] as const) {
    if (typeof schema[exclusive] !== 'boolean') continue
    const bound = schema[plain]
    if (schema[exclusive] && bound !== undefined) {
      schema[exclusive] = bound
      delete schema[plain]
    } else delete schema[exclusive]
  }
  for (const member of Object.values(schema)) normalize(member)
}

const notRequired: Record<string, string[]> = {
  Transaction_allOf: ['category', 'category_id'],
  TransactionBase: ['category', 'category_id'],
  LinkTokenCreateRequest: ['user'],
}

const moreValues: Record<string, string[]> = {
  CountryCode: ['AT', 'FI'],
  Products: ['transactions_refresh', 'pay_by_bank', 'protect_transactions'],
  PendingDisconnectWebhookReason: ['INSTITUTION_TOKEN_EXPIRATION'],
}

const required = (schema: Json, names: string[]): void => {
  schema.required = [...new Set([...(schema.required ?? []), ...names])]
}

const sandboxTransaction = {
  type: 'object',
  additionalProperties: false,
  required: ['date_transacted', 'date_posted', 'amount', 'description'],
  properties: {
    date_transacted: { type: 'string', format: 'date' },
    date_posted: { type: 'string', format: 'date' },
    amount: { type: 'number' },
    description: { type: 'string' },
    iso_currency_code: { type: 'string' },
  },
}

/** What the current API has beyond the file, or asks no longer. */
const overlay = (schemas: Json): void => {
  for (const [name, fields] of Object.entries(notRequired))
    schemas[name].required = (schemas[name].required ?? []).filter(
      (each: string) => !fields.includes(each),
    )
  for (const [name, values] of Object.entries(moreValues)) schemas[name].enum.push(...values)
  schemas.SandboxItemFireWebhookRequest.properties.webhook_code.enum.push(
    'PENDING_DISCONNECT',
    'USER_PERMISSION_REVOKED',
    'USER_ACCOUNT_REVOKED',
  )
  // the list is open
  delete schemas.PlaidErrorType.enum
  schemas.LinkTokenCreateRequest.oneOf = [{ required: ['user'] }, { required: ['user_id'] }]
  const disconnect = schemas.PendingDisconnectWebhook
  disconnect.properties.disconnect_time = { type: 'string', format: 'date-time' }
  required(disconnect, ['disconnect_time'])
  required(schemas.LinkSessionResults, [
    'item_add_results',
    'cra_item_add_results',
    'cra_update_results',
    'bank_income_results',
    'payroll_income_results',
    'document_income_results',
  ])
  const options = schemas.TransactionsSyncRequestOptions.properties
  options.account_id = { type: 'string' }
  options.personal_finance_category_version = { type: 'string' }
  const removal = schemas.ItemRemoveRequest.properties
  removal.reason_code = { type: 'string' }
  removal.reason_note = { type: 'string', maxLength: 512 }
  schemas.LinkTokenCreateRequest.properties.user_id = { type: 'string' }
  schemas.SandboxTransactionsCreateRequest = {
    type: 'object',
    required: ['access_token', 'transactions'],
    properties: {
      client_id: { type: 'string' },
      secret: { type: 'string' },
      access_token: { type: 'string' },
      transactions: { type: 'array', maxItems: 10, items: sandboxTransaction },
    },
  }
  schemas.SandboxTransactionsCreateResponse = {
    type: 'object',
    required: ['request_id'],
    properties: { request_id: { type: 'string' } },
  }
}

/** No request has a member that the description does not know; answers and events may. */
const closeRequests = (schemas: Json): void => {
  for (const [name, schema] of Object.entries<Json>(schemas))
    if (/Request(Options)?$/.test(name) && schema.properties !== undefined)
      schema.additionalProperties = false
}

export type Validate = (schema: string) => ValidateFunction

let loaded: Validate | null = null

const load = (folder: string): Validate => {
  const { schemas } = parse(readFileSync(join(folder, file), 'utf8')).components
  normalize(schemas)
  overlay(schemas)
  closeRequests(schemas)
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: true })
  formats.default(ajv)
  for (const format of ['double', 'int64', 'float', 'int32']) ajv.addFormat(format, true)
  ajv.addSchema({ $id: 'oas', components: { schemas } })
  return (name) => {
    const validate = ajv.getSchema(`oas#/components/schemas/${name}`)
    if (validate === undefined) throw new Error(`Plaid describes no ${name}`)
    return validate as ValidateFunction
  }
}

/** The validators by the name of their schema; the file is read once per process. */
export const descriptionIn = (folder: string): Validate => (loaded ??= load(folder))
