/**
 * Webhooks. Yodlee signs nothing that is documented, so the address holds a secret of ours, and the content only says
 * where to look.
 */
import { createHash } from 'node:crypto'
import type { ProviderEvent, RawWebhook } from '../provider.ts'
import { WebhookRefused } from '../provider.ts'
import { jsonOrNull } from '../transport.ts'
import type { Outcome } from './attempt.ts'
import { outcomeOf } from './attempt.ts'
import type { YodleeConfig } from './config.ts'
import { instantOf } from './dates.ts'
import { isSame } from './flow.ts'
import type { ProviderAccountEntry } from './schema.ts'
import {
  autoRefreshUpdates,
  balanceUpdates,
  dataUpdates,
  notification,
  refreshUpdates,
} from './webhook-schema.ts'

const eventsMax = 500

/** Checks the secret of the address and says where to look. */
export const verifyYodleeWebhook = (
  { webhookToken }: YodleeConfig,
  raw: RawWebhook,
  nowMs: number,
): ProviderEvent[] => {
  const [, hooks, provider, token = ''] = raw.url.split('?')[0]?.split('/') ?? []
  const isOurs = hooks === 'hooks' && provider === 'yodlee'
  if (webhookToken === null) throw new WebhookRefused('no webhook is expected')
  if (!isOurs || !isSame(token, webhookToken.reveal()))
    throw new WebhookRefused('the address is wrong')
  return eventsOf(raw, nowMs)
}

/** Some senders put the JSON into a form. */
const contentOf = ({ body, headers }: RawWebhook): unknown => {
  const text = new TextDecoder().decode(body)
  const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true
  return jsonOrNull(isForm ? (new URLSearchParams(text).get('payload') ?? '') : text)
}

type Told = Omit<ProviderEvent, 'at' | 'dedupeKey'>

const eventsOf = (raw: RawWebhook, nowMs: number): ProviderEvent[] => {
  const now = new Date(nowMs).toISOString()
  const hash = createHash('sha256').update(raw.body).digest('hex')
  const parsed = notification.safeParse(contentOf(raw))
  if (!parsed.success) return [{ kind: 'ignored', at: now, dedupeKey: hash }]
  const { notificationId, notificationTimestamp, info, data, loginName } = parsed.data.event
  const id = notificationId || hash
  const told = toldBy(info, data, nowMs).slice(0, eventsMax)
  const at = instantOf(notificationTimestamp) ?? now
  const customer = loginName ? { customerRef: loginName } : {}
  // one notification may speak of many connections, and each is news of its own
  return told.map((event, index) => ({
    ...customer,
    ...event,
    at,
    dedupeKey: index === 0 ? id : `${id}:${index}`,
  }))
}

const ignored: Told[] = [{ kind: 'ignored' }]

const toldBy = (info: string, data: unknown, nowMs: number): Told[] => {
  const [family = '', step = ''] = info.split('.')
  const told = readers.get(family)?.(data, { step, nowMs }) ?? []
  return told.length > 0 ? told : ignored
}

interface When {
  step: string
  nowMs: number
}

const ended: Record<Outcome['kind'], ProviderEvent['kind']> = {
  running: 'progress',
  challenge: 'mfa_waiting',
  whole: 'lines_available',
  partial: 'lines_available',
  failed: 'failed',
}

const refreshKind = (entry: ProviderAccountEntry, { step, nowMs }: When): ProviderEvent['kind'] => {
  const { kind } = outcomeOf(entry, nowMs)
  if (kind === 'challenge' || (entry.loginForm ?? []).length > 0) return 'mfa_waiting'
  return step === 'PROCESS_COMPLETED' ? ended[kind] : 'progress'
}

const accountOf = (providerAccountId: string | undefined) =>
  providerAccountId === undefined ? {} : { providerAccountId }

const autoRefreshKind = (status: string | null | undefined): ProviderEvent['kind'] =>
  status === 'SCHEDULED' ? 'repaired' : 'failed'

const readers: ReadonlyMap<string, (data: unknown, when: When) => Told[]> = new Map([
  [
    'REFRESH',
    (data: unknown, when: When): Told[] =>
      (refreshUpdates.safeParse(data).data?.providerAccount ?? []).map((entry) => ({
        kind: refreshKind(entry, when),
        providerConnectionId: entry.id,
      })),
  ],
  [
    'DATA_UPDATES',
    (data: unknown): Told[] =>
      (dataUpdates.safeParse(data).data?.userData ?? []).map(({ user }) => ({
        kind: 'lines_available',
        customerRef: user.loginName,
      })),
  ],
  [
    'AUTO_REFRESH_UPDATES',
    (data: unknown): Told[] =>
      (autoRefreshUpdates.safeParse(data).data ?? []).map((update) => ({
        kind: autoRefreshKind(update.autoRefresh?.additionalStatus),
        providerConnectionId: update.providerAccountId,
        ...(update.loginName ? { customerRef: update.loginName } : {}),
      })),
  ],
  [
    'LATEST_BALANCE_UPDATES',
    (data: unknown): Told[] => {
      const update = balanceUpdates.safeParse(data).data
      if (!update) return []
      const { providerAccountId: providerConnectionId, latestBalanceEvent } = update
      const accounts = latestBalanceEvent?.map(({ accountId }) => accountId) ?? [undefined]
      return accounts.map((account) => ({
        kind: 'balances_available',
        providerConnectionId,
        ...accountOf(account),
      }))
    },
  ],
])
