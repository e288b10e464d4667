/** What was called, for assertions; secrets are masked. */
import type { ProviderName } from './sides.ts'

export interface LoggedRequest {
  number: number
  provider: ProviderName
  at: string
  method: string
  path: string
  query: string
  endpoint: string
  status: number | null
  requestId: string
  idempotencyKey: string | null
  authorization: string | null
  body: string
  fault: string | null
  durationMs: number
}

const entriesKept = 5000
const bodyKept = 2000
const secretKeys = [
  'code',
  'code_verifier',
  'refresh_token',
  'token',
  'client_secret',
  'access_token',
  'public_token',
  'link_token',
  'secret',
  'password',
  'accessToken',
  'value',
]

const tail = (secret: string): string => (secret.length > 12 ? `…${secret.slice(-4)}` : '…')

/** Replaces the values of secret fields of a form by their last four characters. */
const maskForm = (form: string): string => {
  const fields = new URLSearchParams(form)
  for (const key of secretKeys) {
    const value = fields.get(key)
    if (value !== null) fields.set(key, tail(value))
  }
  return fields.toString()
}

const maskAuthorization = (header: string | undefined): string | null => {
  if (header === undefined) return null
  const [scheme = '', secret = ''] = header.split(' ', 2)
  return scheme.toLowerCase() === 'basic' ? 'Basic …' : `${scheme} ${tail(secret)}`
}

/** Replaces the values of secret members of JSON, at any depth. */
const maskJson = (text: string): string => {
  try {
    return JSON.stringify(JSON.parse(text), (key, value: unknown) =>
      secretKeys.includes(key) && typeof value === 'string' ? tail(value) : value,
    )
  } catch {
    return text
  }
}

const maskBody = (body: string, contentType: string): string => {
  const masked = contentType.includes('form-urlencoded') ? maskForm(body) : maskJson(body)
  return masked.slice(0, bodyKept)
}

export type RequestSeen = Omit<LoggedRequest, 'number' | 'authorization'> & {
  authorization: string | undefined
  contentType: string
}

/** The last requests, oldest first. */
export class RequestLog {
  #entries: LoggedRequest[] = []
  #count = 0

  add({ authorization, contentType, ...seen }: RequestSeen): void {
    this.#count += 1
    this.#entries.push({
      ...seen,
      number: this.#count,
      authorization: maskAuthorization(authorization),
      query: seen.query === '' ? '' : maskForm(seen.query),
      body: seen.body === '' ? '' : maskBody(seen.body, contentType),
    })
    if (this.#entries.length > entriesKept * 1.2) this.#entries = this.#entries.slice(-entriesKept)
  }

  /** Requests with a number above `since`, at most `limit` of them, and the number of the last request. */
  list(since: number, limit: number): { requests: LoggedRequest[]; last: number } {
    const requests = this.#entries.filter(({ number }) => number > since).slice(0, limit)
    return { requests, last: this.#count }
  }

  clear(): void {
    this.#entries = []
  }
}
