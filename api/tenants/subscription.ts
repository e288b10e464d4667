import type { Tenant } from '../../db/queries/tenants.ts'

/** Whether a tenant may use the service now: trial editions may not, nor those whose trial or subscription is over. */
export const isSubscribed = (
  {
    edition,
    trialUntil,
    subscriptionUntil,
  }: Pick<Tenant, 'edition' | 'trialUntil' | 'subscriptionUntil'>,
  nowMs: number,
): boolean => {
  if (subscriptionUntil !== null) return Date.parse(subscriptionUntil) > nowMs
  return edition !== 'trial' && (trialUntil === null || Date.parse(trialUntil) > nowMs)
}
