/** What an ERP back end does over HTTP; shared by the demo and the seed, knows nothing of the product's inside. */
import { until } from './until.ts'

export interface Problem {
  code: string
  detail?: string
  reference?: string
  until?: string
  why?: string
  errors?: { pointer: string; detail: string }[]
}

/** An answer that was not a success. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem'
  readonly status: number
  readonly problem: Problem

  constructor(call: string, status: number, problem: Problem) {
    super(`${call} → ${status} ${problem.code}${problem.detail ? `: ${problem.detail}` : ''}`)
    this.status = status
    this.problem = problem
  }
}

export interface Erp {
  call: <Answer>(method: string, path: string, body?: unknown) => Promise<Answer>
}

const timeoutMs = 20_000

/** Speaks to the API with one key; every command gets an idempotency key of its own. */
export const createErp = (apiUrl: string, apiKey: string): Erp => ({
  async call<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    const answer = await fetch(new URL(path, apiUrl), {
      method,
      headers: {
        authorization: `Bearer ${apiKey}`,
        'accept-language': 'en',
        'x-acting-user': 'Anna',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(method === 'GET' ? {} : { 'idempotency-key': crypto.randomUUID() }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeoutMs),
    })
    const text = await answer.text()
    if (!answer.ok) {
      const problem: Problem = JSON.parse(text)
      throw new ApiProblem(`${method} ${path}`, answer.status, problem)
    }
    // its shape is the caller's knowledge of the documentation
    const parsed: Answer = JSON.parse(text === '' ? 'null' : text)
    return parsed
  },
})

/** Waits until `look` gives something; an answer that is an error counts as "not yet". */
export const waitFor = <T>(
  what: string,
  look: () => Promise<T | null | undefined | false>,
  limitMs = 90_000,
): Promise<T> => until(async () => (await look()) || undefined, { what, limitMs })
