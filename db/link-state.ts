import { createHash, timingSafeEqual } from 'node:crypto'
import type { Vault } from './vault.ts'

/**
 * The opaque value that comes back with the person. Derived from the flow, so that whoever asks the provider for the
 * page makes the same one without reading it anywhere.
 */
export const linkStateOf = (vault: Pick<Vault, 'hmac'>, flowId: string): string =>
  vault.hmac('link-state', flowId).toString('base64url')

/** What is stored of it: enough to recognise it. */
export const hashLinkState = (state: string): Buffer => createHash('sha256').update(state).digest()

/** Whether a value that came back was made for this flow, by the present key of the ring or an older one. */
export const isLinkStateOf = (
  vault: Pick<Vault, 'hmacs'>,
  flowId: string,
  state: string,
): boolean => {
  const given = hashLinkState(state)
  return vault
    .hmacs('link-state', flowId)
    .some((hmac) => timingSafeEqual(hashLinkState(hmac.toString('base64url')), given))
}
