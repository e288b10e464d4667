import { timingSafeEqual } from 'node:crypto'
import { Secret } from '../../../domain/secret.ts'
import type { StartedLink } from '../provider.ts'
import { ProviderError } from '../provider.ts'
import type { PontoFlow } from './schema.ts'
import { flowSchema } from './schema.ts'

/** How long a person has; Ponto names no limit of its own. */
const flowMs = 1_800_000

/** Writes what is needed to finish a flow. */
export const toFlow = (flow: PontoFlow): Secret<string> => new Secret(JSON.stringify(flow))

/** Reads it back; what cannot be read is a defect, told without a word of its content. */
export const readFlow = (secret: Secret<string>): PontoFlow => {
  try {
    return flowSchema.parse(JSON.parse(secret.reveal()))
  } catch {
    throw new ProviderError({ code: 'defect', scope: 'connection', reason: 'flow_not_readable' })
  }
}

/** The page a person is sent to, with what finishes the flow. */
export const startedLink = (url: string, flow: PontoFlow): StartedLink => ({
  url,
  expiresAt: new Date(Date.now() + flowMs).toISOString(),
  flow: toFlow(flow),
})

/** Compares two opaque values without telling by its duration where they differ. */
export const isSame = (left: string, right: string): boolean => {
  const [a, b] = [Buffer.from(left), Buffer.from(right)]
  return a.length === b.length && timingSafeEqual(a, b)
}
