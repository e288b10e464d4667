/** How a person makes, renews or restores a connection: one row per attempt, and the way back from the provider's page. */
import type { CommonQueryMethods, DatabaseTransactionConnection } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'
import { instantMs, toInstant } from '../row.ts'
import { currentTenant } from '../tenant.ts'

type Tx = DatabaseTransactionConnection

const flowRow = z.object({
  id: z.string(),
  connectionId: z.string(),
  kind: z.enum(['link', 'renewal', 'reconnect']),
  state: z.enum(['requested', 'waiting', 'completing', 'linked', 'exited', 'expired', 'failed']),
  returnUrl: z.string(),
  locale: z.enum(['en', 'fr', 'nl']),
  startedBy: z.string(),
  failureCode: z.string().nullable(),
  reference: z.string().nullable(),
  expiresAt: z.string(),
  createdAt: z.string(),
  finishedAt: z.string().nullable(),
})

export type LinkFlow = z.infer<typeof flowRow>

export interface NewLinkFlow {
  id: string
  connectionId: string
  kind: LinkFlow['kind']
  /** SHA-256 of the opaque value that comes back with the person. */
  stateHash: Buffer
  returnUrl: string
  locale: LinkFlow['locale']
  startedBy?: string
  ttlSeconds: number
}

const columns = sql.fragment`
  id, connection_id AS "connectionId", kind, state, return_url AS "returnUrl", locale,
  started_by AS "startedBy", failure_code AS "failureCode", reference, expires_at AS "expiresAt",
  created_at AS "createdAt", finished_at AS "finishedAt"`

const isOpen = sql.fragment`state IN ('requested', 'waiting', 'completing')`

/** Adds a flow and its way back; nothing happens where its id exists. */
export const create = async (tx: Tx, flow: NewLinkFlow): Promise<void> => {
  const { id, connectionId, kind, stateHash, returnUrl, locale, startedBy = '', ttlSeconds } = flow
  await tx.query(sql.unsafe`
    WITH made AS (
      INSERT INTO link_flow (tenant_id, id, connection_id, kind, state_hash, return_url, locale,
        started_by, expires_at)
      VALUES (${currentTenant}, ${id}, ${connectionId}, ${kind}, ${sql.binary(stateHash)},
        ${returnUrl}, ${locale}, ${startedBy}, now() + make_interval(secs => ${ttlSeconds}))
      ON CONFLICT (tenant_id, id) DO NOTHING
      RETURNING state_hash, tenant_id, id, expires_at
    )
    INSERT INTO link_return (state_hash, tenant_id, flow_id, expires_at)
    SELECT state_hash, tenant_id, id, expires_at FROM made`)
}

/** One flow; throws `NotFoundError` where there is none. */
export const oneById = (tx: Tx, id: string): Promise<LinkFlow> =>
  tx.one(sql.type(flowRow)`SELECT ${columns} FROM link_flow WHERE id = ${id}`)

/** One flow; null where there is none. */
export const maybeOneById = (tx: Tx, id: string): Promise<LinkFlow | null> =>
  tx.maybeOne(sql.type(flowRow)`SELECT ${columns} FROM link_flow WHERE id = ${id}`)

export interface FlowChange {
  state?: LinkFlow['state']
  failureCode?: string | null
  reference?: string | null
  /** Instant; also ends the way back. */
  expiresAt?: string
}

/** Moves an open flow on; false when it has ended before, which stands. */
export const update = async (tx: Tx, id: string, changed: FlowChange): Promise<boolean> => {
  const { state, failureCode, reference, expiresAt } = changed
  const assignments = [
    state !== undefined && sql.fragment`state = ${state}`,
    state !== undefined &&
      sql.fragment`(finished_at, look_at) = (
        SELECT CASE WHEN has_ended THEN now() END, CASE WHEN NOT has_ended THEN look_at END
        FROM (VALUES (${state} IN ('linked', 'exited', 'expired', 'failed'))) AS known (has_ended))`,
    failureCode !== undefined && sql.fragment`failure_code = ${failureCode}`,
    reference !== undefined && sql.fragment`reference = ${reference}`,
    expiresAt !== undefined && sql.fragment`expires_at = ${expiresAt}::timestamptz`,
  ].filter((assignment) => assignment !== false)
  if (assignments.length === 0) return true
  const { rowCount } = await tx.query(sql.unsafe`
    UPDATE link_flow SET ${sql.join(assignments, sql.fragment`, `)}
    WHERE id = ${id} AND ${isOpen}`)
  if (rowCount === 1 && expiresAt !== undefined)
    await tx.query(sql.unsafe`
      UPDATE link_return SET expires_at = ${expiresAt}::timestamptz
      WHERE tenant_id = ${currentTenant} AND flow_id = ${id}`)
  return rowCount === 1
}

/**
 * Puts a flow back to waiting that the provider has not finished yet, and plans the next look: 5 seconds later at first,
 * then more rarely. A flow that a disconnection ended is looked at too, until what comes of it is withdrawn.
 */
export const lookAgain = async (tx: Tx, id: string): Promise<void> => {
  await tx.query(sql.unsafe`
    UPDATE link_flow SET state = CASE state WHEN 'exited' THEN state ELSE 'waiting' END,
      looks = looks + 1, look_at = now() + make_interval(secs => least(60, 5 * power(1.5, looks)))
    WHERE id = ${id} AND (${isOpen} OR state = 'exited')`)
}

/** Plans no further look at a flow. */
export const stopLooking = async (tx: Tx, id: string): Promise<void> => {
  await tx.query(sql.unsafe`UPDATE link_flow SET look_at = NULL WHERE id = ${id}`)
}

