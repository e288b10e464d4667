import { z } from 'zod'
import type { Provider, ProviderEvent } from '../../activities/providers/provider.ts'
import { WebhookRefused } from '../../activities/providers/provider.ts'
import { notFound, Problem } from '../problem.ts'
import { maybeProvider } from '../provider-named.ts'
import type { Call } from '../route.ts'
import { route } from '../route.ts'
import type { Taken } from './take-events.ts'
import { takeEvents } from './take-events.ts'

const verifyDeadlineMs = 5_000
const retrySoonSeconds = 60

const part = z.string().max(200).optional()

const answer = z.object({
  woken: z.int().meta({ description: 'Connections that will look, each told once' }),
  repeated: z.int().meta({ description: 'Events taken before' }),
  parked: z.int().meta({ description: 'Events of connections not known yet, kept for 24 hours' }),
})

/** Takes a provider's webhook: it only ever says "look", and what it claims is read again from the provider. */
export const postWebhook = route({
  operation: 'POST /hooks/:provider{/:token}{/:type}',
  summary: 'Webhooks of providers',
  params: z.strictObject({ provider: z.string().max(30), token: part, type: part }),
  rawBody: true,
  answers: {
    200: { description: 'Taken', schema: answer },
    202: { description: 'Taken and parked: no connection is known for it yet', schema: answer },
  },
  async handler(call, deps) {
    const provider = maybeProvider(deps, call.params.provider)
    if (provider === null) throw notFound()
    const body: Taken = await takeEvents(deps, provider.id, await verify(provider, call))
    return { status: body.parked > 0 && body.woken === 0 ? 202 : 200, body }
  },
})

const verify = async (provider: Provider, { request }: Call): Promise<ProviderEvent[]> => {
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : value,
    ]),
  )
  // an empty body is not parsed at all
  const body: unknown = request.body
  const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0)
  const signal = AbortSignal.timeout(verifyDeadlineMs)
  try {
    const raw = { headers, body: bytes, url: request.originalUrl }
    return await provider.verifyWebhook(raw, { signal, nowMs: Date.now() })
  } catch (error) {
    if (error instanceof WebhookRefused)
      throw new Problem('unauthenticated', 'bad_signature', { cause: error })
    // the provider's keys could not be read: it will send the webhook again
    throw new Problem('service-unavailable', 'no_answer', {
      retryAfterSeconds: retrySoonSeconds,
      cause: error,
    })
  }
}
