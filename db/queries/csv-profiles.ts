/** What people answered about CSV files, kept for the next file with the same header. */
import type { DatabaseTransactionConnection } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'
import type { LayoutAnswers } from '../../domain/statement-import.ts'
import { currentTenant } from '../tenant.ts'

type Tx = DatabaseTransactionConnection

/** Keeps the answers about a header for some accounts. */
export const save = async (
  tx: Tx,
  {
    accountIds,
    headerFingerprint,
    answers,
  }: { accountIds: readonly string[]; headerFingerprint: string; answers: LayoutAnswers },
): Promise<void> => {
  await tx.query(sql.unsafe`
    INSERT INTO csv_profile (tenant_id, account_id, header_fingerprint, answers)
    SELECT ${currentTenant}, account_id, ${headerFingerprint}, ${JSON.stringify(answers)}::jsonb
    FROM unnest(${sql.array(accountIds, 'uuid')}) AS chosen (account_id)
    ON CONFLICT (tenant_id, account_id, header_fingerprint) DO UPDATE
    SET answers = EXCLUDED.answers, saved_at = now()`)
}

const profileRow = z.object({
  accountId: z.string(),
  answers: z.custom<LayoutAnswers>((value) => typeof value === 'object' && value !== null),
})

/** What was answered about a header, the latest first. */
export const listByHeader = (
  tx: Tx,
  headerFingerprint: string,
): Promise<readonly z.infer<typeof profileRow>[]> =>
  tx.any(sql.type(profileRow)`
    SELECT account_id AS "accountId", answers FROM csv_profile
    WHERE header_fingerprint = ${headerFingerprint} ORDER BY saved_at DESC LIMIT 100`)
