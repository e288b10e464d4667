/** Customers: one for each of the client's users. */
import { z } from 'zod'
import type { Exchange, Route } from './exchange.ts'
import { dataAnswer, forClient, pageOf, Refusal } from './exchange.ts'
import { removeConnection } from './removal.ts'
import { dataOf } from './request-body.ts'
import type { Customer } from './state.ts'
import { nextWireId } from './state.ts'

const customerJson = ({ id, identifier, createdAt }: Customer) => ({
  customer_id: id,
  identifier,
  categorization_type: 'personal',
  blocked_at: null,
  created_at: createdAt,
  updated_at: createdAt,
})

/** The customer with this id; throws a refusal when there is none. */
export const customerOf = ({ state }: Exchange, id: string): Customer => {
  const customer = state.customers[id]
  if (customer === undefined) throw new Refusal('CustomerNotFound', 'No such customer.')
  return customer
}

const newShape = z.object({ identifier: z.string().min(1).max(255) })

const create = (exchange: Exchange) => {
  const { state, world } = exchange
  const { identifier } = dataOf(exchange, newShape)
  if (Object.values(state.customers).some((known) => known.identifier === identifier))
    throw new Refusal('DuplicatedCustomer', 'A customer with this identifier exists.')
  const id = nextWireId(state, 'customer')
  const customer: Customer = { id, identifier, createdAt: world.clock.instant() }
  state.customers[id] = customer
  world.changed()
  return dataAnswer(customerJson(customer))
}

const list = (exchange: Exchange) => {
  const identifier = exchange.query.get('identifier')
  const rows = Object.values(exchange.state.customers).filter(
    (customer) => identifier === null || customer.identifier === identifier,
  )
  return pageOf(exchange, rows, customerJson)
}

const show = (exchange: Exchange) =>
  dataAnswer(customerJson(customerOf(exchange, exchange.params['id'] ?? '')))

const remove = (exchange: Exchange) => {
  const { world, state } = exchange
  const { id } = customerOf(exchange, exchange.params['id'] ?? '')
  for (const connection of Object.values(state.connections))
    if (connection.customerId === id) removeConnection(world, connection)
  delete state.customers[id]
  world.changed()
  return dataAnswer({ customer_id: id, deleted: true })
}

export const customerRoutes: Route[] = [
  forClient(['POST', '/customers', 'customers'], create),
  forClient(['GET', '/customers', 'customers'], list),
  forClient(['GET', '/customers/:id', 'customer'], show),
  forClient(['DELETE', '/customers/:id', 'customer'], remove),
]
