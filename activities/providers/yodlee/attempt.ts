/** What the last attempt to read the institution came to; decided on the basic data set, whose codes say most. */
import type { Failure } from '../../../domain/failure.ts'
import { instantOf } from './dates.ts'
import { failureOf } from './errors.ts'
import type { ProviderAccountEntry } from './schema.ts'

export type Outcome =
  | { kind: 'running' }
  /** The institution waits for a person's answer. */
  | { kind: 'challenge' }
  | { kind: 'whole' }
  /** Something is missing: nothing that is not shown counts as removed. */
  | { kind: 'partial' }
  | { kind: 'failed'; failure: Failure }

type Dataset = NonNullable<ProviderAccountEntry['dataset']>[number]

/** The data set that holds accounts and lines; null where none is shown. */
export const basicOf = ({ dataset }: Pick<ProviderAccountEntry, 'dataset'>): Dataset | null =>
  dataset?.find(({ name }) => name === 'BASIC_AGG_DATA') ?? null

/** Instant of the last attempt, whatever it came to. */
export const attemptAtOf = (entry: ProviderAccountEntry): string | null =>
  instantOf(basicOf(entry)?.lastUpdateAttempt)

/** Instant of the last attempt that brought data. */
export const readAtOf = (entry: ProviderAccountEntry): string | null =>
  instantOf(basicOf(entry)?.lastUpdated) ?? instantOf(entry.lastUpdated)

/** Statuses that say enough by themselves; in the others the data set decides. */
const byStatus: ReadonlyMap<string, Outcome['kind']> = new Map([
  ['USER_INPUT_REQUIRED', 'challenge'],
  ['LOGIN_IN_PROGRESS', 'running'],
  ['IN_PROGRESS', 'running'],
])
const byData: ReadonlyMap<string, Outcome['kind']> = new Map([
  ['LOGIN_IN_PROGRESS', 'running'],
  ['DATA_RETRIEVAL_IN_PROGRESS', 'running'],
  ['ACCT_SUMMARY_RECEIVED', 'running'],
  ['PARTIAL_DATA_RETRIEVED', 'partial'],
  ['AVAILABLE_DATA_RETRIEVED', 'whole'],
])
const withoutData: ReadonlyMap<string, Outcome['kind']> = new Map([
  ['SUCCESS', 'whole'],
  ['PARTIAL_SUCCESS', 'partial'],
])

const kindOf = (status: string, data: string | null): Outcome['kind'] => {
  const kind = data === null ? withoutData.get(status) : byData.get(data)
  // all of it only where the whole attempt says so
  if (kind === 'whole' && status !== 'SUCCESS') return 'partial'
  return kind ?? 'failed'
}

/** How the last attempt stands at `nowMs`. */
export const outcomeOf = (entry: ProviderAccountEntry, nowMs: number): Outcome => {
  const status = entry.status ?? ''
  const isMigrating = status === 'MIGRATION_IN_PROGRESS'
  const data = isMigrating ? null : basicOf(entry)?.additionalStatus || null
  const kind = byStatus.get(status) ?? kindOf(status, data)
  if (kind !== 'failed') return { kind }
  return { kind, failure: failureOf({ where: 'aggregation', code: data ?? status, nowMs }) }
}
