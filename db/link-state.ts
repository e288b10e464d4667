import { createHash } from 'node:crypto'
import type { Vault } from './vault.ts'

/**
 * The opaque value that comes back with the person. Derived from the flow, so that whoever asks the provider for the
 * page makes the same one without reading it anywhere.
 */
export const linkStateOf = (vault: Pick<Vault, 'hmac'>, flowId: string): string =>
  vault.hmac('link-state', flowId).toString('base64url')

/** What is stored of it: enough to recognise it. */
export const hashLinkState = (state: string): Buffer => createHash('sha256').update(state).digest()
