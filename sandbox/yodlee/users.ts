/** Users of the customer: one for each of its own customers. */
import { z } from 'zod'
import { json } from '../http.ts'
import type { World } from '../world.ts'
import type { YodleeUser } from './state.ts'
import { removeConnection } from './connections.ts'
import type { Route } from './exchange.ts'
import { bodyOf, forAdmin, forUser, noContent, Refusal } from './exchange.ts'
import { nextNumber } from './numbers.ts'

/** Makes a user. */
export const registerUser = (world: World, loginName: string): YodleeUser => {
  const user = { loginName, id: nextNumber(world) }
  world.yodlee.users[loginName] = user
  world.changed()
  return user
}

const registration = z.object({
  user: z.object({ loginName: z.string().regex(/^\S{3,150}$/) }),
})

/** Takes a user away, with everything it had. */
const unregisterUser = (world: World, loginName: string): void => {
  const { users, tokens, connections, consents, sessions } = world.yodlee
  for (const connection of Object.values(connections))
    if (connection.loginName === loginName) removeConnection(world, connection)
  for (const part of [tokens, consents, sessions])
    for (const [key, held] of Object.entries(part))
      if (held.loginName === loginName) delete part[key]
  delete users[loginName]
  world.changed()
}

export const userRoutes: Route[] = [
  forAdmin(['POST', '/user/register', 'user-register'], (exchange) => {
    const { loginName } = bodyOf(exchange, registration).user
    if (exchange.world.yodlee.users[loginName] !== undefined)
      throw new Refusal('Y811', 'loginName already exists')
    const { id } = registerUser(exchange.world, loginName)
    return json(200, { user: { id, loginName, roleType: 'INDIVIDUAL' } })
  }),
  forUser(['DELETE', '/user/unregister', 'user-unregister'], ({ world }, { loginName }) => {
    unregisterUser(world, loginName)
    return noContent()
  }),
]
