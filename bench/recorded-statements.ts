/** What the product sends to PostgreSQL for one request, for a bare server to send the same. */
import pg from 'pg'

export interface Statement {
  text: string
  values: unknown[]
}

const statementOf = (config: unknown, values: unknown): Statement => {
  const given = Array.isArray(values) ? values : []
  if (typeof config === 'string') return { text: config, values: given }
  // oxlint-disable-next-line no-unsafe-type-assertion -- pg takes a text or this
  const { text, values: own } = config as pg.QueryConfig<unknown[]>
  return { text, values: own ?? given }
}

/** Runs work and returns the statements sent meanwhile by this process; cleaning a connection afterwards is not among them. */
export const recordStatements = async (work: () => Promise<unknown>): Promise<Statement[]> => {
  const recorded: Statement[] = []
  // oxlint-disable-next-line typescript/unbound-method -- put back as it is, and always called on a client
  const { query } = pg.Client.prototype
  pg.Client.prototype.query = function record(this: pg.Client, ...given: unknown[]) {
    const statement = statementOf(given[0], given[1])
    if (statement.text !== 'RESET ALL') recorded.push(statement)
    return Reflect.apply(query, this, given)
  }
  try {
    await work()
  } finally {
    pg.Client.prototype.query = query
  }
  return recorded
}
