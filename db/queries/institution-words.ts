/** The words that institutions are found by, and which of them a mistyped word may mean. */
import type { CommonQueryMethods, DatabaseTransactionConnection } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'

const knownRow = z.object({ known: z.boolean() })

const likenessMin = 0.3

/** Whether this database can compare words by their likeness, in this SQL transaction as `listLike` does. */
export const comparesWords = sql.fragment`(to_regproc('similarity_op') IS NOT NULL
  AND set_config('pg_trgm.similarity_threshold', ${String(likenessMin)}, true) IS NOT NULL)`

/** Whether this database can compare words by their likeness. */
export const forgivesTypingErrors = async (pool: CommonQueryMethods): Promise<boolean> => {
  const { known } = await pool.one(sql.type(knownRow)`SELECT ${comparesWords} AS known`)
  return known
}

/** Brings the words in step with the listings. */
export const relist = async (tx: DatabaseTransactionConnection): Promise<void> => {
  await tx.query(sql.unsafe`
    WITH term AS MATERIALIZED (
      SELECT DISTINCT ltrim(term, '~') COLLATE "C" AS word
      FROM institution_listing, unnest(tsvector_to_array(search_terms)) AS term
      WHERE term !~ '^[@#]'
    ), gone AS (
      DELETE FROM institution_word WHERE NOT EXISTS (SELECT FROM term WHERE term.word = institution_word.word)
    )
    INSERT INTO institution_word (word)
    SELECT word FROM term WHERE NOT EXISTS (SELECT FROM institution_word AS known WHERE known.word = term.word)`)
}

const likeRow = z.object({
  typed: z.string(),
  /** As it was typed where words begin so. */
  word: z.string(),
  likeness: z.number(),
})

export type LikeWord = z.infer<typeof likeRow>

const likeMax = 5
/** Two letters in the wrong order make a short word unlike itself, so these are compared apart. */
const swappedLikeness = 0.9

const swapsOf = (word: string): string[] => {
  const letters = Array.from(word)
  return letters
    .slice(1)
    .map((letter, place) =>
      [...letters.slice(0, place), letter, letters[place], ...letters.slice(place + 2)].join(''),
    )
}

/** Shorter words are like too many. */
const comparedMin = 3

interface Asked {
  words: readonly string[]
  joins: readonly { joined: string }[]
}

/**
 * For each word what it may mean, the likest first; for two that are one when joined only that. The SQL transaction must
 * have asked `comparesWords` before.
 */
export const listLike = async (
  tx: CommonQueryMethods,
  { words, joins }: Asked,
): Promise<readonly LikeWord[]> => {
  const begun = [...words, ...joins.map(({ joined }) => joined)].map((word) => [word])
  const compared = words.filter(({ length }) => length >= comparedMin)
  const swapped = compared.flatMap((typed) => swapsOf(typed).map((word) => [typed, word]))
  return tx.any(sql.type(likeRow)`
    SELECT typed, word, max(likeness)::float8 AS likeness
    FROM (
      SELECT typed, typed AS word, 1 AS likeness
      FROM ${sql.unnest(begun, ['text'])} AS begun (typed)
      WHERE (
        SELECT starts_with(word, typed) FROM institution_word
        WHERE word >= typed ORDER BY word LIMIT 1
      )
      UNION ALL
      SELECT typed, word, ${swappedLikeness}::real
      FROM ${sql.unnest(swapped, ['text', 'text'])} AS swapped (typed, word)
      JOIN institution_word USING (word)
      UNION ALL
      SELECT typed, likest.word, likest.likeness
      FROM ${sql.unnest(
        compared.map((word) => [word]),
        ['text'],
      )} AS compared (typed)
      CROSS JOIN LATERAL (
        SELECT word, similarity(word, typed) AS likeness FROM institution_word
        WHERE word % typed ORDER BY likeness DESC, word LIMIT ${likeMax}
      ) AS likest
    ) AS found
    GROUP BY typed, word ORDER BY typed, likeness DESC, word`)
}
