/** New connections. */
import type { Bank } from '../bank.ts'
import type { World } from '../world.ts'
import { isFinished } from './attempts.ts'
import type { Connection, Visit } from './state.ts'
import { nextWireId } from './state.ts'

/** Whether the customer has linked this bank with this login before, and it did not fail. */
export const sameLogin = (
  { saltedge: state }: World,
  wanted: Pick<Connection, 'customerId' | 'bankId' | 'login'>,
): boolean =>
  Object.values(state.connections).some(({ customerId, bankId, login, ...connection }) => {
    const isSame =
      customerId === wanted.customerId && bankId === wanted.bankId && login === wanted.login
    const attempt = state.attempts[connection.attemptIds.at(-1) ?? '']
    const isRunning = attempt !== undefined && !isFinished(attempt)
    return isSame && (connection.succeededMs !== null || isRunning)
  })

/** Opens the connection of a visit, with nothing read yet. */
export const openConnection = (
  world: World,
  visit: Visit,
  { bank, login }: { bank: Bank; login: string },
): Connection => {
  const { saltedge: state, clock } = world
  const connection: Connection = {
    id: nextWireId(state, 'connection'),
    customerId: visit.customerId,
    bankId: bank.id,
    login,
    createdAt: clock.instant(),
    updatedAt: clock.instant(),
    disabled: false,
    automaticRefresh: visit.automaticRefresh,
    storeCredentials: visit.attempt.storeCredentials ?? true,
    categorization: visit.categorization,
    strategy: 'mark_as_pending',
    consentId: null,
    attemptIds: [],
    ticked: [...bank.accounts.keys()],
    accounts: [],
    linesFrom: visit.consent?.fromDate ?? clock.instant().slice(0, 10),
    readable: 'nothing',
    refreshes: 0,
    backgroundStartsMs: [],
    succeededMs: null,
  }
  state.connections[connection.id] = connection
  return connection
}
