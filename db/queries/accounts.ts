/** Accounts of the tenant, and the way a connection reaches them. */
import type { DatabaseTransactionConnection } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'
import type { Balance, ProviderAccount } from '../../domain/account.ts'
import { count } from '../row.ts'
import { currentTenant } from '../tenant.ts'
import { storeBalances as upsertBalances } from './balances.ts'

export { discover } from './account-discovery.ts'

type Tx = DatabaseTransactionConnection

const balance = z.object({
  kind: z.enum(['booked', 'interim', 'available']),
  amount: z.string(),
  currency: z.string(),
  asOf: z.string(),
})

const accountFields = {
  id: z.string(),
  number: z.string().nullable(),
  name: z.string(),
  type: z.string(),
  currency: z.string(),
  journalRef: z.string().nullable(),
  lastPulledAt: z.string().nullable(),
  balances: z.array(balance),
  version: count,
  createdAt: z.string(),
}

const accountRow = z.object(accountFields)
export type AccountView = z.infer<typeof accountRow>

const accountColumns = sql.fragment`
  account.id, account.number, account.name, account.type, account.currency,
  account.journal_ref AS "journalRef", account.last_pulled_at AS "lastPulledAt",
  coalesce((
    SELECT jsonb_agg(jsonb_build_object('kind', kind, 'amount', amount::text,
      'currency', balance.currency, 'asOf', as_of) ORDER BY kind)
    FROM balance WHERE balance.account_id = account.id
  ), '[]') AS balances,
  account.version, account.created_at AS "createdAt"`

/** One account; throws `NotFoundError` where there is none. */
export const oneById = (tx: Tx, accountId: string): Promise<AccountView> =>
  tx.one(sql.type(accountRow)`SELECT ${accountColumns} FROM account WHERE id = ${accountId}`)

/** One account; null where there is none. */
export const maybeOneById = (tx: Tx, accountId: string): Promise<AccountView | null> =>
  tx.maybeOne(sql.type(accountRow)`SELECT ${accountColumns} FROM account WHERE id = ${accountId}`)

const idRow = z.object({ id: z.string() })

/** Adds an account that files are imported into; null where its number and currency are taken. */
export const createForFiles = async (
  tx: Tx,
  made: { id: string; number: string; name: string; currency: string; journalRef: string | null },
): Promise<AccountView | null> => {
  const row = await tx.maybeOne(sql.type(idRow)`
    INSERT INTO account (tenant_id, id, number, name, type, currency, journal_ref)
    VALUES (${currentTenant}, ${made.id}, ${made.number}, ${made.name}, 'other',
      ${made.currency}, ${made.journalRef})
    ON CONFLICT DO NOTHING RETURNING id`)
  return row === null ? null : oneById(tx, row.id)
}

/** The ids of accounts with a number; at most two, because more say nothing more. */
export const listByNumber = async (tx: Tx, number: string): Promise<readonly string[]> => {
  const rows = await tx.any(sql.type(idRow)`
    SELECT id FROM account WHERE number = ${number} ORDER BY id LIMIT 2`)
  return rows.map(({ id }) => id)
}

const knownRow = z.object({ known: count })

/** How many of the given ids are accounts. */
export const countKnown = async (tx: Tx, ids: readonly string[]): Promise<number> => {
  const { known } = await tx.one(sql.type(knownRow)`
    SELECT count(*) AS known FROM account WHERE id = ANY(${sql.array(ids, 'uuid')})`)
  return known
}

const reachedRow = z.object({
  ...accountFields,
  providerAccountId: z.string(),
  chosen: z.boolean(),
  decidedAt: z.string().nullable(),
  goneAt: z.string().nullable(),
  consentExpiresAt: z.string().nullable(),
  failureCode: z.string().nullable(),
})
export type ReachedAccount = z.infer<typeof reachedRow>

/** Rows of `connection_account` that count now: those of the connection's current generation. */
const currentGeneration = sql.fragment`
  connection_account
  JOIN connection ON connection.id = connection_account.connection_id
    AND connection.tenant_id = connection_account.tenant_id
    AND connection.generation = connection_account.generation`

const inListOrder = sql.fragment`ORDER BY account.name, account.currency, account.id LIMIT 1000`

/** The accounts a connection reaches, and those that vanished in this generation or in an earlier one. */
export const listByConnection = (
  tx: Tx,
  connectionId: string,
): Promise<readonly ReachedAccount[]> =>
  tx.any(sql.type(reachedRow)`
    SELECT ${accountColumns}, provider_account_id AS "providerAccountId", chosen,
      decided_at AS "decidedAt", gone_at AS "goneAt",
      connection_account.consent_expires_at AS "consentExpiresAt",
      connection_account.failure_code AS "failureCode"
    FROM connection_account
    JOIN connection ON connection.id = connection_account.connection_id
      AND connection.tenant_id = connection_account.tenant_id
    JOIN account ON account.id = connection_account.account_id
      AND account.tenant_id = connection_account.tenant_id
    WHERE connection.id = ${connectionId}
      AND (connection_account.generation = connection.generation OR gone_at IS NOT NULL)
      AND NOT EXISTS (
        SELECT FROM connection_account AS later
        WHERE later.connection_id = connection_account.connection_id
          AND later.account_id = connection_account.account_id
          AND later.generation > connection_account.generation)
    ${inListOrder}`)

