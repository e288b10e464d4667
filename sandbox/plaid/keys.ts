/** The keys that events are signed with, and the signature itself. */
import { createHash, createPrivateKey, generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import { z } from 'zod'
import type { World } from '../world.ts'
import { PlaidRefusal } from './errors.ts'
import type { Route } from './exchange.ts'
import { route } from './exchange.ts'
import type { EventFlaws, SigningKey } from './state.ts'

const keysKept = 10

const newKey = (): SigningKey => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return {
    kid: randomUUID(),
    privateJwk: { ...privateKey.export({ format: 'jwk' }) },
    publicJwk: { ...publicKey.export({ format: 'jwk' }) },
    // receivers compare with the wall clock, whatever the sandbox's own clock says
    createdMs: Date.now(),
    expiredMs: null,
  }
}

/** There are always two: one that signs, and one before it that is still good. */
const keysOf = ({ plaid }: World): SigningKey[] => {
  if (plaid.keys.length === 0) plaid.keys = [newKey(), newKey()]
  return plaid.keys
}

/** Signs with a new key from now on; the old ones end unless they are kept. Returns the new key's id. */
export const rotateKeys = (world: World, keepOld: boolean): string => {
  const made = newKey()
  for (const key of keysOf(world)) if (!keepOld) key.expiredMs ??= Date.now()
  world.plaid.keys = [...keysOf(world).slice(1 - keysKept), made]
  world.changed()
  return made.kid
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** The JWT that goes with a body in the header `Plaid-Verification`. */
export const signatureOf = (world: World, body: string, flaws: EventFlaws): string => {
  const key = keysOf(world).at(-1) ?? newKey()
  const signer = flaws.foreignKey === true ? newKey() : key
  const head = encode({
    alg: flaws.algorithm ?? 'ES256',
    kid: flaws.unknownKid === true ? randomUUID() : key.kid,
    typ: 'JWT',
  })
  const claims = encode({
    iat: Math.floor(Date.now() / 1000) - (flaws.ageSeconds ?? 0),
    request_body_sha256: createHash('sha256').update(body).digest('hex'),
  })
  const signature = sign('sha256', Buffer.from(`${head}.${claims}`), {
    key: createPrivateKey({ key: signer.privateJwk, format: 'jwk' }),
    dsaEncoding: 'ieee-p1363',
  })
  return `${head}.${claims}.${signature.toString('base64url')}`
}

const secondsOf = (ms: number): number => Math.floor(ms / 1000)

const keyJson = ({ kid, publicJwk, createdMs, expiredMs }: SigningKey) => ({
  ...publicJwk,
  alg: 'ES256',
  kid,
  use: 'sig',
  created_at: secondsOf(createdMs),
  expired_at: expiredMs === null ? null : secondsOf(expiredMs),
})

/** The route that gives out one public key. */
export const keyRoutes: Route[] = [
  route('/webhook_verification_key/get', { key_id: z.string() }, ({ world }, { key_id: kid }) => {
    const key = keysOf(world).find((each) => each.kid === kid)
    if (key === undefined)
      throw new PlaidRefusal('INVALID_WEBHOOK_VERIFICATION_KEY_ID', 'there is no such key')
    return { key: keyJson(key) }
  }),
]
