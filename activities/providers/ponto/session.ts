import type { Secret } from '../../../domain/secret.ts'
import type { ProviderSession, SessionOptions } from '../provider.ts'
import { ProviderError } from '../provider.ts'
import { createAccess } from './access.ts'
import type { PontoClient } from './client.ts'
import type { PontoConfig } from './config.ts'
import { beginAuthorization, beginReauthorization } from './link.ts'
import { toStatus } from './map.ts'
import { clientToken } from './oauth.ts'
import { pullLines } from './pull-lines.ts'
import { progressOf, startRefresh } from './refresh.ts'
import type { AccountResource } from './schema.ts'
import { accountList } from './schema.ts'

const accountPagesMax = 20

export interface Ponto {
  client: PontoClient
  config: PontoConfig
}

/** Opens a session with the secrets of one organization. */
export const openPontoSession = (
  ponto: Ponto,
  secret: Secret<string>,
  options: SessionOptions,
): ProviderSession => {
  const access = createAccess(ponto, secret, options)
  const reading = { client: ponto.client, access, options }
  return {
    providerConnectionId: access.secrets().organizationId,
    status: async () => toStatus(await listAccounts(reading)),
    pullLines: (request) => pullLines(reading, request),
    requestRefresh(mode, { providerAccountIds, psu, idempotencyKey }) {
      // Ponto reads the banks about four times a day by itself
      if (mode === 'unattended')
        return Promise.resolve({ state: 'skipped', reason: 'refreshes_itself' })
      if (!psu)
        throw new ProviderError({
          code: 'defect',
          scope: 'connection',
          reason: 'no_person_address',
        })
      return startRefresh(reading, providerAccountIds, { ip: psu.ip, idempotencyKey })
    },
    refreshProgress: (ref, { psu, idempotencyKey }) =>
      progressOf(reading, ref, psu ? { ip: psu.ip, idempotencyKey } : null),
    async beginRenewal(request) {
      if (request.reason === 'lost') return beginAuthorization({ ...ponto, options }, request)
      return beginReauthorization(reading, request, await listAccounts(reading))
    },
    async revoke() {
      const { organizationId, refreshToken } = access.secrets()
      // works with the client's own token, also after the organization's grant is lost
      const bearer = await clientToken({ ...ponto, options })
      const url = `/organizations/${organizationId}/integration`
      await ponto.client.send({ method: 'DELETE', url, authorization: { bearer } }, options)
      const form = { token: refreshToken }
      await ponto.client.send(
        { method: 'POST', url: '/oauth2/revoke', authorization: 'basic', form },
        options,
      )
    },
  }
}

/** Every account of the organization; the paging is followed to its end because a missing account means something. */
const listAccounts = async ({
  client,
  access,
  options,
}: Parameters<typeof pullLines>[0]): Promise<AccountResource[]> => {
  const accounts: AccountResource[] = []
  let url: string | null = '/accounts?page%5Blimit%5D=100'
  for (let pages = 0; url !== null && pages < accountPagesMax; pages += 1) {
    const at: string = url
    const answer = await access.run((token) =>
      client.call(
        { method: 'GET', url: at, authorization: { bearer: token } },
        accountList,
        options,
      ),
    )
    accounts.push(...answer.data)
    url = answer.links?.next ?? null
  }
  return accounts
}
