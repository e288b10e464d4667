/** Subscriptions: one callback URL for every kind of event, for the whole customer. */
import { z } from 'zod'
import type { Answer } from '../http.ts'
import { listed } from './exchange.ts'
import type { World } from '../world.ts'
import type { EventName } from './events.ts'
import { eventNames } from './events.ts'
import type { Exchange, Route } from './exchange.ts'
import { bodyOf, forAdmin, noContent, Refusal } from './exchange.ts'

const probeTimeoutMs = 5000
const eventShape = z.object({ event: z.object({ callbackUrl: z.url() }) })

const nameIn = ({ params }: Exchange): EventName => {
  const name = eventNames.find((each) => each === params['name'])
  if (name === undefined) throw new Refusal('Y821', 'Event not supported')
  return name
}

/** Calls the address once; a subscription whose address nobody answers at is forgotten. */
const probe = async (world: World, name: EventName, url: string): Promise<void> => {
  const { subscriptions } = world.yodlee
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(probeTimeoutMs) })
    await answer.body?.cancel()
  } catch {
    if (subscriptions[name] === url) delete subscriptions[name]
    world.changed()
  }
}

const subscribe = (exchange: Exchange): void => {
  const name = nameIn(exchange)
  const { callbackUrl } = bodyOf(exchange, eventShape).event
  exchange.world.yodlee.subscriptions[name] = callbackUrl
  exchange.world.changed()
  void probe(exchange.world, name, callbackUrl)
}

const create = (exchange: Exchange): Answer => {
  if (exchange.world.yodlee.subscriptions[nameIn(exchange)] !== undefined)
    throw new Refusal('Y811', 'The event is subscribed already')
  subscribe(exchange)
  return { status: 201, headers: {}, body: '' }
}

const change = (exchange: Exchange): Answer => {
  if (exchange.world.yodlee.subscriptions[nameIn(exchange)] === undefined)
    throw new Refusal('Y807', 'Resource not found')
  subscribe(exchange)
  return noContent()
}

const remove = (exchange: Exchange): Answer => {
  const { subscriptions } = exchange.world.yodlee
  const name = nameIn(exchange)
  if (subscriptions[name] === undefined) throw new Refusal('Y807', 'Resource not found')
  delete subscriptions[name]
  exchange.world.changed()
  return noContent()
}

const list = ({ world, query }: Exchange): Answer => {
  const wanted = query.get('eventName')
  const found = Object.entries(world.yodlee.subscriptions)
    .filter(([name]) => wanted === null || wanted === name)
    .map(([name, callbackUrl]) => ({ name, callbackUrl }))
  return listed('event', found)
}

export const notificationRoutes: Route[] = [
  forAdmin(['GET', '/configs/notifications/events', 'notifications'], list),
  forAdmin(['POST', '/configs/notifications/events/:name', 'notifications'], create),
  forAdmin(['PUT', '/configs/notifications/events/:name', 'notifications'], change),
  forAdmin(['DELETE', '/configs/notifications/events/:name', 'notifications'], remove),
]