const chosenRow = z.object({
  accountId: z.string(),
  providerAccountId: z.string(),
  generation: z.int(),
  cursor: z.string().nullable(),
  /** When the account was last read to its end. */
  lastPulledAt: z.string().nullable(),
  /** How far the given run has read it; null where it has not begun. */
  position: z.string().nullable(),
  done: z.boolean(),
})
export type ChosenAccount = z.infer<typeof chosenRow>

/** The accounts to read, each with its cursor and with how far the given run has come. */
export const listChosen = (
  tx: Tx,
  connectionId: string,
  syncRunId: string,
): Promise<readonly ChosenAccount[]> =>
  tx.any(sql.type(chosenRow)`
    SELECT account.id AS "accountId", connection_account.provider_account_id AS "providerAccountId",
      connection_account.generation, cursor, account.last_pulled_at AS "lastPulledAt", position,
      coalesce(done, FALSE) AS done
    FROM ${currentGeneration}
    JOIN account ON account.id = connection_account.account_id
      AND account.tenant_id = connection_account.tenant_id
    LEFT JOIN run_position ON run_position.tenant_id = connection_account.tenant_id
      AND run_position.sync_run_id = ${syncRunId}
      AND run_position.provider_account_id = connection_account.provider_account_id
    WHERE connection.id = ${connectionId} AND chosen AND gone_at IS NULL ${inListOrder}`)

/** What a person decides about one account; a journal left out stays as it is. */
export interface AccountChoice {
  accountId: string
  chosen: boolean
  journalRef?: string | null
}

const decidedRow = z.object({ chosen: count, undecided: count })

/** How many accounts are chosen, and about how many nobody has decided, in the current generation. */
export const countDecided = (
  tx: Tx,
  connectionId: string,
): Promise<{ chosen: number; undecided: number }> =>
  tx.one(sql.type(decidedRow)`
    SELECT count(*) FILTER (WHERE chosen) AS chosen,
      count(*) FILTER (WHERE decided_at IS NULL) AS undecided
    FROM ${currentGeneration}
    WHERE connection.id = ${connectionId} AND gone_at IS NULL`)

/** Writes choices and journals; ids that the connection does not reach are passed over. Returns the new counts. */
export const choose = async (
  tx: Tx,
  connectionId: string,
  choices: readonly AccountChoice[],
): Promise<{ chosen: number; undecided: number }> => {
  const rows = choices.map(({ accountId, chosen, journalRef }) => [
    accountId,
    chosen,
    journalRef ?? null,
    journalRef !== undefined,
  ])
  await tx.query(sql.unsafe`
    WITH choice AS (
      SELECT * FROM ${sql.unnest(rows, ['uuid', 'bool', 'text', 'bool'])}
        AS choice (account_id, chosen, journal_ref, sets_journal)
    ), decided AS (
      UPDATE connection_account SET chosen = choice.chosen, decided_at = now()
      FROM choice, connection
      WHERE connection_account.account_id = choice.account_id
        AND connection_account.connection_id = ${connectionId}
        AND connection.id = connection_account.connection_id
        AND connection.generation = connection_account.generation
      RETURNING connection_account.account_id
    )
    UPDATE account SET journal_ref = choice.journal_ref, version = version + 1
    FROM choice, decided
    WHERE account.id = choice.account_id AND decided.account_id = account.id
      AND sets_journal AND account.journal_ref IS DISTINCT FROM choice.journal_ref`)
  return countDecided(tx, connectionId)
}

/** Keeps the balances reported for an account, one of each kind. */
export const storeBalances = (
  tx: Tx,
  accountId: string,
  balances: readonly Balance[],
): Promise<void> => upsertBalances(tx, [[accountId, balances]])

const seenRow = z.object({ accountId: z.string(), providerAccountId: z.string() })

/** Keeps what a provider told about accounts the connection already reaches: balances, end of consent, failure. */
export const storeSeen = async (
  tx: Tx,
  connectionId: string,
  seen: readonly (ProviderAccount & { failure?: { code: string } })[],
): Promise<void> => {
  const rows = seen.map(({ providerAccountId, consentExpiresAt, failure }) => [
    providerAccountId,
    consentExpiresAt ?? null,
    failure?.code ?? null,
  ])
  const reached = await tx.any(sql.type(seenRow)`
    UPDATE connection_account
    SET consent_expires_at = seen.consent_expires_at, failure_code = seen.failure_code
    FROM ${sql.unnest(rows, ['text', 'timestamptz', 'text'])}
      AS seen (provider_account_id, consent_expires_at, failure_code), connection
    WHERE connection_account.connection_id = ${connectionId}
      AND connection_account.provider_account_id = seen.provider_account_id
      AND connection.id = connection_account.connection_id
      AND connection.generation = connection_account.generation
    RETURNING account_id AS "accountId", seen.provider_account_id AS "providerAccountId"`)
  const balancesOf = new Map(seen.map((account) => [account.providerAccountId, account.balances]))
  await upsertBalances(
    tx,
    reached.map(({ accountId, providerAccountId }) => [
      accountId,
      balancesOf.get(providerAccountId) ?? [],
    ]),
  )
}

/** Notes why one account could not be read, or null when it could. */
export const setFailure = async (
  tx: Tx,
  connectionId: string,
  { providerAccountId, failureCode }: { providerAccountId: string; failureCode: string | null },
): Promise<void> => {
  await tx.query(sql.unsafe`
    UPDATE connection_account SET failure_code = ${failureCode}
    FROM connection
    WHERE connection_id = ${connectionId} AND provider_account_id = ${providerAccountId}
      AND connection.id = connection_id AND connection.generation = connection_account.generation`)
}
