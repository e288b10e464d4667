/** The API as the command line speaks to it. */
import type { Language } from '../../locales/languages.ts'
import { ApiProblem, type Problem } from '../erp.ts'
import { UsageError } from './exit-codes.ts'
import { sendFile } from './send-file.ts'

export interface Api {
  call: <Answer>(method: string, path: string, body?: unknown) => Promise<Answer>
  upload: <Answer>(upload: Upload) => Promise<Answer>
}

interface Upload {
  path: string
  file: string
  /** Hears how many of how many bytes are on their way. */
  onSent: (done: number, total: number) => void
}

/** The service cannot be reached, or has trouble of its own. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable'
}

const callTimeoutMs = 30_000

export const connectionOptions = { url: { type: 'string' }, key: { type: 'string' } } as const

interface Place {
  url: URL
  key: string
}

/** Address and key from the options, else from BANKSYNC_URL and BANKSYNC_API_KEY. */
export const placeOf = (values: { url?: string; key?: string }): Place => {
  const url = values.url ?? process.env['BANKSYNC_URL'] ?? ''
  const key = values.key ?? process.env['BANKSYNC_API_KEY'] ?? ''
  if (!/^https?:\/\//.test(url) || !URL.canParse(url))
    throw new UsageError(
      'Name the address of the API with --url or BANKSYNC_URL, such as http://localhost:3000.',
    )
  if (key === '') throw new UsageError('Name an API key with --key or BANKSYNC_API_KEY.')
  return { url: new URL(url), key }
}

const headersOf = (key: string, language: Language) => ({
  authorization: `Bearer ${key}`,
  'accept-language': language,
})

/** The text of a success; anything else is thrown. */
const checked = (call: string, { status, text }: { status: number; text: string }): string => {
  if (status < 300) return text === '' ? 'null' : text
  if (status >= 500 || !text.startsWith('{')) throw new Unavailable(`${call} → ${status}`)
  const problem: Problem = JSON.parse(text)
  throw new ApiProblem(call, status, problem)
}

const unavailable = (error: unknown): Unavailable => {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new Unavailable(`The API does not answer: ${reason}`)
}

/** Speaks to the API at a place. */
export const createApi = ({ url, key }: Place, language: Language): Api => ({
  async call<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    const answer = await fetch(new URL(path, url), {
      method,
      headers: {
        ...headersOf(key, language),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(method === 'GET' ? {} : { 'idempotency-key': crypto.randomUUID() }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(callTimeoutMs),
    }).catch((error: unknown) => {
      throw unavailable(error)
    })
    const text = checked(`${method} ${path}`, { status: answer.status, text: await answer.text() })
    // its shape is the caller's knowledge of the documentation
    const parsed: Answer = JSON.parse(text)
    return parsed
  },

  async upload<Answer>({ path, file, onSent }: Upload): Promise<Answer> {
    const headers = headersOf(key, language)
    const sent = await sendFile(new URL(path, url), { headers, file, onSent }).catch(
      (error: unknown) => {
        throw unavailable(error)
      },
    )
    const parsed: Answer = JSON.parse(checked('POST /v1/imports', sent))
    return parsed
  },
})