const returnRow = z.object({ tenantId: z.string(), flowId: z.string() })

/** The flow a person comes back to, found by the hash of the opaque value before a tenant is known; null when over. */
export const findByReturn = (
  pool: CommonQueryMethods,
  stateHash: Buffer,
): Promise<{ tenantId: string; flowId: string } | null> =>
  pool.maybeOne(sql.type(returnRow)`
    SELECT tenant_id AS "tenantId", flow_id AS "flowId" FROM link_return
    WHERE state_hash = ${sql.binary(stateHash)} AND expires_at > now()`)

/** The flow of a connection that was begun last; null where there was none. */
export const maybeLatest = (tx: Tx, connectionId: string): Promise<LinkFlow | null> =>
  tx.maybeOne(sql.type(flowRow)`
    SELECT ${columns} FROM link_flow WHERE connection_id = ${connectionId}
    ORDER BY created_at DESC, id LIMIT 1`)

const elsewhereRow = z.object({ isLinking: z.boolean() })

/** Whether a first link to the same institution is open for another connection of the tenant. */
export const isLinkingElsewhere = async (
  tx: Tx,
  { provider, connectionId }: { provider: string; connectionId: string },
): Promise<boolean> => {
  const { isLinking } = await tx.one(sql.type(elsewhereRow)`
    SELECT EXISTS (
      SELECT FROM link_flow
      WHERE ${isOpen} AND expires_at > now() AND connection_id IN (
        SELECT other.id FROM connection AS own
        JOIN connection AS other ON other.provider = own.provider AND other.id <> own.id
          AND other.provider_institution_id = own.provider_institution_id
        WHERE own.id = ${connectionId} AND own.provider = ${provider})
    ) AS "isLinking"`)
  return isLinking
}

/** The open flows of a connection, the oldest first. */
export const listOpenByConnection = (tx: Tx, connectionId: string): Promise<readonly LinkFlow[]> =>
  tx.any(sql.type(flowRow)`
    SELECT ${columns} FROM link_flow WHERE connection_id = ${connectionId} AND ${isOpen}
    ORDER BY created_at, id LIMIT 100`)

const duesRow = z.object({
  endsAtMs: instantMs.nullable(),
  lookId: z.string().nullable(),
  lookAtMs: instantMs.nullable(),
})

export interface FlowDues {
  /** When the first open flow ends; null while none is open. */
  endsAtMs: number | null
  /** The flow that is to be looked at first, and when; null while none is. */
  look: { id: string; atMs: number } | null
}

/** What the link flows of a connection make due, in ms since the epoch. */
export const dues = async (tx: Tx, connectionId: string): Promise<FlowDues> => {
  const { endsAtMs, lookId, lookAtMs } = await tx.one(sql.type(duesRow)`
    SELECT (
      SELECT min(expires_at) FROM link_flow WHERE connection_id = ${connectionId} AND ${isOpen}
    ) AS "endsAtMs", look.id AS "lookId", look.look_at AS "lookAtMs"
    FROM (VALUES (1)) AS one LEFT JOIN LATERAL (
      SELECT id, look_at FROM link_flow
      WHERE connection_id = ${connectionId} AND state IN ('waiting', 'exited')
        AND look_at IS NOT NULL
      ORDER BY look_at, id LIMIT 1
    ) AS look ON true`)
  const look = lookId === null || lookAtMs === null ? null : { id: lookId, atMs: lookAtMs }
  return { endsAtMs, look }
}

/**
 * Ends the pages of a renewal that were opened before the one a person has finished: what they were for is done. Pages
 * that link anew stay open, because what comes of them must be known.
 */
export const endOlderRenewals = async (
  tx: Tx,
  { id, connectionId }: Pick<LinkFlow, 'id' | 'connectionId'>,
): Promise<void> => {
  await tx.query(sql.unsafe`
    UPDATE link_flow SET state = 'expired', finished_at = now()
    WHERE connection_id = ${connectionId} AND id <> ${id} AND kind = 'renewal'
      AND state IN ('requested', 'waiting')
      AND created_at <= (SELECT created_at FROM link_flow WHERE id = ${id})`)
}

const idRow = z.object({ id: z.string() })

/**
 * Ends the pages of a connection that is closed, so that none of them opens it again; returns their ids. Of the flows
 * that have no page yet only the `dropped` ones end: another may have been asked for to bring the connection back.
 */
export const endByConnection = async (
  tx: Tx,
  connectionId: string,
  dropped: readonly string[],
): Promise<string[]> => {
  const rows = await tx.any(sql.type(idRow)`
    UPDATE link_flow SET state = 'exited', finished_at = now()
    WHERE connection_id = ${connectionId} AND ${isOpen}
      AND (state <> 'requested' OR id = ANY(${sql.array([...dropped], 'uuid')}))
    RETURNING id`)
  return rows.map(({ id }) => id)
}

/** Ends the open flows whose time is over, by the database's clock or a later one; returns their ids. */
export const expireDue = async (
  tx: Tx,
  connectionId: string,
  nowMs: number | null = null,
): Promise<string[]> => {
  const rows = await tx.any(sql.type(idRow)`
    UPDATE link_flow SET state = 'expired', finished_at = now()
    WHERE connection_id = ${connectionId} AND ${isOpen}
      AND expires_at <= greatest(now(), ${toInstant(nowMs)}::timestamptz)
    RETURNING id`)
  return rows.map(({ id }) => id)
}
