/** Connections: what the workflow decides with, and what people see. */
import type { DatabaseTransactionConnection } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'
import type {
  Awaiting,
  ConnectionFacts,
  ConnectionState,
  DisconnectReason,
  Pause,
} from '../../domain/connection.ts'
import type { FailureCode } from '../../domain/failure.ts'
import { count, instantMs, toInstant, word } from '../row.ts'
import { currentTenant } from '../tenant.ts'

export type { ConnectionPosition } from './connection-views.ts'
export { listViews, maybeOneView } from './connection-views.ts'

type Tx = DatabaseTransactionConnection

export interface NewConnection {
  id: string
  provider: string
  providerInstitutionId: string
  institutionName: string
  label?: string
}

/** Adds a connection that nobody has linked yet; false where its id exists. */
export const create = async (tx: Tx, connection: NewConnection): Promise<boolean> => {
  const { id, provider, providerInstitutionId, institutionName, label = '' } = connection
  // whole milliseconds, because the instant is handed out and comes back as a position in lists
  const { rowCount } = await tx.query(sql.unsafe`
    INSERT INTO connection
      (tenant_id, id, provider, provider_institution_id, institution_name, label, created_at)
    VALUES (${currentTenant}, ${id}, ${provider}, ${providerInstitutionId}, ${institutionName},
      ${label}, date_trunc('milliseconds', now()))
    ON CONFLICT (tenant_id, id) DO NOTHING`)
  return rowCount === 1
}

/** Accounts of the current generation that people chose and that are still there. */
const chosenAccounts = sql.fragment`(
  SELECT count(*) FROM connection_account
  WHERE connection_account.connection_id = connection.id
    AND connection_account.generation = connection.generation AND chosen AND gone_at IS NULL)`

/** Somebody was asked and can still answer, or did and the institution has not said what it thinks of it. */
const challengeOpen = sql.fragment`EXISTS (
  SELECT FROM mfa_challenge
  WHERE mfa_challenge.connection_id = connection.id
    AND mfa_challenge.state IN ('open', 'answered'))`

const defaultIntervalSeconds = 43_200

const intervalSeconds = sql.fragment`coalesce(
  connection.sync_interval_s,
  (SELECT provider_setting.sync_interval_s FROM provider_setting
   WHERE provider_setting.provider = connection.provider),
  ${defaultIntervalSeconds}::integer)`

const factsRow = z
  .object({
    id: z.string(),
    provider: z.string(),
    institutionName: z.string(),
    state: word<ConnectionState>(),
    awaiting: word<Awaiting>(),
    challengeOpen: z.boolean(),
    autoSync: z.boolean(),
    pauses: z.array(word<Pause>()),
    failureCode: word<FailureCode>().nullable(),
    failureReference: z.string().nullable(),
    disconnectReason: word<DisconnectReason>().nullable(),
    generation: z.int(),
    intervalSeconds: z.int(),
    consentExpiresAtMs: instantMs.nullable(),
    consentNoticeDays: z.int().nullable(),
    unattendedAllowed: z.boolean(),
    chosenAccounts: count,
    lastRefreshAtMs: instantMs.nullable(),
    lastPulledAtMs: instantMs.nullable(),
    nextSyncAtMs: instantMs.nullable(),
    failingSlots: z.int(),
    tries: z.int(),
    failingSinceMs: instantMs.nullable(),
    countedFailures: z.int(),
    countedOn: z.string().nullable(),
    version: count,
    createdAtMs: instantMs,
  })
  // the registry knows the provider's name; whoever needs it fills it in
  .transform(({ intervalSeconds: seconds, ...facts }): ConnectionFacts => ({
    ...facts,
    providerName: facts.provider,
    intervalMs: seconds * 1_000,
  }))

/** Locks the connection's row and reads its facts; null where there is none. `providerName` holds the provider's id. */
export const lockById = async (tx: Tx, id: string): Promise<ConnectionFacts | null> => {
  // two statements: after a wait for the lock, only a new statement sees what the one before us wrote to other tables
  await tx.query(sql.unsafe`SELECT FROM connection WHERE id = ${id} FOR UPDATE`)
  return tx.maybeOne(sql.type(factsRow)`
    SELECT id, provider, institution_name AS "institutionName", state, awaiting,
      ${challengeOpen} AS "challengeOpen", auto_sync AS "autoSync", pauses, failure_code AS "failureCode",
      failure_reference AS "failureReference", disconnect_reason AS "disconnectReason", generation,
      ${intervalSeconds} AS "intervalSeconds", consent_expires_at AS "consentExpiresAtMs",
      consent_notice_days AS "consentNoticeDays", unattended_allowed AS "unattendedAllowed",
      ${chosenAccounts} AS "chosenAccounts", last_refresh_at AS "lastRefreshAtMs",
      last_pulled_at AS "lastPulledAtMs", next_sync_at AS "nextSyncAtMs",
      failing_slots AS "failingSlots", tries, failing_since AS "failingSinceMs",
      counted_failures AS "countedFailures", counted_on AS "countedOn", version,
      created_at AS "createdAtMs"
    FROM connection WHERE id = ${id}`)
}

const plainColumns = [
  ['state', 'state'],
  ['awaiting', 'awaiting'],
  ['autoSync', 'auto_sync'],
  ['failureCode', 'failure_code'],
  ['failureReference', 'failure_reference'],
  ['disconnectReason', 'disconnect_reason'],
  ['generation', 'generation'],
  ['consentNoticeDays', 'consent_notice_days'],
  ['unattendedAllowed', 'unattended_allowed'],
  ['failingSlots', 'failing_slots'],
  ['tries', 'tries'],
  ['countedFailures', 'counted_failures'],
  ['countedOn', 'counted_on'],
] as const satisfies [keyof ConnectionFacts, string][]

