/** Checks the keys of a call and its signature. */
import { createPublicKey, verify } from 'node:crypto'
import type { Exchange } from './exchange.ts'
import { Refusal } from './exchange.ts'
import { keysOf } from './keys.ts'

const aheadSecondsMax = 3600

const textOf = (header: string | string[] | undefined): string => String(header ?? '')

/** Callers sign with the wall clock, whatever the sandbox's own clock says. */
const checkExpiry = (expiresAt: string): void => {
  if (expiresAt === '') throw new Refusal('MissingExpiresAt', 'Expires-at is missing.')
  const seconds = Number(expiresAt)
  const now = Math.floor(Date.now() / 1000)
  if (!/^\d{1,12}$/.test(expiresAt) || seconds > now + aheadSecondsMax)
    throw new Refusal('ExpiresAtInvalid', 'Expires-at must be unix seconds, at most an hour ahead.')
  if (seconds < now) throw new Refusal('RequestExpired', 'The request has expired.')
}

const clientKeyOf = ({ world, state }: Exchange) => {
  try {
    return createPublicKey(state.clientPublicKey ?? keysOf(world).clientPublicKey)
  } catch {
    throw new Refusal('PublicKeyNotProvided', 'The client has no usable public key.')
  }
}

const checkSignature = (exchange: Exchange): void => {
  const { headers, method, origin, target, body } = exchange
  const expiresAt = textOf(headers['expires-at'])
  checkExpiry(expiresAt)
  const signature = textOf(headers['signature'])
  if (signature === '') throw new Refusal('MissingSignature', 'Signature is missing.')
  const signed = `${expiresAt}|${method}|${origin}${target}|${body}`
  const key = clientKeyOf(exchange)
  const fits = verify('RSA-SHA256', Buffer.from(signed), key, Buffer.from(signature, 'base64'))
  if (!fits) throw new Refusal('SignatureNotMatch', 'The signature does not match.')
}

/** Throws a refusal unless the call carries the client's keys and, where that is checked, its signature. */
export const authenticate = (exchange: Exchange): void => {
  const { headers, state } = exchange
  const [appId, secret] = [textOf(headers['app-id']), textOf(headers['secret'])]
  if (appId === '') throw new Refusal('AppIdNotProvided', 'App-id is missing.')
  if (secret === '') throw new Refusal('SecretNotProvided', 'Secret is missing.')
  if (appId !== state.appId || secret !== state.secret)
    throw new Refusal('ApiKeyNotFound', 'No such API key.')
  if (state.checkSignatures) checkSignature(exchange)
}
