import type { Secret } from '../../../domain/secret.ts'
import type { CallOptions, ProviderSession } from '../provider.ts'
import { ProviderError } from '../provider.ts'
import { openAccess } from './access.ts'
import type { Yodlee } from './client.ts'
import { nothing } from './client.ts'
import type { Opened } from './own.ts'
import { mayBeGone } from './own.ts'
import { pullLines } from './pull-lines.ts'
import { answerMfa, progressOf, startRefresh, unattendedRefresh } from './refresh.ts'
import { beginRenewal } from './renewal.ts'
import type { YodleeSecrets } from './schema.ts'
import { secretsSchema } from './schema.ts'
import { statusOf } from './status.ts'

/** Reads kept secrets; what cannot be read is a defect, told without a word of their content. */
const readSecrets = (secret: Secret<string>): YodleeSecrets => {
  try {
    return secretsSchema.parse(JSON.parse(secret.reveal()))
  } catch {
    throw new ProviderError({
      code: 'defect',
      scope: 'connection',
      reason: 'secrets_not_readable',
    })
  }
}

/** Opens a session of one connection; its token is minted with the first call. */
export const openYodleeSession = (
  yodlee: Yodlee,
  secret: Secret<string>,
  options: CallOptions,
): ProviderSession => {
  const { loginName, providerAccountId } = readSecrets(secret)
  const opened: Opened = { access: openAccess(yodlee, loginName, options), providerAccountId }
  return {
    providerConnectionId: providerAccountId,
    status: () => statusOf(opened),
    pullLines: (request) => pullLines(opened, request),
    requestRefresh: (mode) =>
      mode === 'attended' ? startRefresh(opened) : unattendedRefresh(opened),
    refreshProgress: (ref) => progressOf(opened, ref),
    answerMfa: (answer) => answerMfa(opened, answer),
    beginRenewal: (request) => beginRenewal(yodlee, { opened, loginName }, request),
    revoke: () => revoke(opened),
  }
}

/** Deletes the connection with its accounts; gone already is as good. */
const revoke = async ({ access, providerAccountId }: Opened): Promise<void> => {
  const path = `/providerAccounts/${encodeURIComponent(providerAccountId)}`
  try {
    await access.call({ method: 'DELETE', path }, nothing)
  } catch (error) {
    const isGone = error instanceof ProviderError && error.failure.code === 'connection_gone'
    if (!isGone && !mayBeGone(error)) throw error
  }
}
