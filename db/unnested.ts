import { sql } from 'slonik'

/** A value as an element of PostgreSQL's array text. */
const element = (value: string | number | null | undefined): string => {
  if (value === null || value === undefined) return 'NULL'
  if (typeof value === 'number') return String(value)
  return `"${/["\\]/.test(value) ? value.replaceAll(/["\\]/g, String.raw`\$&`) : value}"`
}

/**
 * Rows as a table of one statement, a column for each type, as `sql.unnest` makes it. The text of each column is written
 * at once: the driver puts an array together element by element, which leaves 5 KB of garbage for each line of a bank.
 */
export const unnested = (
  rows: readonly (readonly (string | number | null)[])[],
  types: readonly string[],
) => {
  const columns = types.map((type, index) => {
    const text = `{${rows.map((row) => element(row[index])).join(',')}}`
    return sql.fragment`${text}::${sql.identifier([type])}[]`
  })
  return sql.fragment`unnest(${sql.join(columns, sql.fragment`, `)})`
}
