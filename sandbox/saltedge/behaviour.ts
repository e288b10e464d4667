/** How a bank of this world behaves at Salt Edge: what all providers show, and what is scripted for this one. */
import type { Bank } from '../bank.ts'
import type { World } from '../world.ts'
import type { Connection } from './state.ts'
import type { SaltEdgeScript } from './script.ts'

/** The bank's behaviour with the neutral part of its script laid over it. */
export const behaviourOf = ({ script }: Bank): SaltEdgeScript => ({
  ...script.saltedge,
  mode: script.mfa === 'page' ? 'oauth' : script.saltedge.mode,
  interactive: script.saltedge.interactive || script.mfa === 'code',
  automaticFetch: script.saltedge.automaticFetch && script.unattended,
})

/** The bank behind a connection; throws when the world has lost it. */
export const bankBehind = (world: World, { bankId }: Connection): Bank => {
  const bank = world.banks.get(bankId)
  if (bank === undefined) throw new Error(`no bank ${bankId}`)
  return bank
}
