/** Salt Edge's callbacks: signed, put in line and sent to the address of their type. */
import { sign } from 'node:crypto'
import type { World } from '../world.ts'
import { nextId } from '../world.ts'
import { keysOf, newPair } from './keys.ts'
import type { CallbackType, SaltEdgeState } from './state.ts'

/** What is wrong with a callback on purpose. */
export interface CallbackFlaws {
  /** Seconds that its time lies in the past. */
  ageSeconds?: number | undefined
  /** The body is changed after it was signed. */
  alteredBody?: boolean | undefined
  /** The signature is that of another key. */
  foreignKey?: boolean | undefined
  /** The body is signed without the address. */
  bodyOnly?: boolean | undefined
  /** The address that is signed instead of the real one. */
  signedUrl?: string | undefined
  algorithm?: 'RSA-SHA256' | 'RSA-SHA1' | undefined
  unsigned?: boolean | undefined
  /** Tells a key version in a header. */
  keyVersion?: string | undefined
}

export interface CallbackEvent {
  id: string
  type: CallbackType
  url: string | null
  body: string
  headers: Record<string, string>
  /** Status of the listener's answer; null while not sent, 0 when it could not be reached. */
  status: number | null
}

export interface Callback {
  type: CallbackType
  data: Record<string, unknown>
}

interface Line {
  events: CallbackEvent[]
  held: CallbackEvent[] | null
  last: Promise<void>
}

const eventsKept = 1000
const sendTimeoutMs = 10_000

/** Per state and not in it: what is on its way does not survive a restart or a reset. */
const lines = new WeakMap<SaltEdgeState, Line>()

const lineOf = ({ saltedge }: World): Line => {
  const known = lines.get(saltedge)
  if (known !== undefined) return known
  const fresh: Line = { events: [], held: null, last: Promise.resolve() }
  lines.set(saltedge, fresh)
  return fresh
}

const urlOf = ({ saltedge }: World, type: CallbackType): string | null => {
  const { callbackUrls, webhookUrl } = saltedge
  if (callbackUrls[type] !== undefined) return callbackUrls[type]
  return webhookUrl === null ? null : `${webhookUrl.replace(/\/$/, '')}/${type}`
}

const deliver = async (url: string, event: CallbackEvent): Promise<void> => {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: event.headers,
      body: event.body,
      redirect: 'manual',
      signal: AbortSignal.timeout(sendTimeoutMs),
    })
    await answer.body?.cancel()
    event.status = answer.status
  } catch {
    event.status = 0
  }
}

const tell = (world: World, event: CallbackEvent, faulty: boolean): void =>
  world.observe({
    provider: 'saltedge',
    direction: 'out',
    method: 'POST',
    path: `/${event.type}`,
    query: '',
    requestHeaders: event.headers,
    requestBody: event.body,
    status: null,
    responseHeaders: {},
    responseBody: '',
    faulty,
  })

const send = (world: World, event: CallbackEvent): void => {
  const line = lineOf(world)
  const { url } = event
  if (line.held !== null) line.held = [...line.held, event].slice(-eventsKept)
  else if (url !== null) line.last = line.last.then(() => deliver(url, event))
}

const signatureOf = (
  world: World,
  { url, body, flaws }: { url: string; body: string; flaws: CallbackFlaws },
): string => {
  const signed = flaws.bodyOnly === true ? body : `${flaws.signedUrl ?? url}|${body}`
  const key = flaws.foreignKey === true ? newPair().privateKey : keysOf(world).callbackPrivateKey
  return sign(flaws.algorithm ?? 'RSA-SHA256', Buffer.from(signed), key).toString('base64')
}

/** Makes a callback, signs it and puts it in line; `flaws` are done on purpose. */
export const fire = (
  world: World,
  { type, data }: Callback,
  flaws: CallbackFlaws = {},
): CallbackEvent => {
  const url = urlOf(world, type)
  // receivers compare with the wall clock, whatever the sandbox's own clock says
  const time = new Date(Date.now() - (flaws.ageSeconds ?? 0) * 1000).toISOString()
  const body = JSON.stringify({ data, meta: { version: '6', time } })
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  if (flaws.unsigned !== true)
    headers['signature'] = signatureOf(world, { url: url ?? '', body, flaws })
  if (flaws.keyVersion !== undefined) headers['signature-key-version'] = flaws.keyVersion
  const sent = flaws.alteredBody === true ? body.replace('"data"', ' "data"') : body
  const id = nextId(world, 'callback')
  const event: CallbackEvent = { id, type, url, body: sent, headers, status: null }
  const line = lineOf(world)
  line.events = [...line.events.slice(1 - eventsKept), event]
  tell(world, event, Object.keys(flaws).length > 0)
  send(world, event)
  return event
}

/** Says something by a callback, if anybody listens. */
export const announce = (world: World, callback: Callback): void => {
  // when nobody listens, making and signing callbacks would only cost time
  if (urlOf(world, callback.type) !== null || lineOf(world).held !== null) fire(world, callback)
}

/** Sends a callback that was sent before once more; null when there is none with this id. */
export const repeat = (world: World, id: string): CallbackEvent | null => {
  const event = lineOf(world).events.find((known) => known.id === id)
  if (event === undefined) return null
  send(world, event)
  return event
}

/** Keeps callbacks back until they are released. */
export const hold = (world: World): void => {
  lineOf(world).held ??= []
}

/** Lets the callbacks go that were kept back, in reverse order if wanted; tells how many. */
export const release = (world: World, reversed: boolean): number => {
  const line = lineOf(world)
  const waiting = line.held ?? []
  line.held = null
  for (const event of reversed ? waiting.toReversed() : waiting) send(world, event)
  return waiting.length
}

/** The last callbacks, oldest first. */
export const listCallbacks = (world: World): CallbackEvent[] => lineOf(world).events

/** Resolves when every callback in line was sent. */
export const settled = (world: World): Promise<void> => lineOf(world).last
