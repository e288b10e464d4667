/** The client of the Temporal service; read by entry files only. */
import { Client, Connection } from '@temporalio/client'
import { loadClientConnectConfig } from '@temporalio/envconfig'
import type { Config } from './config.ts'

const present = (environment: Config['environment']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(environment).filter((pair): pair is [string, string] => pair[1] !== undefined),
  )

/** Address and credentials of the configured service, as client and worker take them. */
export const connectionOptionsOf = (config: Config) => {
  const { connectionOptions } = loadClientConnectConfig({
    overrideEnvVars: {
      ...present(config.environment),
      TEMPORAL_ADDRESS: config.temporalAddress,
      TEMPORAL_NAMESPACE: config.temporalNamespace,
    },
  })
  const { address, apiKey, tls, metadata } = connectionOptions
  return {
    ...(address === undefined ? {} : { address }),
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(tls === undefined ? {} : { tls }),
    ...(metadata === undefined ? {} : { metadata }),
  }
}

/**
 * For every client: no proxy of the environment. gRPC would send even an address of this machine to it, and the worker's
 * own connection knows none anyway.
 */
export const withoutProxy = { channelArgs: { 'grpc.enable_http_proxy': 0 } }

/**
 * Makes a client for the configured service. It connects on first use, so that the API starts while Temporal is away;
 * TEMPORAL_API_KEY, TEMPORAL_TLS_… and profiles work as in Temporal's own command line.
 */
export const connectTemporal = (config: Config): Client => {
  const connection = Connection.lazy({ ...connectionOptionsOf(config), ...withoutProxy })
  return new Client({ connection, namespace: config.temporalNamespace })
}
