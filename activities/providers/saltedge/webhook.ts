/** Callbacks: RSA-SHA256 over the address as entered in the dashboard and the raw body; the content only says "look". */
import { createHash, verify } from 'node:crypto'
import type { z } from 'zod'
import { parseExact } from '../exact-json.ts'
import type { ProviderEvent, RawWebhook } from '../provider.ts'
import { WebhookRefused } from '../provider.ts'
import type { SaltEdgeConfig } from './config.ts'
import { instantOf } from './dates.ts'
import { callbackBody } from './schema.ts'

const signatureMax = 2_048
/** The only time in what is signed is the body's own; older callbacks may be repeated by anybody. */
const ageMaxMs = 300_000

type Callback = z.infer<typeof callbackBody>['data']
type Kind = ProviderEvent['kind']

const kinds: ReadonlyMap<string, (callback: Callback) => Kind> = new Map(
  Object.entries({
    success: ({ stage, custom_fields: fields }) => {
      if (stage && stage !== 'finish') return 'progress'
      return fields?.flow ? 'link_finished' : 'lines_available'
    },
    failure: () => 'failed',
    notify: ({ stage }) => (stage === 'interactive' ? 'mfa_waiting' : 'progress'),
    interactive: () => 'mfa_waiting',
    destroy: () => 'connection_gone',
    provider: () => 'institution_changed',
    service: () => 'institution_changed',
  } satisfies Record<string, (callback: Callback) => Kind>),
)

/** Each type has an address of its own, which ends in it. */
const typeOf = (url: string): string => url.split('?', 1)[0]?.split('/').at(-1) ?? ''

const checkSignature = (
  { callbackUrl, callbackKeys }: SaltEdgeConfig,
  { headers, body }: RawWebhook,
  type: string,
): void => {
  if (callbackUrl === null || callbackKeys.length === 0)
    throw new WebhookRefused('callbacks are not configured')
  const header = headers['signature'] ?? ''
  if (header === '' || header.length > signatureMax) throw new WebhookRefused('no signature')
  const signature = Buffer.from(header, 'base64')
  // the address is configured, because a proxy before us may have another one
  const signed = Buffer.concat([Buffer.from(`${callbackUrl}/${type}|`), body])
  if (!callbackKeys.some((key) => verify('sha256', signed, key, signature)))
    throw new WebhookRefused('the signature does not fit')
}

/** Checks the signature and the age, and says where to look. */
export const verifySaltEdgeWebhook = (
  config: SaltEdgeConfig,
  raw: RawWebhook,
  nowMs: number,
): ProviderEvent[] => {
  const type = typeOf(raw.url)
  const kindOf = kinds.get(type)
  if (kindOf === undefined) throw new WebhookRefused('of a type that has no address')
  checkSignature(config, raw, type)
  const parsed = callbackBody.safeParse(parseOrNull(new TextDecoder().decode(raw.body)))
  const at = parsed.success ? instantOf(parsed.data.meta.time) : null
  // the signature is right, so this is Salt Edge's own news in a form that is not known yet
  if (!parsed.success || at === null) return [unknown(raw.body, nowMs)]
  if (Math.abs(nowMs - Date.parse(at)) > ageMaxMs) throw new WebhookRefused('too old')
  const { data } = parsed.data
  return [{ kind: kindOf(data), ...subjectOf(data), at, dedupeKey: dedupeKeyOf(type, data, at) }]
}

const subjectOf = ({
  connection_id: connectionId,
  custom_fields: fields,
}: Callback): Pick<ProviderEvent, 'providerConnectionId' | 'eventRef'> => ({
  ...(connectionId ? { providerConnectionId: connectionId } : {}),
  ...(fields?.flow ? { eventRef: fields.flow } : {}),
})

const keyMax = 300

const dedupeKeyOf = (type: string, callback: Callback, at: string): string => {
  const { connection_id: connectionId, custom_fields: fields, stage } = callback
  const parts = [type, connectionId ?? fields?.flow ?? '', stage ?? '', at]
  return parts.join(':').slice(0, keyMax)
}

const unknown = (body: Uint8Array, nowMs: number): ProviderEvent => ({
  kind: 'ignored',
  at: new Date(nowMs).toISOString(),
  dedupeKey: createHash('sha256').update(body).digest('hex'),
})

const parseOrNull = (text: string): unknown => {
  try {
    return parseExact(text)
  } catch {
    return null
  }
}
