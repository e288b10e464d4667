/** Webhooks: a JWT in the header `Signature` over the raw body; the content only says "look". */
import { createHash, timingSafeEqual, verify } from 'node:crypto'
import { z } from 'zod'
import type { KeyCache } from '../jwks.ts'
import type { CallOptions, ProviderEvent, RawWebhook } from '../provider.ts'
import { WebhookRefused } from '../provider.ts'
import { parseExact } from './json.ts'
import { jwks, webhookBody } from './schema.ts'
import type { Ponto } from './session.ts'

const leewayMs = 30_000

const kinds: Readonly<Record<string, ProviderEvent['kind']>> = {
  'account.transactionsCreated': 'lines_available',
  'account.transactionsUpdated': 'lines_available',
  'synchronization.succeededWithoutChange': 'lines_available',
  'synchronization.failed': 'failed',
  'account.detailsUpdated': 'balances_available',
  'account.reauthorized': 'consent_renewed',
  'integration.created': 'link_finished',
  'integration.accountAdded': 'accounts_changed',
  'integration.accountRevoked': 'account_gone',
  'integration.revoked': 'connection_gone',
  'organization.blocked': 'failed',
  'organization.unblocked': 'repaired',
}

const headerSchema = z.object({ alg: z.literal('RS512'), kid: z.string() })
const claimsSchema = z.object({
  aud: z.union([z.string(), z.array(z.string())]),
  iss: z.string(),
  iat: z.number(),
  exp: z.number(),
  digest: z.string(),
})

const decoded = <Schema extends z.ZodType>(
  part: string | undefined,
  schema: Schema,
): z.infer<Schema> => {
  try {
    return schema.parse(JSON.parse(Buffer.from(part ?? '', 'base64url').toString()))
  } catch (error) {
    throw new WebhookRefused('the signature is not readable', { cause: error })
  }
}

const checkClaims = (
  { aud, iss, iat, exp, digest }: z.infer<typeof claimsSchema>,
  { config }: Ponto,
  { body, nowMs }: { body: Uint8Array; nowMs: number },
): void => {
  if (![aud].flat().includes(config.applicationId))
    throw new WebhookRefused('for another application')
  if (iss !== config.webhookIssuer) throw new WebhookRefused('from another issuer')
  if (iat * 1_000 > nowMs + leewayMs) throw new WebhookRefused('from the future')
  if (exp * 1_000 < nowMs - leewayMs) throw new WebhookRefused('too old')
  const actual = createHash('sha512').update(body).digest()
  const claimed = Buffer.from(digest, 'base64')
  if (claimed.length !== actual.length || !timingSafeEqual(claimed, actual))
    throw new WebhookRefused('the body was altered')
}

/** Checks the signature and says where to look. */
export const verifyPontoWebhook = async (
  ponto: Ponto & { keys: KeyCache },
  { headers, body }: RawWebhook,
  options: CallOptions & { nowMs: number },
): Promise<ProviderEvent[]> => {
  const token = headers['signature'] ?? ''
  const [header, claims, signature, rest] = token.split('.')
  if (signature === undefined || rest !== undefined) throw new WebhookRefused('no signature')
  const { kid } = decoded(header, headerSchema)
  const key = await ponto.keys.find(kid, () => publishedKeys(ponto, options))
  const signed = Buffer.from(`${header}.${claims}`)
  if (key === null || !verify('sha512', signed, key, Buffer.from(signature, 'base64url')))
    throw new WebhookRefused('the signature does not fit')
  checkClaims(decoded(claims, claimsSchema), ponto, { body, nowMs: options.nowMs })
  return [eventOf(body)]
}

const publishedKeys = async ({ client, config }: Ponto, options: CallOptions) => {
  const { keys } = await client.call(
    { method: 'GET', url: config.jwksUrl, authorization: 'none' },
    jwks,
    options,
  )
  return keys.map(({ kid, use, ...jwk }) => ({ kid, use: use ?? undefined, jwk }))
}

const eventOf = (body: Uint8Array): ProviderEvent => {
  const parsed = webhookBody.safeParse(parseOrNull(new TextDecoder().decode(body)))
  // the signature is right, so this is Ponto's own news in a form that is not known yet
  if (!parsed.success)
    return { kind: 'ignored', at: '', dedupeKey: createHash('sha256').update(body).digest('hex') }
  const { id, type, attributes } = parsed.data.data
  return {
    kind: kinds[type.replace(/^pontoConnect\./, '')] ?? 'ignored',
    ...subjectOf(parsed.data.data),
    at: attributes?.createdAt ?? '',
    dedupeKey: id,
  }
}

const subjectOf = ({
  relationships,
}: z.infer<typeof webhookBody>['data']): Pick<
  ProviderEvent,
  'providerConnectionId' | 'providerAccountId'
> => {
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
