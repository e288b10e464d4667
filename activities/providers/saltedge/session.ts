import type { Secret } from '../../../domain/secret.ts'
import type { ProviderSession, SessionOptions } from '../provider.ts'
import { ProviderError } from '../provider.ts'
import type { SaltEdge } from './client.ts'
import { pullLines } from './pull-lines.ts'
import { progressOf, startRefresh } from './refresh.ts'
import { beginReconnect } from './renewal.ts'
import type { SaltEdgeSecrets } from './schema.ts'
import { secretsSchema } from './schema.ts'
import { readStatus } from './status.ts'

const readSecrets = (secret: Secret<string>): SaltEdgeSecrets => {
  try {
    return secretsSchema.parse(JSON.parse(secret.reveal()))
  } catch {
    throw new ProviderError({ code: 'defect', scope: 'connection', reason: 'secrets_not_readable' })
  }
}

/** Opens a session of one connection; the operator's keys do the rest. */
export const openSaltEdgeSession = (
  saltEdge: SaltEdge,
  secret: Secret<string>,
  options: SessionOptions,
): ProviderSession => {
  const secrets = readSecrets(secret)
  const { connectionId } = secrets
  const asking = { ...saltEdge, options }
  return {
    providerConnectionId: connectionId,
    status: () => readStatus(asking, connectionId),
    pullLines: (request) => pullLines({ ...asking, connectionId }, request),
    requestRefresh: (mode, { idempotencyKey }) =>
      startRefresh(asking, secrets, { mode, idempotencyKey }),
    refreshProgress: (ref) => progressOf(asking, secrets, ref),
    answerMfa() {
      // only Salt Edge's own page takes an answer
      const failure = { code: 'defect', scope: 'connection', reason: 'no_inline_mfa' } as const
      return Promise.reject(new ProviderError(failure))
    },
    beginRenewal: (request) => beginReconnect(asking, secrets, request),
    revoke: () =>
      saltEdge.client.remove(`/connections/${encodeURIComponent(connectionId)}`, options),
  }
}
