/** The one place where the environment is read. Problems name the key and what is expected, never the value. */
import { z } from 'zod'

const url = (protocols: readonly string[], expected: string) =>
  z.string(expected).refine((text) => protocols.includes(protocolOf(text)), expected)

const protocolOf = (text: string): string => (URL.canParse(text) ? new URL(text).protocol : '')

const databaseUrl = url(
  ['postgres:', 'postgresql:'],
  'must be a PostgreSQL address such as postgres://app:…@localhost:5432/banksync',
)

const count = (min: number, max: number) =>
  z.coerce
    .number(`must be a whole number from ${min} to ${max}`)
    .int(`must be a whole number from ${min} to ${max}`)
    .min(min, `must be a whole number from ${min} to ${max}`)
    .max(max, `must be a whole number from ${min} to ${max}`)

const names = z
  .string()
  .transform((text) => [...new Set(text.split(',').map((name) => name.trim()))])
  .refine(
    (list) => list.every((name) => /^[a-z][a-z0-9]{1,29}$/.test(name)),
    'must be a comma-separated list of provider names such as ponto',
  )

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

const environmentSchema = z.object({
  DATABASE_URL: databaseUrl,
  TEMPORAL_ADDRESS: z.string().min(1, 'must be host:port').default('localhost:7233'),
  TEMPORAL_NAMESPACE: z.string().min(1, 'must be a namespace').default('default'),
  VAULT_KEYS: z.string('must hold at least one key, written <id>:<base64 of 32 bytes>'),
  PROVIDERS: names.default(['ponto']),
  PUBLIC_URL: url(
    ['http:', 'https:'],
    'must be the http(s) address under which people reach the API',
  ),
  HOST: z.string().min(1, 'must be an address to listen on').default('127.0.0.1'),
  PORT: count(0, 65_535).default(3000),
  LOG_LEVEL: z.enum(logLevels, `must be one of ${logLevels.join(', ')}`).default('info'),
  NODE_ENV: z
    .enum(['production', 'development', 'test'], 'must be production, development or test')
    .default('production'),
  WORKFLOW_BUNDLE: z.string().min(1, 'must be the path of a built workflow bundle').optional(),
  POOL_SIZE: count(1, 500).default(10),
})

const migrationSchema = z.object({
  MIGRATION_DATABASE_URL: databaseUrl,
  DATABASE_URL: databaseUrl.optional(),
})

type Environment = Readonly<Record<string, string | undefined>>

/** An environment that cannot be used; the message has one sentence per wrong key and no value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

const parse = <Schema extends z.ZodType>(
  schema: Schema,
  environment: Environment,
): z.infer<Schema> => {
  // an empty value counts as unset: compose files and .env templates leave keys empty
  const filled = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  const parsed = schema.safeParse(filled)
  if (parsed.success) return parsed.data
  const sentences = parsed.error.issues.map(({ path, message }) => {
    const key = String(path[0])
    return filled[key] === undefined ? `${key} is missing: it ${message}.` : `${key} ${message}.`
  })
  throw new ConfigError(`The environment is not usable.\n${sentences.join('\n')}`)
}

/** What the API and the worker run with. */
export interface Config {
  databaseUrl: string
  poolSize: number
  temporalAddress: string
  temporalNamespace: string
  vaultKeys: string
  providers: string[]
  /** Without a slash at its end. */
  publicUrl: string
  host: string
  port: number
  logLevel: (typeof logLevels)[number]
  nodeEnv: 'production' | 'development' | 'test'
  workflowBundle: string | null
  /** Handed to the provider registry, which parses the keys of the named providers only. */
  environment: Environment
}

/** Reads the configuration of the API and the worker; throws ConfigError with a sentence per wrong key. */
export const readConfig = (environment: Environment = process.env): Config => {
  const values = parse(environmentSchema, environment)
  return {
    databaseUrl: values.DATABASE_URL,
    poolSize: values.POOL_SIZE,
    temporalAddress: values.TEMPORAL_ADDRESS,
    temporalNamespace: values.TEMPORAL_NAMESPACE,
    vaultKeys: values.VAULT_KEYS,
    providers: values.PROVIDERS,
    publicUrl: values.PUBLIC_URL.replace(/\/+$/, ''),
    host: values.HOST,
    port: values.PORT,
    logLevel: values.LOG_LEVEL,
    nodeEnv: values.NODE_ENV,
    workflowBundle: values.WORKFLOW_BUNDLE ?? null,
    environment,
  }
}

/** What a migration runs with: the administrator's address, and the application's, whose password is set from it. */
export interface MigrationConfig {
  adminUrl: string
  appUrl?: string
}

/** Reads the configuration of a migration; throws ConfigError with a sentence per wrong key. */
export const readMigrationConfig = (environment: Environment = process.env): MigrationConfig => {
  const { MIGRATION_DATABASE_URL: adminUrl, DATABASE_URL: appUrl } = parse(
    migrationSchema,
    environment,
  )
  return { adminUrl, ...(appUrl === undefined ? {} : { appUrl }) }
}
