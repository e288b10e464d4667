import type { Request, Response } from 'express'
import { languageOf } from '../locales/languages.ts'
import { referenceOf, stateOf } from './answer-state.ts'
import { plainText } from './plain-text.ts'
import { idempotencyKey, requestNames } from './request-key.ts'
import type { Call, Caller, Route } from './route.ts'
import { validate } from './validate.ts'

const actingUserMax = 200

const nobody: Caller = { keyId: '', scope: 'readonly', tenantId: '', clientId: '' }
const noNames = { requestId: '', updateId: '' }

/** Makes a checked call of a request; throws 400 that names what is wrong with it. */
export const checkedCall = (route: Route, request: Request, response: Response): Call => {
  const language = languageOf(request.headers['accept-language'])
  const part = (schema: Route['params'], at: readonly [string, unknown]): unknown =>
    schema === undefined ? at[1] : validate(schema, at, language)
  const caller = stateOf(response).caller ?? nobody
  const { requestId, updateId } = namesOf(route, request, caller)
  return {
    params: part(route.params, ['params', { ...request.params }]),
    query: part(route.query, ['query', { ...request.query }]),
    body: part(route.body, ['body', (request.body as unknown) ?? {}]),
    caller,
    language,
    actingUser: actingUser(request.get('x-acting-user')),
    requestId,
    updateId,
    get reference() {
      return referenceOf(response)
    },
    request,
  }
}

/** Header values are bytes: names beyond ASCII come percent-encoded. */
const actingUser = (header: string | undefined): string => {
  if (header === undefined) return ''
  let text = header
  try {
    text = decodeURIComponent(header)
  } catch {
    // a lone percent sign is part of the name
  }
  return plainText(text).slice(0, actingUserMax)
}

/** Reading commands nothing, so it is spared the hashing. */
const namesOf = ({ operation, idempotent }: Route, request: Request, { tenantId }: Caller) => {
  if (request.method === 'GET' || request.method === 'HEAD') return noNames
  const key = idempotent ? idempotencyKey(request.get('idempotency-key')) : null
  return requestNames(operation, tenantId, key)
}
