/** What Salt Edge's page is asked to do when a person links, renews or answers there. */
import type { LinkRequest, StartedLink } from '../provider.ts'
import type { Asking } from './client.ts'
import { daysBefore, instantOf } from './dates.ts'
import { toFlow } from './flow.ts'
import type { Rules } from './institutions.ts'
import type { SaltEdgeFlow } from './schema.ts'
import { connectPage } from './schema.ts'

const pageMs = 1_800_000

const scopes = ['accounts', 'transactions']

/** What every refresh brings. */
export const fetchScopes = ['accounts', 'balance', 'transactions']

/**
 * A line that looks like another one is pending for some days and booked then: late, but neither hidden nor lost, as
 * true twins are under the other two strategies.
 */
export const unduplication = 'mark_as_pending'

/** The consent to ask for: as long and as deep as the institution allows. */
export const consentOf = (
  { historyDays, consentDays }: Rules,
  nowMs: number,
): { scopes: string[]; from_date: string; period_days?: number } => ({
  scopes,
  from_date: daysBefore(nowMs, historyDays),
  ...(consentDays === null ? {} : { period_days: consentDays }),
})

/** The attempt that a page starts; `tag` names the flow in the attempt and in its callbacks. */
export const attemptOf = (
  { locale, returnUrl, state }: LinkRequest,
  tag: string,
): Record<string, unknown> => {
  const returnTo = new URL(returnUrl)
  // Salt Edge hands nothing back by itself, so the state travels in the address
  returnTo.searchParams.set('state', state)
  return {
    fetch_scopes: fetchScopes,
    custom_fields: { flow: tag },
    locale,
    unduplication_strategy: unduplication,
    return_to: returnTo.href,
  }
}

/** What every page tells the person's browser on the way back. */
export const returned = { return_connection_id: true, return_error_class: true } as const

/** The connection's workflow owns the schedule: Salt Edge refreshes nothing by itself. */
export const unscheduled = { automatic_refresh: false } as const

/** Whether credentials are kept for unattended refreshes is the person's choice. */
export const widget = { show_consent_confirmation: true, credentials_strategy: 'ask' } as const

/** Asks for a page; its address is the only secret of it. */
export const askForPage = async (
  { client, options }: Asking,
  { path, data, flow }: { path: string; data: unknown; flow: SaltEdgeFlow },
): Promise<StartedLink> => {
  const answer = await client.call({ method: 'POST', path, data }, connectPage, options)
  const { connect_url: url, expires_at: expiresAt } = answer.data
  return {
    url,
    expiresAt: instantOf(expiresAt) ?? new Date(Date.now() + pageMs).toISOString(),
    eventRef: flow.tag,
    flow: toFlow(flow),
  }
}
