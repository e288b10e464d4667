/** The control port: JSON in, JSON out. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { json, readBody, send } from '../http.ts'
import type { Webhooks } from '../ponto/webhooks.ts'
import { findRoute } from '../routes.ts'
import { sides } from '../sides.ts'
import type { World } from '../world.ts'
import { bankRoutes } from './banks.ts'
import { catalogueRoutes } from './catalogue.ts'
import type { ControlCall, ControlRoute } from './control-route.ts'
import { ControlRefusal } from './control-route.ts'
import { faultRoutes } from './faults.ts'
import { importRoutes } from './import.ts'
import { lineRoutes } from './lines.ts'
import { webhookControlRoutes } from './webhooks.ts'
import { worldRoutes } from './world-routes.ts'

const bodyBytesMax = 128 * 1024 * 1024

const answerOf = async (route: ControlRoute, call: ControlCall) => {
  try {
    return json(200, await route.run(call))
  } catch (error) {
    if (error instanceof ControlRefusal) return json(error.status, { error: error.message })
    if (error instanceof RangeError) return json(400, { error: error.message })
    throw error
  }
}

interface Control {
  world: World
  webhooks: Webhooks
  /** Back to the state after the very first start. */
  reset: () => void
}

/** The listener of the control port. */
export const controlListener = ({ world, webhooks, reset }: Control) => {
  const resetRoute: ControlRoute = {
    method: 'POST',
    path: '/__sim/reset',
    run: () => {
      reset()
      return { now: world.clock.instant() }
    },
  }
  const find = findRoute([
    ...worldRoutes,
    ...bankRoutes,
    ...catalogueRoutes,
    ...lineRoutes,
    ...importRoutes,
    ...faultRoutes,
    ...webhookControlRoutes,
    ...sides.flatMap((side) => side.control),
    resetRoute,
  ])
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [path = '/', search = ''] = (request.url ?? '/').split('?')
    const body = await readBody(request, bodyBytesMax)
    if (body === null) return send(response, json(413, { error: 'the body is too large' }))
    const match = find(request.method ?? 'GET', path)
    if (match === null) return send(response, json(404, { error: 'no such control route' }))
    const { route, params } = match
    const query = new URLSearchParams(search)
    const contentType = request.headers['content-type'] ?? ''
    send(response, await answerOf(route, { world, webhooks, params, query, body, contentType }))
  }
}
