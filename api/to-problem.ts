import { fieldOf } from './error-fields.ts'
import { Problem } from './problem.ts'
import { isTemporalAway } from './temporal-away.ts'

const retrySoonSeconds = 5

/** PostgreSQL is away, stopping, full or too slow: the same request succeeds once it is back. */
const storageTrouble = new Set([
  'ConnectionError',
  'BackendTerminatedError',
  'BackendTerminatedUnexpectedlyError',
  'IdleTransactionTimeoutError',
  'StatementCancelledError',
  'StatementTimeoutError',
])
const storageCodes = /^(ECONNREFUSED|ECONNRESET|ETIMEDOUT|EPIPE|ENOTFOUND|53\d{3}|57P0\d|08\d{3})$/
const causesMax = 4

const isStorageTrouble = (error: unknown, depth = 0): boolean => {
  if (!(error instanceof Error) || depth > causesMax) return false
  const code = fieldOf(error, 'code')
  if (typeof code === 'string' && storageCodes.test(code)) return true
  return storageTrouble.has(error.constructor.name) || isStorageTrouble(error.cause, depth + 1)
}

/** What Express and its body parser throw: a status, and a type that names the reason. */
const ofParser = (error: Error): Problem | null => {
  const status = fieldOf(error, 'status')
  const type = fieldOf(error, 'type')
  if (type === 'entity.too.large')
    return new Problem('payload-too-large', 'too_large', { params: { limit: limitOf(error) } })
  if (type === 'charset.unsupported' || type === 'encoding.unsupported')
    return new Problem('unsupported-media-type', 'send_json')
  // the router could not decode the address
  if (error instanceof URIError)
    return new Problem('validation-failed', 'invalid_fields', {
      params: { n: 1 },
      errors: [{ pointer: '/params', detail: 'percent-encoded UTF-8' }],
    })
  if (typeof status !== 'number' || status < 400 || status >= 500) return null
  return new Problem('validation-failed', 'malformed_json', {
    errors: [{ pointer: '/body', detail: typeof type === 'string' ? type : 'malformed' }],
  })
}

const limitOf = (error: Error): string => {
  const limit = fieldOf(error, 'limit')
  return typeof limit === 'number' ? `${Math.floor(limit / 1024)} KB` : '64 KB'
}

/** Turns whatever was thrown into the problem that is answered; nothing of an unknown error reaches the caller. */
export const toProblem = (error: unknown): Problem => {
  if (error instanceof Problem) return error
  if (isStorageTrouble(error) || isTemporalAway(error)) {
    const retryAfterSeconds = retrySoonSeconds
    return new Problem('service-unavailable', 'no_answer', { retryAfterSeconds, cause: error })
  }
  const parsed = error instanceof Error ? ofParser(error) : null
  return parsed ?? new Problem('internal-error', 'defect', { cause: error })
}
