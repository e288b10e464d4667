import type { Secret } from '../../../domain/secret.ts'
import type { ProviderSession, SessionOptions } from '../provider.ts'
import { ProviderError } from '../provider.ts'
import type { Plaid } from './client.ts'
import { readSecrets } from './flow.ts'
import { readStatus, removeItem } from './item.ts'
import { pullLines } from './pull-lines.ts'
import { progressOf, startRefresh } from './refresh.ts'
import { beginRenewal } from './renewal.ts'

/** Opens a session with the access token of one connection. */
export const openPlaidSession = (
  plaid: Plaid,
  secret: Secret<string>,
  options: SessionOptions,
): ProviderSession => {
  const { accessToken, itemId } = readSecrets(secret)
  const reading = { ...plaid, options, accessToken }
  return {
    providerConnectionId: itemId,
    status: () => readStatus(reading),
    pullLines: (request) => pullLines(reading, request),
    // Plaid reads the institutions one to four times a day by itself
    requestRefresh: (mode) =>
      mode === 'unattended'
        ? Promise.resolve({ state: 'skipped', reason: 'refreshes_itself' })
        : startRefresh(reading),
    refreshProgress: (ref) => progressOf(reading, ref),
    answerMfa() {
      const failure = { code: 'defect', scope: 'connection', reason: 'no_inline_mfa' } as const
      return Promise.reject(new ProviderError(failure))
    },
    beginRenewal: (request) => beginRenewal(reading, request),
    revoke: () => removeItem(reading),
  }
}
