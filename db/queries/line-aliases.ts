/** Keys of other sources for a stored line: whose they are, and what they name. */
import type { DatabaseTransactionConnection } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'
import type { Line } from '../../domain/statement-line.ts'
import type { LineSource, PageOrigin } from './line-rows.ts'

type Tx = DatabaseTransactionConnection

/** Rows whose source is the given one. */
export const isOwn = ({ connectionId, generation }: LineSource) =>
  sql.fragment`(stored.connection_id IS NOT DISTINCT FROM ${connectionId}
    AND stored.generation = ${generation})`

/** The source that stored a line still shows it: what another source says of it changes nothing. */
export const ownerLives = ({
  connectionId,
}: Pick<LineSource, 'connectionId'>) => sql.fragment`EXISTS (
  SELECT FROM connection AS owner
  WHERE owner.id = stored.connection_id AND owner.id <> ${connectionId}
    AND owner.generation = stored.generation AND owner.state <> 'disconnected')`

export const claimedRow = z.object({
  lineKey: z.string(),
  storedKey: z.string(),
  ownerLives: z.boolean(),
})

export type Claimed = z.infer<typeof claimedRow>

export interface Unknown {
  /** Lines whose keys nobody knows. */
  lines: readonly Line[]
  /** The whole page: what shows itself is nobody else's. */
  shown: readonly Line[]
}

export const daysOf = (lines: readonly Line[]): string[] => [
  ...new Set(lines.map(({ bookedOn }) => bookedOn)),
]

/** Keys that were taken for other lines name none of these any more. */
export const release = async (
  tx: Tx,
  origin: PageOrigin,
  lineKeys: readonly string[],
): Promise<void> => {
  if (lineKeys.length === 0) return
  const { accountId, connectionId, generation } = origin
  await tx.query(sql.unsafe`
    DELETE FROM line_alias
    WHERE account_id = ${accountId} AND connection_id = ${connectionId}
      AND generation = ${generation} AND line_key = ANY(${sql.array(lineKeys, 'text')})`)
}