const instantColumns = [
  ['consentExpiresAtMs', 'consent_expires_at'],
  ['lastRefreshAtMs', 'last_refresh_at'],
  ['lastPulledAtMs', 'last_pulled_at'],
  ['nextSyncAtMs', 'next_sync_at'],
  ['failingSinceMs', 'failing_since'],
] as const satisfies [keyof ConnectionFacts, string][]

const assignmentsOf = (changed: Partial<ConnectionFacts>) => [
  ...plainColumns.flatMap(([name, column]) => {
    const value = changed[name]
    return value === undefined ? [] : [sql.fragment`${sql.identifier([column])} = ${value}`]
  }),
  ...instantColumns.flatMap(([name, column]) => {
    const ms = changed[name]
    return ms === undefined
      ? []
      : [sql.fragment`${sql.identifier([column])} = ${toInstant(ms)}::timestamptz`]
  }),
  ...(changed.pauses === undefined
    ? []
    : [sql.fragment`pauses = ${sql.array(changed.pauses, 'text')}`]),
]

/** Writes the facts that changed and counts the version up; facts that are computed or fixed are not written. */
export const update = async (
  tx: Tx,
  id: string,
  changed: Partial<ConnectionFacts>,
): Promise<void> => {
  const assignments = [...assignmentsOf(changed), sql.fragment`version = version + 1`]
  await tx.query(sql.unsafe`
    UPDATE connection SET ${sql.join(assignments, sql.fragment`, `)} WHERE id = ${id}`)
}

const movedRow = z.object({ moved: z.boolean() })

/**
 * Remembers the provider's own id of the connection, by which its webhooks find it; true when it had another one before.
 */
export const setProviderConnection = async (
  tx: Tx,
  id: string,
  providerConnectionId: string,
): Promise<boolean> => {
  const { moved } = await tx.one(sql.type(movedRow)`
    WITH before AS (SELECT provider_connection_id AS id FROM connection WHERE id = ${id})
    UPDATE connection SET provider_connection_id = ${providerConnectionId} WHERE id = ${id}
    RETURNING coalesce((SELECT before.id FROM before) <> provider_connection_id, FALSE) AS moved`)
  return moved
}

const heldRow = z.object({ providerConnectionId: z.string(), institutionName: z.string() })

/** A connection to be compared with the others of its tenant at its provider. */
interface Beside {
  provider: string
  connectionId: string
}

/** The tenant's other connections that exist at the provider: those that work, and those that a renewal brings back. */
export const listHeld = (
  tx: Tx,
  { provider, connectionId }: Beside,
): Promise<readonly z.infer<typeof heldRow>[]> =>
  tx.any(sql.type(heldRow)`
    SELECT provider_connection_id AS "providerConnectionId", institution_name AS "institutionName"
    FROM connection
    WHERE provider = ${provider} AND id <> ${connectionId} AND provider_connection_id IS NOT NULL
      AND (state <> 'disconnected' OR disconnect_reason = 'consent')
    ORDER BY id LIMIT 10000`)

/** Lets one SQL transaction at a time decide who has a connection at a provider. */
export const lockProviderConnection = async (
  tx: Tx,
  { provider, providerConnectionId }: { provider: string; providerConnectionId: string },
): Promise<void> => {
  await tx.query(sql.unsafe`
    SELECT pg_advisory_xact_lock(hashtextextended(${`${provider}:${providerConnectionId}`}, 0))`)
}

/** Names the institution that the person chose on the provider's page. */
export const setInstitution = async (
  tx: Tx,
  id: string,
  { providerInstitutionId, name }: { providerInstitutionId: string; name: string },
): Promise<void> => {
  await tx.query(sql.unsafe`
    UPDATE connection SET provider_institution_id = ${providerInstitutionId},
      institution_name = ${name.slice(0, 200)} WHERE id = ${id}`)
}

/** Renames a connection; false where there is none. */
export const setLabel = async (tx: Tx, id: string, label: string): Promise<boolean> => {
  const { rowCount } = await tx.query(sql.unsafe`
    UPDATE connection SET label = ${label}, version = version + 1 WHERE id = ${id}`)
  return rowCount === 1
}

export type IntervalSet =
  { kind: 'set' } | { kind: 'too_short'; minSeconds: number } | { kind: 'not_found' }

const minRow = z.object({ minSeconds: z.int() })
const defaultMinSeconds = 3_600

/** Sets a connection's own interval, null = the provider's; refuses one shorter than the provider's shortest. */
export const setInterval = async (
  tx: Tx,
  id: string,
  seconds: number | null,
): Promise<IntervalSet> => {
  const row = await tx.maybeOne(sql.type(minRow)`
    SELECT coalesce(sync_interval_min_s, ${defaultMinSeconds}::integer) AS "minSeconds"
    FROM connection LEFT JOIN provider_setting USING (provider) WHERE id = ${id}`)
  if (row === null) return { kind: 'not_found' }
  if (seconds !== null && seconds < row.minSeconds)
    return { kind: 'too_short', minSeconds: row.minSeconds }
  await tx.query(sql.unsafe`
    UPDATE connection SET sync_interval_s = ${seconds}, version = version + 1 WHERE id = ${id}`)
  return { kind: 'set' }
}

/** Removes a connection with its runs, messages, flows and secret; accounts and their lines stay with the tenant. */
export const remove = async (tx: Tx, id: string): Promise<void> => {
  await tx.query(sql.unsafe`
    WITH routes AS (
      DELETE FROM webhook_route WHERE tenant_id = ${currentTenant} AND connection_id = ${id}
    )
    DELETE FROM connection WHERE id = ${id}`)
}
