import type { Secret } from '../../../domain/secret.ts'
import type { ProviderSession, SessionOptions } from '../provider.ts'
import { ProviderError } from '../provider.ts'
import { createAccess } from './access.ts'
import { listAccounts } from './accounts.ts'
import type { Ponto } from './client.ts'
import { beginAuthorization } from './link.ts'
import { toStatus } from './map.ts'
import type { Asking } from './oauth.ts'
import { clientToken } from './oauth.ts'
import { pullLines } from './pull-lines.ts'
import { progressOf, startRefresh } from './refresh.ts'
import { beginReauthorization } from './renewal.ts'
import type { PontoSecrets } from './schema.ts'

/** Opens a session with the secrets of one organization. */
export const openPontoSession = (
  ponto: Ponto,
  secret: Secret<string>,
  options: SessionOptions,
): ProviderSession => {
  const access = createAccess(ponto, secret, options)
  const reading = { ...ponto, access }
  const accounts = () => listAccounts(ponto.client, access.call)
  return {
    providerConnectionId: access.secrets().organizationId,
    status: async () => toStatus(await accounts()),
    pullLines: (request) => pullLines(reading, request),
    async requestRefresh(mode, { providerAccountIds, psu, idempotencyKey }) {
      // Ponto reads the banks about four times a day by itself
      if (mode === 'unattended') return { state: 'skipped', reason: 'refreshes_itself' }
      if (!psu)
        throw new ProviderError({ code: 'defect', scope: 'connection', reason: 'no_psu_ip' })
      return startRefresh(reading, providerAccountIds, { ip: psu.ip, idempotencyKey })
    },
    refreshProgress: (ref, { psu, idempotencyKey }) =>
      progressOf(reading, ref, psu ? { ip: psu.ip, idempotencyKey } : null),
    answerMfa() {
      const failure = { code: 'defect', scope: 'connection', reason: 'no_inline_mfa' } as const
      return Promise.reject(new ProviderError(failure))
    },
    async beginRenewal(request) {
      // a dead grant opens no page of an account: the whole flow begins anew
      if (request.reason === 'lost') return beginAuthorization({ ...ponto, options }, request)
      return beginReauthorization(reading, request, await accounts())
    },
    revoke: () => revoke({ ...ponto, options }, access.secrets()),
  }
}

/** Ends the integration with the client's own token, which works also after the organization's grant is lost. */
const revoke = async (
  asking: Asking,
  { organizationId, refreshToken }: PontoSecrets,
): Promise<void> => {
  const { client, options } = asking
  const bearer = await clientToken(asking)
  const path = `/organizations/${encodeURIComponent(organizationId)}/integration`
  await client.send({ method: 'DELETE', path, authorization: { bearer } }, options)
  const form = { token: refreshToken }
  try {
    await client.send(
      { method: 'POST', path: '/oauth2/revoke', authorization: 'basic', form },
      options,
    )
  } catch (error) {
    // with the integration its tokens are gone already, and Ponto may say so
    const code = error instanceof ProviderError ? error.failure.code : null
    if (code !== 'credentials_invalid' && code !== 'defect') throw error
  }
}
