/** Plaid's events: signed, sent one after the other, and sent again while nobody accepts them. */
import type { World } from '../world.ts'
import { nextOpaqueId } from './ids.ts'
import { signatureOf } from './keys.ts'
import type { EventFlaws, Item, LinkToken, PlaidEvent } from './state.ts'

const eventsKept = 500
const sendTimeoutMs = 10_000
const firstRetryMs = 30_000
/** The eighth attempt would come after more than 24 hours. */
const attemptsMax = 7

const lines = new WeakMap<World, Promise<void>>()

const post = async (url: string, event: PlaidEvent): Promise<number> => {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'plaid-verification': event.signature },
      body: event.body,
      signal: AbortSignal.timeout(sendTimeoutMs),
    })
    await answer.body?.cancel()
    return answer.status
  } catch {
    return 0
  }
}

const tell = (world: World, url: string, event: PlaidEvent): void =>
  world.observe({
    provider: 'plaid',
    direction: 'out',
    method: 'POST',
    path: new URL(url).pathname,
    query: '',
    requestHeaders: { 'plaid-verification': event.signature },
    requestBody: event.body,
    status: event.status,
    responseHeaders: {},
    responseBody: '',
    faulty: Object.keys(event.flaws).length > 0,
  })

const attempt = async (world: World, url: string, event: PlaidEvent): Promise<void> => {
  event.attempts += 1
  event.status = await post(url, event)
  tell(world, url, event)
  const isDone = event.status === 200 || event.attempts >= attemptsMax
  const delayMs = firstRetryMs * 4 ** (event.attempts - 1)
  event.nextAttemptMs = isDone ? null : world.clock.now() + delayMs
  world.changed()
  sendAgain(world, event)
}

const enqueue = (world: World, event: PlaidEvent): void => {
  const { url } = event
  if (url === null) return
  const line = lines.get(world) ?? Promise.resolve()
  lines.set(
    world,
    line.then(() => attempt(world, url, event)),
  )
}

/** Lets an event be sent again when its time has come, with a signature of that time. */
const sendAgain = (world: World, event: PlaidEvent): void => {
  const dueMs = event.nextAttemptMs
  if (dueMs === null) return
  world.clock.at(dueMs, () => {
    if (event.nextAttemptMs !== dueMs) return
    event.nextAttemptMs = null
    event.signature = signatureOf(world, event.body, event.flaws)
    enqueue(world, event)
  })
}

/** Lets the retries that were under way go on. */
export const resumeRetries = (world: World): void => {
  for (const event of world.plaid.events) sendAgain(world, event)
}

const dispatch = (world: World, event: PlaidEvent): void => {
  const { plaid } = world
  if (plaid.held === null) enqueue(world, event)
  else plaid.held = [...plaid.held, event.id].slice(-eventsKept)
}

/** An address that can only be on this machine; the sandbox sends nothing to others unasked. */
const isLocal = (url: string): boolean =>
  URL.canParse(url) && ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname)

interface Announcement {
  type: string
  code: string
  fields: Record<string, unknown>
  /** Address that the client gave for this Item or link token. */
  webhook: string | null
}

/** Makes an event, signs it and puts it in line; `flaws` are done on purpose. */
export const fireEvent = (
  world: World,
  { type, code, fields, webhook }: Announcement,
  wanted: EventFlaws | null = null,
): PlaidEvent => {
  const flaws = wanted ?? world.plaid.flaws.shift() ?? {}
  const body = JSON.stringify(
    { webhook_type: type, webhook_code: code, ...fields, environment: 'sandbox' },
    null,
    2,
  )
  const event: PlaidEvent = {
    id: nextOpaqueId(world, 'plaid-event'),
    type,
    code,
    url: world.plaid.webhookUrl ?? (webhook !== null && isLocal(webhook) ? webhook : null),
    body: flaws.alteredBody === true ? body.replace('"environment"', ' "environment"') : body,
    flaws,
    signature: signatureOf(world, body, flaws),
    status: null,
    attempts: 0,
    nextAttemptMs: null,
  }
  world.plaid.events = [...world.plaid.events.slice(1 - eventsKept), event]
  dispatch(world, event)
  world.changed()
  return event
}

/** Tells of an Item; the types are ITEM and TRANSACTIONS. */
export const fireOfItem = (
  world: World,
  item: Item,
  [type, code, fields = {}]: [type: string, code: string, fields?: Record<string, unknown>],
): PlaidEvent =>
  fireEvent(world, { type, code, fields: { item_id: item.id, ...fields }, webhook: item.webhook })

/** Tells of a visit of the hosted page. */
export const fireOfLink = (
  world: World,
  { token, webhook }: LinkToken,
  [code, fields]: [code: string, fields: Record<string, unknown>],
): PlaidEvent =>
  fireEvent(world, { type: 'LINK', code, fields: { link_token: token, ...fields }, webhook })

/** Sends an event that was made before once more, with a fresh signature; null when it is not known. */
export const repeatEvent = (world: World, id: string): PlaidEvent | null => {
  const event = world.plaid.events.find((known) => known.id === id)
  if (event === undefined) return null
  event.signature = signatureOf(world, event.body, event.flaws)
  dispatch(world, event)
  return event
}

/** Keeps events back until they are released. */
export const holdEvents = (world: World): void => {
  world.plaid.held ??= []
  world.changed()
}

/** Sends what was kept back, in reverse order if wanted; tells how many there were. */
export const releaseEvents = (world: World, reversed: boolean): number => {
  const ids = world.plaid.held ?? []
  world.plaid.held = null
  for (const id of reversed ? ids.toReversed() : ids) {
    const event = world.plaid.events.find((known) => known.id === id)
    if (event !== undefined) dispatch(world, event)
  }
  world.changed()
  return ids.length
}

/** Resolves when every event in line was sent. */
export const eventsSettled = (world: World): Promise<void> => lines.get(world) ?? Promise.resolve()
