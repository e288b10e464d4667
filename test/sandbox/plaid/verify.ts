/** The receiving side of Plaid's events, written from its description and shared with nobody. */
import { createHash, createPublicKey, verify } from 'node:crypto'
import type { Json } from '../client.ts'
import type { Received } from '../listener.ts'
import type { PlaidClient } from './client.ts'

const maxAgeSeconds = 300

const parse = (part: string | undefined): Json =>
  JSON.parse(Buffer.from(part ?? '', 'base64url').toString())

/** Why an event is refused; null when everything fits. */
export const refusalOf = async (
  plaid: PlaidClient,
  { body, headers }: Received,
): Promise<string | null> => {
  const [head, claims, mark = ''] = String(headers['plaid-verification']).split('.')
  const { alg, kid, typ } = parse(head)
  if (alg !== 'ES256' || typ !== 'JWT') return 'algorithm'
  const found = await plaid.call('/webhook_verification_key/get', { key_id: kid })
  if (found.body.error_code === 'INVALID_WEBHOOK_VERIFICATION_KEY_ID') return 'kid'
  if (found.body.key.expired_at !== null) return 'expired key'
  const key = createPublicKey({ key: found.body.key, format: 'jwk' })
  const signed = Buffer.from(`${head}.${claims}`)
  const wanted = { key, dsaEncoding: 'ieee-p1363' } as const
  if (!verify('sha256', signed, wanted, Buffer.from(mark, 'base64url'))) return 'signature'
  const { iat, request_body_sha256: digest } = parse(claims)
  if (iat < Date.now() / 1000 - maxAgeSeconds) return 'time'
  return digest === createHash('sha256').update(body).digest('hex') ? null : 'digest'
}
