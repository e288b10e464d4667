/** Ties the accounts a provider shows to the accounts of the tenant. */
import { randomUUID } from 'node:crypto'
import type { DatabaseTransactionConnection } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'
import type { ProviderAccount } from '../../domain/account.ts'
import type { KnownAccount } from '../../domain/account-matching.ts'
import { isMasked, matchAccounts } from '../../domain/account-matching.ts'
import { count } from '../row.ts'
import { currentTenant } from '../tenant.ts'
import { storeBalances } from './balances.ts'
import * as connections from './connections.ts'

type Tx = DatabaseTransactionConnection

/** Counts: accounts new to the connection, accounts that vanished, ties that were not sure (made new), open decisions. */
export interface Discovery {
  added: number
  gone: number
  unclear: number
  toDecide: number
}

const knownRow = z.object({
  accountId: z.string(),
  number: z.string().nullable(),
  name: z.string(),
  type: z.string(),
  currency: z.string(),
  providerAccountIds: z.array(z.string()),
  tiedIds: z.array(z.string()),
})

/** Accounts with one of the shown numbers, and those this connection has ever reached. */
const listKnown = (
  tx: Tx,
  { connectionId, generation }: Reaching,
  shown: readonly ProviderAccount[],
): Promise<readonly KnownAccount[]> =>
  tx.any(sql.type(knownRow)`
    SELECT account.id AS "accountId", number, name, type, currency,
      coalesce(reached.ids, '{}') AS "providerAccountIds",
      coalesce(reached.tied_ids, '{}') AS "tiedIds"
    FROM account
    LEFT JOIN (
      SELECT account_id, array_agg(provider_account_id) AS ids,
        array_agg(provider_account_id) FILTER (WHERE generation = ${generation}) AS tied_ids
      FROM connection_account WHERE connection_id = ${connectionId} GROUP BY account_id
    ) AS reached ON reached.account_id = account.id
    WHERE reached.ids IS NOT NULL OR number = ANY(${sql.array(
      shown.flatMap(({ number }) => (number === undefined || isMasked(number) ? [] : [number])),
      'text',
    )})
    ORDER BY account.created_at, account.id`)

interface NewAccount {
  id: string
  shown: ProviderAccount
}

const insertAccounts = async (
  tx: Tx,
  made: readonly NewAccount[],
  known: readonly KnownAccount[],
): Promise<void> => {
  if (made.length === 0) return
  // a number shown twice could not be told apart; it names the account that had it first
  const taken = new Set(known.map(numberOf))
  const rows = made.map(({ id, shown }) => [
    id,
    takeNumber(taken, shown),
    shown.name.slice(0, 200),
    shown.type,
    shown.currency,
  ])
  await tx.query(sql.unsafe`
    INSERT INTO account (tenant_id, id, number, name, type, currency)
    SELECT ${currentTenant}, * FROM ${sql.unnest(rows, ['uuid', 'text', 'text', 'text', 'text'])}`)
}

const numberOf = ({ number, currency }: Pick<KnownAccount, 'number' | 'currency'>): string =>
  `${number} ${currency}`

const takeNumber = (taken: Set<string>, { number, currency }: ProviderAccount): string | null => {
  if (number === undefined) return null
  const key = numberOf({ number, currency })
  if (taken.has(key) && !isMasked(number)) return null
  taken.add(key)
  return number
}

/** Each account once, its number without spaces. */
const distinct = (shown: readonly ProviderAccount[]): ProviderAccount[] => [
  ...new Map(
    shown.map(({ number, ...account }) => [
      account.providerAccountId,
      number === undefined
        ? account
        : { ...account, number: number.replaceAll(/\s+/g, '').toUpperCase().slice(0, 64) },
    ]),
  ).values(),
]

const discoveryRow = z.object({ added: count, gone: count, toDecide: count })

