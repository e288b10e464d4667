/** Webhooks: an ES256 JWT in the header `Plaid-Verification` over the raw body; the content only says "look". */
import type { KeyObject } from 'node:crypto'
import { createHash, timingSafeEqual, verify } from 'node:crypto'
import { z } from 'zod'
import type { KeyCache, PublishedKey } from '../jwks.ts'
import type { CallOptions, ProviderEvent, RawWebhook } from '../provider.ts'
import { WebhookRefused } from '../provider.ts'
import { jsonOrNull } from '../transport.ts'
import type { Plaid } from './client.ts'
import { isRefusedWith } from './errors.ts'
import { eventRefOf } from './flow.ts'
import { keyAnswer, webhookBody } from './schema.ts'

const ageMaxMs = 300_000
const leewayMs = 30_000
const tokenMax = 8_192

const kinds: ReadonlyMap<string, ProviderEvent['kind']> = new Map(
  Object.entries({
    'TRANSACTIONS/SYNC_UPDATES_AVAILABLE': 'lines_available',
    'TRANSACTIONS/INITIAL_UPDATE': 'ignored',
    'TRANSACTIONS/HISTORICAL_UPDATE': 'ignored',
    'TRANSACTIONS/DEFAULT_UPDATE': 'ignored',
    'TRANSACTIONS/TRANSACTIONS_REMOVED': 'ignored',
    'TRANSACTIONS/RECURRING_TRANSACTIONS_UPDATE': 'ignored',
    'ITEM/ERROR': 'failed',
    'ITEM/LOGIN_REPAIRED': 'repaired',
    'ITEM/PENDING_EXPIRATION': 'consent_expiring',
    'ITEM/PENDING_DISCONNECT': 'consent_expiring',
    'ITEM/USER_PERMISSION_REVOKED': 'connection_gone',
    'ITEM/USER_ACCOUNT_REVOKED': 'account_gone',
    'ITEM/NEW_ACCOUNTS_AVAILABLE': 'accounts_changed',
    'ITEM/WEBHOOK_UPDATE_ACKNOWLEDGED': 'ignored',
    'LINK/SESSION_FINISHED': 'link_finished',
    'LINK/ITEM_ADD_RESULT': 'link_finished',
    'LINK/EVENTS': 'link_finished',
  } satisfies Record<string, ProviderEvent['kind']>),
)

const headerSchema = z.object({ alg: z.literal('ES256'), kid: z.string().min(1).max(200) })
const claimsSchema = z.object({
  iat: z.number(),
  request_body_sha256: z.string().regex(/^[0-9a-fA-F]{64}$/),
})
type Claims = z.infer<typeof claimsSchema>

const decoded = <T>(part: string, schema: z.ZodType<T>): T => {
  try {
    return schema.parse(JSON.parse(Buffer.from(part, 'base64url').toString()))
  } catch (error) {
    throw new WebhookRefused('the signature is not readable', { cause: error })
  }
}

const digestOf = (...parts: (string | Uint8Array)[]): Buffer => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

const checkClaims = (claims: Claims, { body }: RawWebhook, nowMs: number): void => {
  const atMs = claims.iat * 1_000
  if (atMs > nowMs + leewayMs) throw new WebhookRefused('from the future')
  if (atMs < nowMs - ageMaxMs) throw new WebhookRefused('too old')
  const claimed = Buffer.from(claims.request_body_sha256, 'hex')
  if (!timingSafeEqual(claimed, digestOf(body))) throw new WebhookRefused('the body was altered')
}

const isSignedWith = (key: KeyObject, signed: string, signature: string): boolean =>
  key.asymmetricKeyType === 'ec' &&
  key.asymmetricKeyDetails?.namedCurve === 'prime256v1' &&
  verify(
    'sha256',
    Buffer.from(signed),
    { key, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  )

/** Checks the signature and says where to look. */
export const verifyPlaidWebhook = async (
  plaid: Plaid & { keys: KeyCache },
  raw: RawWebhook,
  options: CallOptions & { nowMs: number },
): Promise<ProviderEvent[]> => {
  const token = raw.headers['plaid-verification'] ?? ''
  const [header, claims, signature, ...rest] = token.slice(0, tokenMax + 1).split('.')
  if (!header || !claims || !signature || rest.length > 0 || token.length > tokenMax)
    throw new WebhookRefused('no signature')
  const { kid } = decoded(header, headerSchema)
  const key = await plaid.keys.find(kid, () => publishedKey(plaid, kid, options))
  if (key === null || !isSignedWith(key, `${header}.${claims}`, signature))
    throw new WebhookRefused('the signature does not fit')
  const claimed = decoded(claims, claimsSchema)
  checkClaims(claimed, raw, options.nowMs)
  return [eventOf(raw.body, claimed.iat)]
}

/** The one key of this id; none where Plaid does not know it or has ended it. */
const publishedKey = async (
  { client }: Plaid,
  kid: string,
  options: CallOptions,
): Promise<PublishedKey[]> => {
  const call = { path: '/webhook_verification_key/get', body: { key_id: kid } }
  try {
    const { key } = await client.post(call, keyAnswer, options)
    const { kid: named, use, expired_at: expiredAt, ...jwk } = key
    const isEnded = expiredAt !== null && expiredAt !== undefined
    return isEnded || named !== kid ? [] : [{ kid, use: use ?? undefined, jwk }]
  } catch (error) {
    if (isRefusedWith(error, 'INVALID_WEBHOOK_VERIFICATION_KEY_ID')) return []
    throw error
  }
}

const eventOf = (body: Uint8Array, iat: number): ProviderEvent => {
  const at = new Date(iat * 1_000).toISOString()
  // the same news comes again in the same words on another day, so its time is part of what it is
  const dedupeKey = digestOf(`${iat}.`, body).toString('hex')
  const parsed = webhookBody.safeParse(jsonOrNull(new TextDecoder().decode(body)))
  // the signature is right, so this is Plaid's own news in a form that is not known yet
  if (!parsed.success) return { kind: 'ignored', at, dedupeKey }
  const { webhook_type: type, webhook_code: code } = parsed.data
  return {
    kind: kinds.get(`${type}/${code}`) ?? 'ignored',
    ...subjectOf(parsed.data),
    at,
    dedupeKey,
  }
}

type Subject = Pick<ProviderEvent, 'providerConnectionId' | 'providerAccountId' | 'eventRef'>

const subjectOf = (body: z.infer<typeof webhookBody>): Subject => ({
  ...(body.item_id ? { providerConnectionId: body.item_id } : {}),
  ...(body.account_id ? { providerAccountId: body.account_id } : {}),
  ...(body.link_token ? { eventRef: eventRefOf(body.link_token) } : {}),
})
