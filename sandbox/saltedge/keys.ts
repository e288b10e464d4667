/** The keys of Salt Edge and of its client: made when they are first needed, because that takes a while. */
import { generateKeyPairSync } from 'node:crypto'
import type { World } from '../world.ts'
import type { Keys } from './state.ts'

/** A reset empties the state but must not change keys that others were told. */
const known = new WeakMap<World, Keys>()

/** A new pair of RSA keys as PEM texts. */
export const newPair = () =>
  generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })

const newKeys = (): Keys => {
  const [callback, client] = [newPair(), newPair()]
  return {
    callbackPrivateKey: callback.privateKey,
    callbackPublicKey: callback.publicKey,
    clientPrivateKey: client.privateKey,
    clientPublicKey: client.publicKey,
  }
}

/** The keys of this world, the same over a reset and a restart. */
export const keysOf = (world: World): Keys => {
  const keys = world.saltedge.keys ?? known.get(world) ?? newKeys()
  known.set(world, keys)
  if (world.saltedge.keys === null) {
    world.saltedge.keys = keys
    world.changed()
  }
  return keys
}
