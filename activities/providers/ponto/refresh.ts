/**
 * A refresh that a person asked for. Each account goes its own way: its details first, then its lines; asking for both
 * at once made some institutions refuse the second.
 */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Failure } from '../../../domain/failure.ts'
import { failureCodes } from '../../../domain/failure.ts'
import type { RefreshProgress, RefreshStart } from '../provider.ts'
import { ProviderError } from '../provider.ts'
import { synchronizationFailure } from './errors.ts'
import type { Reading } from './pull-lines.ts'
import type { SynchronizationResource } from './schema.ts'
import { synchronization } from './schema.ts'

type Subtype = 'accountDetails' | 'accountTransactions'

/** As many as fit into a reference of 2 KB; the others are read as Ponto last saw them. */
const accountsMax = 50
const togetherMax = 8

/** Kept in workflow state between two looks, so it holds ids and a code only: never the person's address. */
const refSchema = z.object({
  open: z.array(z.string()).max(accountsMax),
  failed: z.object({ code: z.enum(failureCodes), providerCode: z.string().optional() }).optional(),
})
type Ref = z.infer<typeof refSchema>

/** On whose behalf the bank is asked, and the run as idempotency key. */
export interface Asker {
  ip: string
  idempotencyKey: string
}

/** How far one account has come. */
type Step =
  | { kind: 'open'; id: string }
  | { kind: 'done' }
  | { kind: 'fresh'; until: string }
  | { kind: 'failed'; failure: Failure }

/** The same uuid for the same step of the same run, so that a repeated request is recognised. */
const keyOf = (...parts: string[]): string => {
  const hex = createHash('sha256').update(parts.join('|')).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** What concerns one account is its own end; everything else ends the attempt. */
const stepOf = (error: unknown): Step => {
  if (!(error instanceof ProviderError)) throw error
  const { failure } = error
  if (failure.providerCode === 'accountRecentlySynchronized' && failure.until !== undefined)
    return { kind: 'fresh', until: failure.until }
  if (failure.scope === 'account' || failure.code === 'defect') return { kind: 'failed', failure }
  throw error
}

const start = async (
  { access }: Reading,
  asker: Asker,
  { account, subtype }: { account: string; subtype: Subtype },
): Promise<Step> => {
  const attributes = {
    resourceType: 'account',
    resourceId: account,
    subtype,
    customerIpAddress: asker.ip,
  }
  const headers = { 'ibanity-idempotency-key': keyOf(asker.idempotencyKey, account, subtype) }
  const json = { data: { type: 'synchronization', attributes } }
  try {
    const call = { method: 'POST', path: '/synchronizations', json, headers } as const
    const { data } = await access.call(call, synchronization)
    return stateOf(data)
  } catch (error) {
    return stepOf(error)
  }
}

const stateOf = ({ id, attributes }: SynchronizationResource): Step => {
  if (attributes.status === 'success') return { kind: 'done' }
  if (attributes.status === 'error')
    return { kind: 'failed', failure: synchronizationFailure(attributes.errors) }
  return { kind: 'open', id }
}

/** Starts an account: its lines follow at once where its details need no waiting. */
const startAccount = async (reading: Reading, asker: Asker, account: string): Promise<Step> => {
  const details = await start(reading, asker, { account, subtype: 'accountDetails' })
  if (details.kind === 'open' || details.kind === 'failed') return details
  const lines = await start(reading, asker, { account, subtype: 'accountTransactions' })
  // fresh as a whole only where both halves are
  return lines.kind === 'fresh' && details.kind === 'done' ? details : lines
}

/** Runs the steps a few at a time, in order. */
const inTurns = async (
  items: readonly string[],
  step: (item: string) => Promise<Step>,
): Promise<Step[]> => {
  const steps: Step[] = []
  for (let from = 0; from < items.length; from += togetherMax)
    steps.push(...(await Promise.all(items.slice(from, from + togetherMax).map(step))))
  return steps
}

const refOf = (steps: readonly Step[], before?: Ref['failed']): Ref => {
  const open = steps.flatMap((step) => (step.kind === 'open' ? [step.id] : []))
  const [first] = steps.flatMap((step) => (step.kind === 'failed' ? [step.failure] : []))
  const failed = before ?? (first && { code: first.code, providerCode: first.providerCode })
  return { open, ...(failed === undefined ? {} : { failed }) }
}

/**
 * Starts the refresh of the accounts; `skipped` when all of it is fresh already, `done` when all of it succeeded at once.
 * Fails when no account can be refreshed.
 */
export const startRefresh = async (
  reading: Reading,
  accounts: readonly string[],
  asker: Asker,
): Promise<RefreshStart> => {
  const steps = await inTurns(accounts.slice(0, accountsMax), (account) =>
    startAccount(reading, asker, account),
  )
  const [failed] = steps.flatMap((step) => (step.kind === 'failed' ? [step.failure] : []))
  if (failed && steps.every(({ kind }) => kind === 'failed')) throw new ProviderError(failed)
  const untils = steps.flatMap((step) => (step.kind === 'fresh' ? [step.until] : []))
  const [until] = untils.toSorted()
  if (until !== undefined && untils.length === steps.length)
    return { state: 'skipped', reason: 'too_recent', until }
  const ref = refOf(steps)
  if (ref.open.length === 0 && ref.failed === undefined) return { state: 'done' }
  return { state: 'started', ref: JSON.stringify(ref) }
}

const readRef = (text: string): Ref => {
  try {
    return refSchema.parse(JSON.parse(text))
  } catch {
    throw new ProviderError({ code: 'defect', scope: 'connection', reason: 'refresh_reference' })
  }
}

/** Looks at one synchronization, and starts the lines of an account whose details have come. */
const look = async (reading: Reading, asker: Asker | null, id: string): Promise<Step> => {
  let data: SynchronizationResource
  try {
    const path = `/synchronizations/${encodeURIComponent(id)}`
    data = (await reading.access.call({ method: 'GET', path }, synchronization)).data
  } catch (error) {
    return stepOf(error)
  }
  const { subtype, resourceId: account } = data.attributes
  const step = stateOf(data)
  if (step.kind !== 'done' || subtype !== 'accountDetails' || !account) return step
  // without the person's address the bank may not be asked for more
  if (asker === null) return step
  return start(reading, asker, { account, subtype: 'accountTransactions' })
}

/** Looks how the refresh is doing; `failed` names the first account's failure once nothing is open any more. */
export const progressOf = async (
  reading: Reading,
  text: string,
  asker: Asker | null,
): Promise<RefreshProgress> => {
  const before = readRef(text)
  const steps = await inTurns(before.open, (id) => look(reading, asker, id))
  const ref = refOf(steps, before.failed)
  if (ref.open.length > 0) return { state: 'running', ref: JSON.stringify(ref) }
  if (ref.failed === undefined) return { state: 'done' }
  const { code, providerCode } = ref.failed
  const failure = { code, scope: 'account', ...(providerCode ? { providerCode } : {}) } as const
  return { state: 'failed', failure }
}
