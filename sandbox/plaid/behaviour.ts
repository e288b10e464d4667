/** How a bank of this world behaves at Plaid: what all providers show, and what is scripted for this one. */
import type { Bank } from '../bank.ts'
import type { PlaidScript } from './script.ts'

/** The bank's behaviour with the neutral part of its script laid over it. */
export const behaviourOf = ({ script }: Bank): PlaidScript => {
  const { plaid } = script
  const asksForCode = plaid.mfa === 'none' && script.mfa === 'code'
  const isBeta = plaid.health === 'HEALTHY' && script.status !== 'stable'
  return {
    ...plaid,
    mfa: asksForCode ? 'device' : plaid.mfa,
    updateType: script.unattended ? plaid.updateType : 'user_present_required',
    health: script.availability === 'readonly' ? 'DOWN' : isBeta ? 'DEGRADED' : plaid.health,
  }
}
