/** Webhooks: a JWT in the header `Signature` over the raw body; the content only says "look". */
import type { KeyObject } from 'node:crypto'
import { createHash, timingSafeEqual, verify } from 'node:crypto'
import { z } from 'zod'
import type { KeyCache } from '../jwks.ts'
import type { CallOptions, ProviderEvent, RawWebhook } from '../provider.ts'
import { WebhookRefused } from '../provider.ts'
import type { Ponto } from './client.ts'
import { instantOf } from './dates.ts'
import { parseExact } from '../exact-json.ts'
import { jwks, webhookBody } from './schema.ts'

const leewayMs = 30_000
const tokenMax = 8_192

const kinds: ReadonlyMap<string, ProviderEvent['kind']> = new Map(
  Object.entries({
    'pontoConnect.account.transactionsCreated': 'lines_available',
    'pontoConnect.account.transactionsUpdated': 'lines_available',
    'pontoConnect.synchronization.succeededWithoutChange': 'lines_available',
    'pontoConnect.synchronization.failed': 'failed',
    'pontoConnect.account.detailsUpdated': 'balances_available',
    'pontoConnect.account.pendingTransactionsCreated': 'ignored',
    'pontoConnect.account.pendingTransactionsUpdated': 'ignored',
    'pontoConnect.account.reauthorized': 'consent_renewed',
    'pontoConnect.integration.created': 'link_finished',
    'pontoConnect.integration.accountAdded': 'accounts_changed',
    'pontoConnect.integration.accountRevoked': 'account_gone',
    'pontoConnect.integration.revoked': 'connection_gone',
    'pontoConnect.organization.blocked': 'failed',
    'pontoConnect.organization.unblocked': 'repaired',
    'pontoConnect.paymentRequest.closed': 'ignored',
  } satisfies Record<string, ProviderEvent['kind']>),
)

const headerSchema = z.object({ alg: z.literal('RS512'), kid: z.string().min(1).max(200) })
const claimsSchema = z.object({
  aud: z.union([z.string(), z.array(z.string())]),
  iss: z.string(),
  iat: z.number(),
  exp: z.number(),
  digest: z.string(),
})
type Claims = z.infer<typeof claimsSchema>

const decoded = <T>(part: string, schema: z.ZodType<T>): T => {
  try {
    return schema.parse(JSON.parse(Buffer.from(part, 'base64url').toString()))
  } catch (error) {
    throw new WebhookRefused('the signature is not readable', { cause: error })
  }
}

interface Judged {
  body: Uint8Array
  nowMs: number
}

const checkClaims = (
  { aud, iss, iat, exp, digest }: Claims,
  { applicationId, webhookIssuer }: Ponto['config'],
  { body, nowMs }: Judged,
): void => {
  if (applicationId === '' || ![aud].flat().includes(applicationId))
    throw new WebhookRefused('for another application')
  if (iss !== webhookIssuer) throw new WebhookRefused('from another issuer')
  if (iat * 1_000 > nowMs + leewayMs) throw new WebhookRefused('from the future')
  if (exp * 1_000 < nowMs - leewayMs) throw new WebhookRefused('too old')
  const actual = createHash('sha512').update(body).digest()
  const claimed = Buffer.from(digest, 'base64')
  if (claimed.length !== actual.length || !timingSafeEqual(claimed, actual))
    throw new WebhookRefused('the body was altered')
}

const isSignedWith = (key: KeyObject, signed: string, signature: string): boolean =>
  key.asymmetricKeyType === 'rsa' &&
  verify('sha512', Buffer.from(signed), key, Buffer.from(signature, 'base64url'))

/** Checks the signature and says where to look. */
export const verifyPontoWebhook = async (
  ponto: Ponto & { keys: KeyCache },
  { headers, body }: RawWebhook,
  options: CallOptions & { nowMs: number },
): Promise<ProviderEvent[]> => {
  const token = headers['signature'] ?? ''
  const [header, claims, signature, ...rest] = token.slice(0, tokenMax + 1).split('.')
  if (!header || !claims || !signature || rest.length > 0 || token.length > tokenMax)
    throw new WebhookRefused('no signature')
  const { kid } = decoded(header, headerSchema)
  const key = await ponto.keys.find(kid, () => publishedKeys(ponto, options))
  if (key === null || !isSignedWith(key, `${header}.${claims}`, signature))
    throw new WebhookRefused('the signature does not fit')
  checkClaims(decoded(claims, claimsSchema), ponto.config, { body, nowMs: options.nowMs })
  return [eventOf(body, options.nowMs)]
}

const publishedKeys = async ({ client }: Ponto, options: CallOptions) => {
  const { keys } = await client.published(jwks, options)
  return keys.map(({ kid, use, ...jwk }) => ({ kid, use: use ?? undefined, jwk }))
}

const eventOf = (body: Uint8Array, nowMs: number): ProviderEvent => {
  const now = new Date(nowMs).toISOString()
  const parsed = webhookBody.safeParse(parseOrNull(new TextDecoder().decode(body)))
  // the signature is right, so this is Ponto's own news in a form that is not known yet
  if (!parsed.success)
    return { kind: 'ignored', at: now, dedupeKey: createHash('sha256').update(body).digest('hex') }
  const { id, type, attributes, relationships } = parsed.data.data
  return {
    kind: kinds.get(type) ?? 'ignored',
    ...subjectOf(relationships),
    at: instantOf(attributes?.createdAt) ?? now,
    dedupeKey: id,
  }
}

const subjectOf = (
  relationships: z.infer<typeof webhookBody>['data']['relationships'],
): Pick<ProviderEvent, 'providerConnectionId' | 'providerAccountId'> => {
  const account = relationships?.account?.data?.id
  const organization = relationships?.organization?.data?.id
  return {
    ...(organization ? { providerConnectionId: organization } : {}),
    ...(account ? { providerAccountId: account } : {}),
  }
}

const parseOrNull = (text: string): unknown => {
  try {
    return parseExact(text)
  } catch {
    return null
  }
}