/** Writes the ties of a generation; what a person chose in an earlier generation stays chosen. */
const tie = (
  tx: Tx,
  { connectionId, generation }: Reaching,
  ties: readonly (string | null)[][],
): Promise<z.infer<typeof discoveryRow>> =>
  tx.one(sql.type(discoveryRow)`
    WITH shown AS (
      SELECT * FROM ${sql.unnest(ties, ['text', 'uuid', 'timestamptz'])}
        AS shown (provider_account_id, account_id, consent_expires_at)
    ), before AS (
      SELECT DISTINCT ON (account_id) account_id, chosen, decided_at
      FROM connection_account WHERE connection_id = ${connectionId}
      ORDER BY account_id, generation DESC
    ), tied AS (
      INSERT INTO connection_account (tenant_id, connection_id, generation, provider_account_id,
        account_id, chosen, decided_at, consent_expires_at)
      SELECT ${currentTenant}, ${connectionId}, ${generation}, provider_account_id, account_id,
        coalesce(before.chosen, FALSE), before.decided_at, shown.consent_expires_at
      FROM shown LEFT JOIN before USING (account_id)
      ON CONFLICT (tenant_id, connection_id, generation, provider_account_id) DO UPDATE
      SET gone_at = NULL, consent_expires_at = EXCLUDED.consent_expires_at
      RETURNING account_id, decided_at
    ), gone AS (
      UPDATE connection_account SET gone_at = now()
      WHERE connection_id = ${connectionId} AND gone_at IS NULL
        AND generation = (SELECT max(generation) FROM connection_account
                          WHERE connection_id = ${connectionId})
        AND account_id NOT IN (SELECT account_id FROM shown)
      RETURNING 1
    )
    SELECT
      (SELECT count(*) FROM tied WHERE account_id NOT IN (SELECT account_id FROM before)) AS added,
      (SELECT count(*) FROM gone) AS gone,
      (SELECT count(*) FROM tied WHERE decided_at IS NULL) AS "toDecide"`)

export interface Reaching {
  connectionId: string
  generation: number
}

/** Whether a known account is shown under another id than before: its lines have other keys then, and its cursor is void. */
const hasNewIds = (
  known: readonly KnownAccount[],
  matched: ReadonlyMap<string, string>,
): boolean => {
  const tiedIds = new Map(known.map((account) => [account.accountId, account.tiedIds]))
  return [...matched].some(([providerAccountId, accountId]) => {
    const tied = tiedIds.get(accountId) ?? []
    return tied.length > 0 && !tied.includes(providerAccountId)
  })
}

/**
 * Ties what the provider shows to accounts of the tenant: by number and currency, else by the provider's id of an
 * earlier time, else by type, currency and name where that is unique; when in doubt an account is made new. Choices and
 * journals of accounts already known stay; accounts no longer shown are marked as gone. Where an account got another id
 * the connection begins a new generation, in which everything is read anew and known again.
 */
export const discover = async (
  tx: Tx,
  reaching: Reaching,
  accounts: readonly ProviderAccount[],
): Promise<Discovery> => {
  const shown = distinct(accounts)
  // two connections of a tenant that discover the same account at once must end with one account
  await tx.query(sql.unsafe`
    SELECT pg_advisory_xact_lock(hashtextextended('accounts ' || ${currentTenant}::text, 0))`)
  const known = await listKnown(tx, reaching, shown)
  const { matched, unclear } = matchAccounts(shown, known)
  const made = shown
    .filter(({ providerAccountId }) => !matched.has(providerAccountId))
    .map((account) => ({ id: randomUUID(), shown: account }))
  await insertAccounts(tx, made, known)
  const accountIds = new Map(matched)
  for (const { id, shown: account } of made) accountIds.set(account.providerAccountId, id)
  const ties = shown.map(({ providerAccountId, consentExpiresAt }) => [
    providerAccountId,
    accountIds.get(providerAccountId) ?? null,
    consentExpiresAt ?? null,
  ])
  const { connectionId } = reaching
  const generation = reaching.generation + (hasNewIds(known, matched) ? 1 : 0)
  if (generation !== reaching.generation) await connections.update(tx, connectionId, { generation })
  const counts = await tie(tx, { connectionId, generation }, ties)
  await storeBalances(
    tx,
    shown.map((account) => [accountIds.get(account.providerAccountId) ?? '', account.balances]),
  )
  return { ...counts, unclear }
}
