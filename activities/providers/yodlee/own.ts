/** What the user has at Yodlee: connections, accounts, consents. */
import type { Failure } from '../../../domain/failure.ts'
import { ProviderError } from '../provider.ts'
import type { Access } from './access.ts'
import type { Call, Read } from './client.ts'
import { bodyAs } from './client.ts'
import type { AccountEntry, ConsentEntry, ProviderAccountEntry } from './schema.ts'
import { accounts, consents, providerAccounts, providers } from './schema.ts'

/** One connection, and Yodlee's own clock as it was read. */
export interface Own {
  entry: ProviderAccountEntry
  nowMs: number
}

/** A connection with the way to it. */
export interface Opened {
  access: Access
  providerAccountId: string
}

const gone = (failure: Pick<Failure, 'code' | 'scope'>): ProviderError => new ProviderError(failure)

/** Every connection of the user. */
export const listProviderAccounts = async (access: Access): Promise<ProviderAccountEntry[]> =>
  (await access.call({ method: 'GET', path: '/providerAccounts' }, bodyAs(providerAccounts)))
    .providerAccount

const withClock: Read<{ entries: ProviderAccountEntry[]; nowMs: number }> = (answered) => {
  const nowMs = Date.parse(answered.headers.get('date') ?? '')
  return {
    entries: bodyAs(providerAccounts)(answered).providerAccount,
    nowMs: Number.isNaN(nowMs) ? Date.now() : nowMs,
  }
}

/** This connection as the list shows it, where alone it says whether every login needs the person. Fails with `connection_gone`. */
export const ownEntry = async ({ access, providerAccountId }: Opened): Promise<Own> => {
  const call: Call = { method: 'GET', path: '/providerAccounts' }
  const { entries, nowMs } = await access.call(call, withClock)
  const entry = entries.find(({ id }) => id === providerAccountId)
  if (!entry) throw gone({ code: 'connection_gone', scope: 'connection' })
  return { entry, nowMs }
}

/** Codes with which Yodlee speaks of an id that it does not know, among other things. */
const perhapsGone = ['Y800', 'Y807']

/** Tells whether an error may mean that what was asked for is gone. */
export const mayBeGone = (error: unknown): boolean =>
  error instanceof ProviderError && perhapsGone.includes(error.failure.providerCode ?? '')

/** This connection alone, which shows its form while the institution asks. Fails with `connection_gone`. */
export const ownDetail = async (
  opened: Opened,
  requestId: string | null,
): Promise<ProviderAccountEntry> => {
  const { access, providerAccountId } = opened
  const path = `/providerAccounts/${encodeURIComponent(providerAccountId)}`
  const query = requestId === null ? {} : { query: { requestId } }
  try {
    const read = bodyAs(providerAccounts)
    const [entry] = (await access.call({ method: 'GET', path, ...query }, read)).providerAccount
    if (entry) return entry
  } catch (error) {
    if (!mayBeGone(error)) throw error
    await ownEntry(opened)
    throw error
  }
  throw gone({ code: 'connection_gone', scope: 'connection' })
}

/** Every account of the connection, with what its nightly refresh says. */
export const listAccounts = async ({
  access,
  providerAccountId,
}: Opened): Promise<AccountEntry[]> => {
  const query = { providerAccountId, include: 'autoRefresh' }
  const call: Call = { method: 'GET', path: '/accounts', query }
  return (await access.call(call, bodyAs(accounts))).account
}

/** The consent of a connection at an open-banking institution; null where there is none. */
export const consentOf = async (
  { access, providerAccountId }: Opened,
  entry: ProviderAccountEntry,
): Promise<ConsentEntry | null> => {
  if (!entry.consentId) return null
  const query = { providerAccountIds: providerAccountId }
  const { consent } = await access.call(
    { method: 'GET', path: '/consents', query },
    bodyAs(consents),
  )
  const ends = (one: ConsentEntry): string => one.expirationDateTime ?? one.expirationDate ?? ''
  // a renewed consent stands beside the one it replaces
  return consent.toSorted((a, b) => (ends(a) < ends(b) ? 1 : -1))[0] ?? null
}

/** Whether Yodlee reads this institution without the person; one that left the catalogue forbids nothing. */
export const isInstitutionAutoRefreshed = async (
  { access }: Opened,
  { providerId }: ProviderAccountEntry,
): Promise<boolean> => {
  if (!providerId) return true
  const path = `/providers/${encodeURIComponent(providerId)}`
  try {
    const { provider } = await access.call({ method: 'GET', path }, bodyAs(providers))
    return provider[0]?.isAutoRefreshEnabled !== false
  } catch (error) {
    if (mayBeGone(error)) return true
    throw error
  }
}
