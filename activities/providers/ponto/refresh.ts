/** A refresh that a person asked for: account details first, then the lines; each step is a few short calls. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { RefreshProgress, RefreshStart } from '../provider.ts'
import { ProviderError } from '../provider.ts'
import type { Reading } from './pull-lines.ts'
import { synchronizationFailure } from './errors.ts'
import { synchronization } from './schema.ts'

type Subtype = 'accountDetails' | 'accountTransactions'

/** Kept in workflow state between two looks, so it holds ids only: never the person's address. */
const refSchema = z.object({
  subtype: z.enum(['accountDetails', 'accountTransactions']),
  accounts: z.array(z.string()),
  open: z.array(z.string()),
})

/** On whose behalf the bank is asked, and the run as idempotency key. */
export interface Asker {
  ip: string
  idempotencyKey: string
}

interface Part extends Asker {
  subtype: Subtype
}

/** The same uuid for the same step of the same run, so that a repeated request is recognised. */
const idempotencyKey = (...parts: string[]): string => {
  const hex = createHash('sha256').update(parts.join('|')).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

type Started =
  { kind: 'open'; id: string } | { kind: 'done' } | { kind: 'too_recent'; until: string }

const startOne = async (
  { client, access, options }: Reading,
  account: string,
  { subtype, ip, idempotencyKey: key }: Part,
): Promise<Started> => {
  const attributes = {
    resourceType: 'account',
    resourceId: account,
    subtype,
    customerIpAddress: ip,
  }
  try {
    const { data } = await access.run((token) =>
      client.call(
        {
          method: 'POST',
          url: '/synchronizations',
          authorization: { bearer: token },
          json: { data: { type: 'synchronization', attributes } },
          headers: { 'ibanity-idempotency-key': idempotencyKey(key, account, subtype) },
        },
        synchronization,
        options,
      ),
    )
    return data.attributes.status === 'success' ? { kind: 'done' } : { kind: 'open', id: data.id }
  } catch (error) {
    // fresh already: there is nothing to wait for
    if (
      error instanceof ProviderError &&
      error.failure.providerCode === 'accountRecentlySynchronized'
    )
      return { kind: 'too_recent', until: error.failure.until ?? new Date().toISOString() }
    throw error
  }
}

const startAll = (reading: Reading, accounts: readonly string[], part: Part): Promise<Started[]> =>
  Promise.all(accounts.map((account) => startOne(reading, account, part)))

const openIds = (started: readonly Started[]): string[] =>
  started.flatMap((one) => (one.kind === 'open' ? [one.id] : []))

/** Starts the refresh of the accounts; `skipped` when all of it is fresh already. */
export const startRefresh = async (
  reading: Reading,
  accounts: readonly string[],
  asker: Asker,
): Promise<RefreshStart> => {
  const details = await startAll(reading, accounts, { ...asker, subtype: 'accountDetails' })
  const open = openIds(details)
  if (open.length > 0)
    return { state: 'started', ref: JSON.stringify({ subtype: 'accountDetails', accounts, open }) }
  const lines = await startAll(reading, accounts, { ...asker, subtype: 'accountTransactions' })
  const tooRecent = [...details, ...lines].flatMap((one) =>
    one.kind === 'too_recent' ? [one.until] : [],
  )
  if (tooRecent.length === details.length + lines.length) {
    const [until] = tooRecent.toSorted()
    return { state: 'skipped', reason: 'too_recent', ...(until === undefined ? {} : { until }) }
  }
  return {
    state: 'started',
    ref: JSON.stringify({ subtype: 'accountTransactions', accounts, open: openIds(lines) }),
  }
}

/** Looks how the refresh is doing, and starts its second half when the first is done. */
export const progressOf = async (
  reading: Reading,
  text: string,
  asker: Asker | null,
): Promise<RefreshProgress> => {
  const ref = refSchema.parse(JSON.parse(text))
  const { client, access, options } = reading
  const states = await Promise.all(
    ref.open.map((id) =>
      access.run((token) =>
        client.call(
          { method: 'GET', url: `/synchronizations/${id}`, authorization: { bearer: token } },
          synchronization,
          options,
        ),
      ),
    ),
  )
  const failed = states.find(({ data }) => data.attributes.status === 'error')
  if (failed)
    return {
      state: 'failed',
      failure: synchronizationFailure(failed.data.attributes.errors?.[0]?.code ?? 'unknown'),
    }
  const open = states
    .filter(({ data }) => data.attributes.status !== 'success')
    .map(({ data }) => data.id)
  if (open.length > 0) return { state: 'running', ref: JSON.stringify({ ...ref, open }) }
  if (ref.subtype === 'accountTransactions' || asker === null) return { state: 'done' }
  const subtype = 'accountTransactions' as const
  const started = openIds(await startAll(reading, ref.accounts, { ...asker, subtype }))
  return started.length === 0
    ? { state: 'done' }
    : { state: 'running', ref: JSON.stringify({ subtype, accounts: ref.accounts, open: started }) }
}
