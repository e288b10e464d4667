/** The receiving side of Ponto's events, written from its description and shared with nobody. */
import { createHash, createPublicKey, verify } from 'node:crypto'
import type { Json } from './client.ts'

interface Expected {
  keys: Json[]
  audience: string
  nowSeconds: number
}

const parse = (part: string | undefined): Json =>
  JSON.parse(Buffer.from(part ?? '', 'base64url').toString())

/** Why a signed event is refused; null when everything fits. */
export const refusalOf = (
  body: string,
  signature: string,
  { keys, audience, nowSeconds }: Expected,
): string | null => {
  const [head, claims, mark = ''] = signature.split('.')
  const { alg, kid } = parse(head)
  if (alg !== 'RS512') return 'algorithm'
  const key = keys.find((one) => one.kid === kid && one.use === 'sig' && one.status === 'ACTIVE')
  if (key === undefined) return 'kid'
  const publicKey = createPublicKey({ key, format: 'jwk' })
  const signed = Buffer.from(`${head}.${claims}`)
  if (!verify('RSA-SHA512', signed, publicKey, Buffer.from(mark, 'base64url'))) return 'signature'
  const { aud, iss, iat, exp, digest, jti } = parse(claims)
  if (aud !== audience) return 'audience'
  if (iss !== 'https://api.ibanity.com') return 'issuer'
  if (iat > nowSeconds + 30 || exp < nowSeconds - 30) return 'time'
  if (digest !== createHash('sha512').update(body).digest('base64')) return 'digest'
  return typeof jti === 'string' ? null : 'jti'
}
