import { Client } from 'pg'

/** The column "value" of the first row that a query answers. */
export const valueOf = async (connectionString: string, query: string): Promise<unknown> => {
  const client = new Client({ connectionString })
  await client.connect()
  try {
    const { rows } = await client.query<{ value: unknown }>(query)
    return rows[0]?.value
  } finally {
    await client.end()
  }
}
