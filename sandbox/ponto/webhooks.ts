/** Ponto's events: signed, put in line and sent; the keys to check them with. */
import type { KeyObject } from 'node:crypto'
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { json } from '../http.ts'
import type { Announcement, World } from '../world.ts'
import { nextId } from '../world.ts'
import type { Route } from './exchange.ts'
import { forAnyone } from './exchange.ts'

/** What is wrong with an event on purpose. */
interface Flaws {
  /** Seconds that the signature's time lies in the past. */
  ageSeconds?: number | undefined
  audience?: string | undefined
  issuer?: string | undefined
  /** The body is changed after it was signed. */
  alteredBody?: boolean | undefined
  /** The signature is that of another key. */
  foreignKey?: boolean | undefined
  unknownKid?: boolean | undefined
  algorithm?: string | undefined
}

interface Event {
  id: string
  type: string
  body: string
  signature: string
  /** Status of the listener's answer; null while not sent, 0 when it could not be reached. */
  status: number | null
  /** Something is wrong with it on purpose. */
  flawed: boolean
}

export interface Webhooks {
  announce: (event: Announcement) => void
  /** Makes an event, signs it and puts it in line; `flaws` are done on purpose. */
  fire: (event: Announcement, flaws: Flaws) => Event
  /** Sends an event that was sent before once more. */
  repeat: (id: string) => Event | null
  /** Keeps events back until they are released, in reverse order if wanted. */
  hold: () => void
  release: (reversed: boolean) => number
  /** Signs with a new key from now on. */
  rotate: (keepOld: boolean) => string
  list: () => Event[]
  /** Resolves when every event in line was sent. */
  settled: () => Promise<void>
  keys: () => object[]
}

interface Key {
  kid: string
  privateKey: KeyObject
  publicKey: KeyObject
}

const eventsKept = 1000
const lifeSeconds = 60
const sendTimeoutMs = 10_000

const newKey = (): Key => {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return { kid: `sandbox_events_signature_${randomBytes(4).toString('hex')}`, ...pair }
}

const bodyOf = (world: World, event: Announcement): { id: string; body: string } => {
  const id = nextId(world, 'event')
  const relation = (type: string, of: string | undefined) =>
    of === undefined ? {} : { [type]: { data: { type, id: of } } }
  const body = {
    data: {
      attributes: { createdAt: world.clock.instant(), ...event.attributes },
      id,
      relationships: {
        ...relation('account', event.accountId),
        ...relation('organization', event.organizationId),
        ...relation('synchronization', event.synchronizationId),
      },
      type: `pontoConnect.${event.type}`,
    },
  }
  return { id, body: JSON.stringify(body) }
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

const signatureOf = (world: World, key: Key, { body, flaws }: { body: string; flaws: Flaws }) => {
  // receivers compare with the wall clock, whatever the sandbox's own clock says
  const iat = Math.floor(Date.now() / 1000) - (flaws.ageSeconds ?? 0)
  const head = encode({
    alg: flaws.algorithm ?? 'RS512',
    kid: flaws.unknownKid === true ? 'nobody_knows_this_key' : key.kid,
  })
  const claims = encode({
    aud: flaws.audience ?? world.settings.applicationId,
    digest: createHash('sha512').update(body).digest('base64'),
    exp: iat + lifeSeconds,
    iat,
    iss: flaws.issuer ?? world.settings.issuer,
    jti: nextId(world, 'token-id'),
  })
  const signer = flaws.foreignKey === true ? newKey() : key
  const signature = sign('RSA-SHA512', Buffer.from(`${head}.${claims}`), signer.privateKey)
  return `${head}.${claims}.${signature.toString('base64url')}`
}

const headersOf = ({ signature }: Event): Record<string, string> => ({
  'content-type': 'application/json',
  signature,
})

const deliver = async (world: World, url: string, event: Event): Promise<void> => {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: headersOf(event),
      body: event.body,
      signal: AbortSignal.timeout(sendTimeoutMs),
    })
    await answer.body?.cancel()
    event.status = answer.status
  } catch {
    event.status = 0
  }
  tell(world, url, event)
}

const tell = (world: World, url: string, event: Event): void =>
  world.observe({
    provider: 'ponto',
    direction: 'out',
    method: 'POST',
    path: new URL(url).pathname,
    query: '',
    requestHeaders: headersOf(event),
    requestBody: event.body,
    status: event.status,
    responseHeaders: {},
    responseBody: '',
    faulty: event.flawed,
  })

/** The keys events are signed with; the first is made when it is needed, because that takes a while. */
const openKeyRing = () => {
  let keys: Key[] = []
  const signer = (): Key => {
    const key = keys.at(-1) ?? newKey()
    if (keys.length === 0) keys = [key]
    return key
  }
  const rotate = (keepOld: boolean): string => {
    const key = newKey()
    signer()
    keys = keepOld ? [...keys.slice(-4), key] : [key]
    return key.kid
  }
  const publicKeys = (): object[] => {
    signer()
    return keys.map(({ kid, publicKey }) => ({
      ...publicKey.export({ format: 'jwk' }),
      kid,
      alg: 'RS512',
      use: 'sig',
      status: 'ACTIVE',
    }))
  }
  return { signer, rotate, publicKeys }
}

/** Sends events one after the other, or keeps them back. */
const openLine = (world: World) => {
  let held: Event[] | null = null
  let line: Promise<void> = Promise.resolve()
  const dispatch = (event: Event): void => {
    const url = world.settings.webhookUrl
    if (held !== null) held = [...held, event].slice(-eventsKept)
    else if (url !== null) line = line.then(() => deliver(world, url, event))
  }
  const release = (reversed: boolean): number => {
    const waiting = held ?? []
    held = null
    for (const event of reversed ? waiting.toReversed() : waiting) dispatch(event)
    return waiting.length
  }
  const hold = (): void => {
    held ??= []
  }
  return { dispatch, release, hold, isHeld: () => held !== null, settled: () => line }
}

/** The sender of events of one world. */
export const openWebhooks = (world: World): Webhooks => {
  const { signer, rotate, publicKeys } = openKeyRing()
  const { dispatch, release, hold, isHeld, settled } = openLine(world)
  let events: Event[] = []

  const fire = (announcement: Announcement, flaws: Flaws): Event => {
    const { id, body } = bodyOf(world, announcement)
    const signature = signatureOf(world, signer(), { body, flaws })
    const sent = flaws.alteredBody === true ? body.replace('"data"', ' "data"') : body
    const flawed = Object.keys(flaws).length > 0
    const { type } = announcement
    const event: Event = { id, type, body: sent, signature, status: null, flawed }
    events = [...events.slice(1 - eventsKept), event]
    dispatch(event)
    return event
  }
  const announce = (announcement: Announcement): void => {
    // when nobody listens, making and signing events would only cost time
    if (world.settings.webhookUrl !== null || isHeld()) fire(announcement, {})
  }
  const repeat = (id: string): Event | null => {
    const event = events.find((known) => known.id === id)
    if (event === undefined) return null
    event.signature = signatureOf(world, signer(), { body: event.body, flaws: {} })
    event.flawed = false
    dispatch(event)
    return event
  }
  return {
    fire,
    announce,
    repeat,
    hold,
    release,
    rotate,
    settled,
    keys: publicKeys,
    list: () => events,
  }
}

/** The route of the public keys. */
export const webhookRoutes = (webhooks: Webhooks): Route[] => [
  forAnyone(['GET', '/webhooks/keys', 'jwks'], () => json(200, { keys: webhooks.keys() })),
]
