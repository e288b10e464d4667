/** What went wrong with a call, whatever the provider: no answer, an answer that cannot be used, a wait it asks for. */
import type { Failure } from '../../domain/failure.ts'
import { ProviderError } from './provider.ts'

const waitDefaultMs = 60_000
const waitMaxMs = 86_400_000

/** The wait that a `Retry-After` header asks for, in ms, at most a day; a minute where it says nothing readable. */
export const retryAfterMs = (header: string | null | undefined, nowMs: number): number => {
  const seconds = Number(header || 'none')
  const ms = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(header ?? '') - nowMs
  return Number.isNaN(ms) ? waitDefaultMs : Math.min(Math.max(ms, 0), waitMaxMs)
}

/** Errors of clients may carry headers or bodies: only their names go on. */
const nameOf = (cause: unknown): Error =>
  new Error(cause instanceof Error ? cause.name : typeof cause)

/** An answer that cannot be used. */
export const invalidResponse = (
  reason: string,
  { scope = 'provider', cause }: { scope?: Failure['scope']; cause?: unknown } = {},
): ProviderError =>
  new ProviderError(
    { code: 'invalid_response', scope, reason },
    cause === undefined ? {} : { cause: nameOf(cause) },
  )

const causeDepthMax = 5

const codesOf = (error: unknown, depth = 0): string[] => {
  if (!(error instanceof Error) || depth > causeDepthMax) return []
  const code = 'code' in error && typeof error.code === 'string' ? [error.code] : []
  return [...code, ...codesOf(error.cause, depth + 1)]
}

/** TLS alerts with which a server refuses the certificate that we showed, or that we showed none. */
const certificateRefused =
  /^ERR_SSL_.*ALERT.*(CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED|HANDSHAKE_FAILURE)/
/** Our own network, or a server whose certificate we do not trust. */
const ownTrouble =
  /^(ENOTFOUND|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH|ENETDOWN|ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO)/

/** No answer, or one that broke off; what the error's codes tell, never its text. */
export const unreachable = (cause: unknown): ProviderError => {
  const codes = codesOf(cause)
  const failure = (): Failure => {
    if (codes.some((code) => certificateRefused.test(code)))
      return { code: 'operator_misconfigured', scope: 'provider', reason: 'client_certificate' }
    if (codes.some((code) => ownTrouble.test(code)))
      return { code: 'transient', scope: 'provider', reason: 'network' }
    return { code: 'provider_unavailable', scope: 'provider', reason: 'no_answer' }
  }
  return new ProviderError(failure(), { cause: nameOf(cause) })
}
