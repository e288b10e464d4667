/** Problems of RFC 9457: one list of codes, one class, one way to write them. */
import { z } from 'zod'
import type { Language } from '../locales/languages.ts'
import type { DetailKey, ProblemCode } from '../locales/render.ts'
import { renderDetail, renderProblem } from '../locales/render.ts'

/** The HTTP status of each problem code. */
export const problemStatuses: Record<ProblemCode, number> = {
  'validation-failed': 400,
  unauthenticated: 401,
  forbidden: 403,
  'account-blocked': 403,
  'trial-not-allowed': 403,
  'not-found': 404,
  conflict: 409,
  'idempotency-key-in-progress': 409,
  'mfa-not-expected': 409,
  'mfa-expired': 410,
  'stale-version': 412,
  'payload-too-large': 413,
  'unsupported-media-type': 415,
  'idempotency-key-reused': 422,
  'quota-exceeded': 429,
  'internal-error': 500,
  'service-unavailable': 503,
}

/** One wrong place of a request; `pointer` is a JSON pointer that begins with /params, /query, /headers or /body. */
export interface FieldError {
  pointer: string
  detail: string
}

interface Circumstances {
  params?: Record<string, string | number>
  errors?: FieldError[]
  retryAfterSeconds?: number
  /** A word for programs beside the code: why a command was refused. */
  why?: string
  /** Instant from which the same request can succeed. */
  until?: string
  cause?: unknown
}

/** Thrown by endpoints; the error handler writes it as problem+json. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly code: ProblemCode
  readonly detail: DetailKey
  readonly circumstances: Circumstances

  constructor(code: ProblemCode, detail: DetailKey, circumstances: Circumstances = {}) {
    super(`${code}: ${detail}`, { cause: circumstances.cause })
    this.code = code
    this.detail = detail
    this.circumstances = circumstances
  }

  get status(): number {
    return problemStatuses[this.code]
  }
}

/** The problem as it goes over the wire. */
export const problemSchema = z
  .object({
    type: z.string().meta({ description: 'Address of the explanation of this code' }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string().meta({ description: 'The machine word', example: 'not-found' }),
    reference: z
      .string()
      .meta({ description: 'Quote it to support; also in the header BankSync-Reference' }),
    why: z.string().optional(),
    until: z.iso.datetime().optional(),
    retryAfter: z.int().optional().meta({ description: 'Seconds' }),
    errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
  })
  .meta({ id: 'Problem' })

interface Reader {
  language: Language
  reference: string
  publicUrl: string
}

/** Writes a problem for its reader. */
export const problemBody = (
  problem: Problem,
  { language, reference, publicUrl }: Reader,
): z.infer<typeof problemSchema> => {
  const { params, errors, retryAfterSeconds, why, until } = problem.circumstances
  return {
    type: `${publicUrl}/docs#${problem.code}`,
    title: renderProblem(language, problem.code),
    status: problem.status,
    detail: renderDetail(language, problem.detail, { reference, ...params }),
    code: problem.code,
    reference,
    ...(why === undefined ? {} : { why }),
    ...(until === undefined ? {} : { until }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfter: retryAfterSeconds }),
    ...(errors === undefined ? {} : { errors }),
  }
}

/** "Not there", said alike of what does not exist and of what belongs to another tenant. */
export const notFound = (): Problem => new Problem('not-found', 'unknown_id')
