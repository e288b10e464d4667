/** The API as the command line speaks to it. */
import type { Language } from '../../locales/languages.ts'
import { ApiProblem, type Problem } from '../erp.ts'
import { UsageError } from './exit-codes.ts'
import { problemText } from './problem-text.ts'
import { sendFile, type Sending } from './send-file.ts'

export interface Api {
  call: <Answer>(method: string, path: string, body?: unknown) => Promise<Answer>
  upload: <Answer>(upload: Upload) => Promise<Answer>
}

interface Upload extends Omit<Sending, 'headers'> {
  path: string
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

interface Answered {
  status: number
  text: string
}

const isProblem = (value: unknown): value is Problem =>
  typeof value === 'object' && value !== null && 'code' in value && typeof value.code === 'string'

/** What a success says; anything else is thrown. */
const answerIn = (call: string, { status, text }: Answered) => {
  try {
    // its shape is the caller's knowledge of the documentation
    if (status < 300) return JSON.parse(text)
    const problem: unknown = JSON.parse(text)
    if (isProblem(problem) && status < 500) throw new ApiProblem(call, status, problem)
    if (isProblem(problem)) throw new Unavailable(problemText(problem))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw new Unavailable(`${call} → ${status}, which is not how Bank Sync answers. Is --url right?`)
}

const asUnavailable = (error: unknown): never => {
  if (error instanceof Error && error.name === 'AbortError') throw error
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const reason = cause instanceof Error ? cause.message : String(cause)
  throw new Unavailable(`The API does not answer: ${reason}`, { cause: error })
}

/** Speaks to the API at a place. */
export const createApi = ({ url, key }: Place, language: Language): Api => ({
  async call<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    const request = {
      method,
      headers: {
        ...headersOf(key, language),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(method === 'GET' ? {} : { 'idempotency-key': crypto.randomUUID() }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(callTimeoutMs),
    }
    const answered = await fetch(new URL(path, url), request)
      .then(async (answer) => ({ status: answer.status, text: await answer.text() }))
      .catch(asUnavailable)
    return answerIn(`${method} ${path}`, answered)
  },

  async upload<Answer>({ path, ...sending }: Upload): Promise<Answer> {
    const headers = headersOf(key, language)
    const answered = await sendFile(new URL(path, url), { headers, ...sending }).catch(
      asUnavailable,
    )
    return answerIn('POST /v1/imports', answered)
  },
})
