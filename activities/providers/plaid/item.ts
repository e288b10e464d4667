/** One connection as Plaid knows it: the item, its accounts and its end. */
import type { Failure } from '../../../domain/failure.ts'
import type { ProviderStatus } from '../provider.ts'
import { ProviderError } from '../provider.ts'
import type { Asking } from './client.ts'
import { instantOf } from './dates.ts'
import { failureIn } from './errors.ts'
import { toAccounts } from './map.ts'
import type { AccountResource, ItemAnswer } from './schema.ts'
import { accountsAnswer, anyAnswer, itemAnswer } from './schema.ts'

/** The right to ask about one connection. */
export interface Reading extends Asking {
  accessToken: string
}

/** The connection itself: its error, its consent, when Plaid last read the institution. */
export const readItem = ({ client, options, accessToken }: Reading): Promise<ItemAnswer> =>
  client.post({ path: '/item/get', body: { access_token: accessToken } }, itemAnswer, options)

/** Every account, also those without lines; from Plaid's cache. */
export const readAccounts = async (reading: Reading): Promise<AccountResource[]> => {
  const { client, options, accessToken } = reading
  const call = { path: '/accounts/get', body: { access_token: accessToken } }
  return (await client.post(call, accountsAnswer, options)).accounts
}

/** Whether nothing can be read before a person has acted; all other errors leave what is there readable. */
const isBlocking = ({ code }: Failure): boolean =>
  [
    'credentials_invalid',
    'consent_expired',
    'mfa_required',
    'action_required_at_institution',
    'connection_gone',
    'institution_unsupported',
  ].includes(code)

/** When Plaid last read the institution with success. */
const refreshedAtOf = ({ status }: ItemAnswer): string | null =>
  instantOf(status?.transactions?.last_successful_update)

const accountsOf = async (
  reading: Reading,
  answer: ItemAnswer,
  isFailing: boolean,
): Promise<ProviderStatus['accounts']> => {
  try {
    return toAccounts(await readAccounts(reading), refreshedAtOf(answer))
  } catch (error) {
    // a broken login may hide the accounts as well; the connection's failure says it all
    if (isFailing && error instanceof ProviderError && isBlocking(error.failure)) return []
    throw error
  }
}

/** The state of the connection, read anew. */
export const readStatus = async (reading: Reading): Promise<ProviderStatus> =>
  statusOf(reading, await readItem(reading))

/** The state of a connection whose item was just read. */
export const statusOf = async (reading: Reading, answer: ItemAnswer): Promise<ProviderStatus> => {
  const { item } = answer
  const failure = failureIn(item.error)
  const isFailing = failure !== null && isBlocking(failure)
  return {
    health: isFailing ? 'failing' : 'ok',
    consentExpiresAt: instantOf(item.consent_expiration_time),
    unattendedAllowed: item.update_type !== 'user_present_required',
    lastBankRefreshAt: refreshedAtOf(answer),
    accounts: await accountsOf(reading, answer, isFailing),
    ...(failure === null ? {} : { failure }),
  }
}

/** Ends the connection at Plaid; one that is gone already has ended. */
export const removeItem = async ({ client, options, accessToken }: Reading): Promise<void> => {
  const call = { path: '/item/remove', body: { access_token: accessToken } }
  try {
    await client.post(call, anyAnswer, options)
  } catch (error) {
    if (error instanceof ProviderError && error.failure.code === 'connection_gone') return
    throw error
  }
}
