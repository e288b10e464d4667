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
  const { aud, iss, iat, exp, digest, jti } = parse(claims)
  const key = keys.find((one) => one.kid === kid && one.use === 'sig' && one.status === 'ACTIVE')
  const isSigned = () =>
    verify(
      'RSA-SHA512',
      Buffer.from(`${head}.${claims}`),
      createPublicKey({ key, format: 'jwk' }),
      Buffer.from(mark, 'base64url'),
    )
  const checks: [reason: string, holds: () => boolean][] = [
    ['algorithm', () => alg === 'RS512'],
    ['kid', () => key !== undefined],
    ['signature', isSigned],
    ['audience', () => aud === audience],
    ['issuer', () => iss === 'https://api.ibanity.com'],
    ['time', () => iat <= nowSeconds + 30 && exp >= nowSeconds - 30],
    ['digest', () => digest === createHash('sha512').update(body).digest('base64')],
    ['jti', () => typeof jti === 'string'],
  ]
  return checks.find(([, holds]) => !holds())?.[0] ?? null
}
