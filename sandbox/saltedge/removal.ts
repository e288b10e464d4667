/** What happens when a connection is taken away. */
import type { World } from '../world.ts'
import { announce } from './callbacks.ts'
import { revokeConsent } from './consents.ts'
import type { Connection } from './state.ts'

/** Ends the consent, forgets accounts, lines and attempts, and says so by a callback. */
export const removeConnection = (world: World, connection: Connection): void => {
  const { saltedge: state } = world
  revokeConsent(world, connection, 'connection_removed')
  for (const attemptId of connection.attemptIds) delete state.attempts[attemptId]
  delete state.connections[connection.id]
  const { id, customerId } = connection
  announce(world, { type: 'destroy', data: { connection_id: id, customer_id: customerId } })
  world.changed()
}
