import { createPgDriverFactory } from '@slonik/pg-driver'
import pg from 'pg'
import type { DatabasePool } from 'slonik'
import { createPool, createTypeParserPreset } from 'slonik'
import { resultParser } from './result-parser.ts'

export interface PoolOptions {
  maxPoolSize?: number
  /** The server ends a statement after this time. */
  statementTimeoutMs?: number
  connectionTimeoutMs?: number
}

const answerMarginMs = 2_000

const asText = (name: string) => ({ name, parse: (value: string) => value })

/** numeric and int8 stay text: floats lose cents, and a bigint cannot cross a Temporal payload; instants become ISO text. */
const ourParsers = [
  asText('numeric'),
  asText('int8'),
  asText('date'),
  { name: 'timestamptz', parse: (value: string) => new Date(value).toISOString() },
]

/**
 * Makes the pool of one process. Rows are checked against the schema of their query; a row that does not fit throws
 * `SchemaValidationError`. A server that does not answer at all fails the query a little after its statement timeout.
 */
export const createDatabasePool = (
  url: string,
  { maxPoolSize = 10, statementTimeoutMs = 30_000, connectionTimeoutMs = 5_000 }: PoolOptions = {},
): Promise<DatabasePool> => {
  // slonik has no deadline of its own: without this a connection into nowhere keeps its query for a quarter of an hour
  const queryTimeoutMs = pg.defaults.query_timeout
  pg.defaults.query_timeout = Math.max(
    typeof queryTimeoutMs === 'number' ? queryTimeoutMs : 0,
    statementTimeoutMs + answerMarginMs,
  )
  return createPool(url, {
    driverFactory: createPgDriverFactory(),
    captureStackTrace: false,
    maxPoolSize,
    connectionTimeout: connectionTimeoutMs,
    statementTimeout: statementTimeoutMs,
    idleInTransactionSessionTimeout: 60_000,
    idleTimeout: 60_000,
    gracefulTerminationTimeout: 2_000,
    interceptors: [resultParser],
    // Settings only, not DISCARD ALL: we keep nothing else in a session, and DISCARD ALL makes the next transaction plan
    // its foreign-key checks anew.
    resetConnection: ({ query }) => query('RESET ALL'),
    typeParsers: [
      ...createTypeParserPreset().filter(
        ({ name }) => !ourParsers.some((parser) => parser.name === name),
      ),
      ...ourParsers,
    ],
  })
}
