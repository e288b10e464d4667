import { createHash, timingSafeEqual } from 'node:crypto'
import { Secret } from '../../../domain/secret.ts'
import { ProviderError } from '../provider.ts'
import type { SaltEdgeFlow } from './schema.ts'
import { flowSchema } from './schema.ts'

/** The flow's name at Salt Edge: its attempt and its callbacks carry it, and nobody can tell the state from it. */
export const tagOf = (state: string): string => createHash('sha256').update(state).digest('hex')

/** Writes what is needed to finish a flow. */
export const toFlow = (flow: SaltEdgeFlow): Secret<string> => new Secret(JSON.stringify(flow))

/** Reads it back; what cannot be read is a defect, told without a word of its content. */
export const readFlow = (secret: Secret<string>): SaltEdgeFlow => {
  try {
    return flowSchema.parse(JSON.parse(secret.reveal()))
  } catch {
    throw new ProviderError({ code: 'defect', scope: 'connection', reason: 'flow_not_readable' })
  }
}

/** Compares two opaque values without telling by its duration where they differ. */
export const isSame = (left: string, right: string): boolean => {
  const [a, b] = [Buffer.from(left), Buffer.from(right)]
  return a.length === b.length && timingSafeEqual(a, b)
}
