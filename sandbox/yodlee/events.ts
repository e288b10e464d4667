/** Sends Yodlee's events: unsigned, repeated while nobody takes them, held back or spoiled on demand. */
import type { World } from '../world.ts'
import { nextId } from '../world.ts'
import type { YodleeState } from './state.ts'

export const eventNames = [
  'REFRESH',
  'DATA_UPDATES',
  'AUTO_REFRESH_UPDATES',
  'LATEST_BALANCE_UPDATES',
] as const

export type EventName = (typeof eventNames)[number]

interface SentEvent {
  id: string
  name: EventName
  info: string
  body: string
  contentType: string
  /** The body is not what Yodlee made. */
  spoiled: boolean
  attempts: number
  /** Status of the listener's answer; null while not sent, 0 when it could not be reached. */
  status: number | null
}

export interface Sender {
  /** Makes an event out of what it says and puts it in line. */
  fire: (name: EventName, event: { info: string } & Record<string, unknown>) => SentEvent
  /** The same, unless nobody listens. */
  tell: (name: EventName, event: { info: string } & Record<string, unknown>) => void
  repeat: (id: string) => SentEvent | null
  /** Sends an event once more with half of its body. */
  corrupt: (id: string) => SentEvent | null
  hold: () => void
  release: (reversed: boolean) => number
  list: () => SentEvent[]
  settled: () => Promise<void>
}

const eventsKept = 1000
const sendTimeoutMs = 10_000
const firstRepeatMs = 10 * 60 * 1000
const repeatsMax = 7

const jsonType = 'application/json'
const formType = 'application/x-www-form-urlencoded'

const post = async (url: string, { body, contentType }: SentEvent): Promise<number> => {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': contentType },
      body,
      signal: AbortSignal.timeout(sendTimeoutMs),
    })
    await answer.body?.cancel()
    return answer.status
  } catch {
    return 0
  }
}

const observe = (world: World, url: string, event: SentEvent): void => {
  world.observe({
    provider: 'yodlee',
    direction: 'out',
    method: 'POST',
    path: new URL(url).pathname,
    query: '',
    requestHeaders: { 'content-type': event.contentType },
    requestBody: event.body,
    status: event.status,
    responseHeaders: {},
    responseBody: '',
    faulty: event.spoiled,
  })
}

/** Sends events one after the other; an event that nobody takes comes again after 10, 20, 40 … minutes. */
const openLine = (world: World) => {
  let held: SentEvent[] | null = null
  let line: Promise<void> = Promise.resolve()
  const addressOf = ({ name }: SentEvent): string | null =>
    world.yodlee.subscriptions[name] ?? world.yodlee.webhookUrl

  const deliver = async (url: string, event: SentEvent): Promise<void> => {
    event.status = await post(url, event)
    event.attempts += 1
    observe(world, url, event)
    const taken = event.status >= 200 && event.status < 300
    if (taken || event.spoiled || event.attempts > repeatsMax) return
    const waitMs = firstRepeatMs * 2 ** (event.attempts - 1)
    world.clock.at(world.clock.now() + waitMs, () => dispatch(event))
  }
  const dispatch = (event: SentEvent): void => {
    const url = addressOf(event)
    if (held !== null) held = [...held, event].slice(-eventsKept)
    else if (url !== null) line = line.then(() => deliver(url, event))
  }
  return {
    dispatch,
    listens: (name: EventName) =>
      held !== null || (world.yodlee.subscriptions[name] ?? world.yodlee.webhookUrl) !== null,
    hold: () => {
      held ??= []
    },
    release: (reversed: boolean): number => {
      const waiting = held ?? []
      held = null
      for (const event of reversed ? waiting.toReversed() : waiting) dispatch(event)
      return waiting.length
    },
    settled: () => line,
  }
}

const encoded = (world: World, event: object): { body: string; contentType: string } => {
  const text = JSON.stringify({ event })
  return world.yodlee.settings.eventForm === 'json'
    ? { body: text, contentType: jsonType }
    : { body: new URLSearchParams({ payload: text }).toString(), contentType: formType }
}

const openSender = (world: World): Sender => {
  const line = openLine(world)
  let events: SentEvent[] = []
  const find = (id: string) => events.find((event) => event.id === id)
  const fire: Sender['fire'] = (name, { info, ...rest }) => {
    const id = nextId(world, 'notification')
    const event: SentEvent = {
      ...encoded(world, {
        notificationId: id,
        notificationTimestamp: world.clock.instant(),
        info,
        ...rest,
      }),
      id,
      name,
      info,
      spoiled: false,
      attempts: 0,
      status: null,
    }
    events = [...events.slice(1 - eventsKept), event]
    line.dispatch(event)
    return event
  }
  const again = (id: string, change: Partial<SentEvent>): SentEvent | null => {
    const event = find(id)
    if (event === undefined) return null
    const copy = { ...event, attempts: 0, status: null, ...change }
    line.dispatch(copy)
    return copy
  }
  return {
    fire,
    tell(name, event) {
      if (line.listens(name)) fire(name, event)
    },
    repeat: (id) => again(id, {}),
    corrupt(id) {
      const body = find(id)?.body ?? ''
      return again(id, { spoiled: true, body: body.slice(0, body.length >> 1) })
    },
    hold: line.hold,
    release: line.release,
    settled: line.settled,
    list: () => events,
  }
}

const senders = new WeakMap<YodleeState, Sender>()

/** The sender of events of this world; a reset makes a new one. */
export const senderOf = (world: World): Sender => {
  const known = senders.get(world.yodlee)
  if (known !== undefined) return known
  const sender = openSender(world)
  senders.set(world.yodlee, sender)
  return sender
}
