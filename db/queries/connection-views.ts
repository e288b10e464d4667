/** Connections as people and programs read them. */
import type { DatabaseTransactionConnection } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'
import type { ConnectionState } from '../../domain/connection.ts'
import { count } from '../row.ts'

type Tx = DatabaseTransactionConnection

const viewRow = z.object({
  id: z.string(),
  provider: z.string(),
  providerInstitutionId: z.string(),
  institutionName: z.string(),
  label: z.string(),
  state: z.enum(['not_connected', 'connected', 'error', 'disconnected']),
  awaiting: z.enum(['nothing', 'mfa', 'account_choice', 'consent', 'credentials']),
  autoSync: z.boolean(),
  pauses: z.array(z.enum(['block', 'failures'])),
  failureCode: z.string().nullable(),
  failureReference: z.string().nullable(),
  disconnectReason: z.enum(['consent', 'gone', 'user', 'support', 'legacy']).nullable(),
  syncIntervalSeconds: z.int(),
  consentExpiresAt: z.string().nullable(),
  unattendedAllowed: z.boolean(),
  lastRefreshAt: z.string().nullable(),
  lastPulledAt: z.string().nullable(),
  nextSyncAt: z.string().nullable(),
  /** Accounts reached now, and those of them that people chose. */
  accounts: count,
  chosenAccounts: count,
  openFlowId: z.string().nullable(),
  /** What a person is asked and can still answer. */
  mfaChallengeId: z.string().nullable(),
  mfaChallengeKind: z.enum(['fields', 'page']).nullable(),
  mfaChallengeExpiresAt: z.string().nullable(),
  version: count,
  createdAt: z.string(),
})

export type ConnectionView = z.infer<typeof viewRow>

const view = sql.fragment`
  SELECT connection.id, provider, provider_institution_id AS "providerInstitutionId",
    institution_name AS "institutionName", label, state, awaiting, auto_sync AS "autoSync", pauses,
    failure_code AS "failureCode", failure_reference AS "failureReference",
    disconnect_reason AS "disconnectReason",
    coalesce(connection.sync_interval_s, provider_setting.sync_interval_s, 43200)
      AS "syncIntervalSeconds",
    consent_expires_at AS "consentExpiresAt", unattended_allowed AS "unattendedAllowed",
    last_refresh_at AS "lastRefreshAt", last_pulled_at AS "lastPulledAt",
    next_sync_at AS "nextSyncAt", reached.accounts, reached.chosen AS "chosenAccounts",
    (SELECT link_flow.id FROM link_flow
     WHERE link_flow.connection_id = connection.id
       AND link_flow.state IN ('requested', 'waiting', 'completing') AND expires_at > now()
     ORDER BY link_flow.created_at DESC LIMIT 1) AS "openFlowId",
    challenge.id AS "mfaChallengeId", challenge.kind AS "mfaChallengeKind",
    challenge.expires_at AS "mfaChallengeExpiresAt",
    version, connection.created_at AS "createdAt"
  FROM connection
  LEFT JOIN provider_setting USING (provider)
  CROSS JOIN LATERAL (
    SELECT count(*) AS accounts, count(*) FILTER (WHERE chosen) AS chosen
    FROM connection_account
    WHERE connection_account.connection_id = connection.id
      AND connection_account.generation = connection.generation AND gone_at IS NULL
  ) AS reached
  LEFT JOIN LATERAL (
    SELECT id, kind, expires_at FROM mfa_challenge
    WHERE mfa_challenge.connection_id = connection.id AND mfa_challenge.state = 'open'
      AND mfa_challenge.expires_at > now()
    ORDER BY opened_at DESC LIMIT 1
  ) AS challenge ON TRUE`

/** One connection of the tenant; null where there is none. */
export const maybeOneView = (tx: Tx, id: string): Promise<ConnectionView | null> =>
  tx.maybeOne(sql.type(viewRow)`${view} WHERE connection.id = ${id}`)

/** Position in the list: the last connection read. */
export type ConnectionPosition = Pick<ConnectionView, 'createdAt' | 'id'>

/** Connections of the tenant in the order they were made, after a position. */
export const listViews = (
  tx: Tx,
  page: { after?: ConnectionPosition; limit: number; state?: ConnectionState },
): Promise<readonly ConnectionView[]> => {
  const { after, limit, state } = page
  return tx.any(sql.type(viewRow)`${view}
    WHERE ${sql.and([
      sql.fragment`TRUE`,
      after &&
        sql.fragment`(connection.created_at, connection.id) > (${after.createdAt}::timestamptz, ${after.id}::uuid)`,
      state && sql.fragment`state = ${state}`,
    ])}
    ORDER BY connection.created_at, connection.id LIMIT ${limit}`)
}
