/** Branded identifiers: minted only here, so that one kind of id cannot stand where another belongs. */
declare const brand: unique symbol
type Branded<Name extends string> = string & { readonly [brand]: Name }

export type ConnectionId = Branded<'ConnectionId'>
/** Name of a provider in the registry; no migration is needed for a new one. */
export type ProviderId = Branded<'ProviderId'>

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Tells whether a value is a uuid in its usual text form (any version). */
export const isUuid = (value: unknown): value is string =>
  typeof value === 'string' && uuidPattern.test(value)

const isConnectionId = (value: string): value is ConnectionId => isUuid(value)

/** Makes a connection id from a uuid in its usual text form. */
export const connectionId = (value: string): ConnectionId => {
  const id = value.toLowerCase()
  if (!isConnectionId(id)) throw new TypeError(`not a connection id: ${value.slice(0, 60)}`)
  return id
}

const isProviderName = (value: string): value is ProviderId => /^[a-z][a-z0-9]{1,29}$/.test(value)

/** Makes a provider id from a registry name (lower-case letters and digits, at most 30). */
export const providerId = (value: string): ProviderId => {
  if (!isProviderName(value)) throw new TypeError(`not a provider id: ${value.slice(0, 60)}`)
  return value
}

/** The id of the one workflow that keeps a connection in step, stable for the connection's life. */
export const connectionWorkflowId = (id: ConnectionId): string => `connection/${id}`
