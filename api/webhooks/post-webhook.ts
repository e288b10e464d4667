import { z } from 'zod'
import type { Provider, ProviderEvent } from '../../activities/providers/provider.ts'
import { WebhookRefused } from '../../activities/providers/provider.ts'
import * as webhooks from '../../db/queries/webhooks.ts'
import { isUuid } from '../../domain/ids.ts'
import type { Deps } from '../deps.ts'
import { notFound, Problem } from '../problem.ts'
import { maybeProvider } from '../provider-named.ts'
import type { Call } from '../route.ts'
import { route } from '../route.ts'
import { finishFlows, wakeConnection } from '../wake-connection.ts'

const verifyDeadlineMs = 5_000
const retrySoonSeconds = 60

const part = z.string().max(200).optional()

const answer = z.object({
  woken: z.int().meta({ description: 'Connections that will look' }),
  repeated: z.int().meta({ description: 'Events taken before' }),
  parked: z.int().meta({ description: 'Events of connections not known yet, kept for 24 hours' }),
})

type Outcome = z.infer<typeof answer>

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
    const events = await verify(provider, call)
    const body: Outcome = { woken: 0, repeated: 0, parked: 0 }
    for (const event of events) {
      const outcome = await take(deps, provider, event)
      body.woken += outcome.woken
      body.repeated += outcome.repeated
      body.parked += outcome.parked
    }
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

const refsOf = ({ providerConnectionId, providerAccountId, eventRef }: ProviderEvent): string[] =>
  [providerConnectionId, eventRef, providerAccountId].filter((ref) => ref !== undefined)

/** Whom an event speaks of; one that names only the customer means all its connections at the provider. */
const connectionsOf = async ({ pool }: Deps, provider: string, event: ProviderEvent) => {
  const refs = refsOf(event)
  const { customerRef } = event
  const routes =
    refs.length === 0 && isUuid(customerRef)
      ? [await webhooks.routeByTenant(pool, provider, customerRef)]
      : await Promise.all(refs.map((ref) => webhooks.route(pool, provider, ref)))
  return new Map(routes.flat().map((each) => [each.connectionId, each]))
}

/** A refresh that is still going on brings nothing to read yet; whoever waits for it looks by itself. */
const nothingNew: readonly ProviderEvent['kind'][] = ['ignored', 'progress']

const take = async (
  deps: Deps,
  { id: provider }: Provider,
  event: ProviderEvent,
): Promise<Outcome> => {
  const refs = refsOf(event)
  const { dedupeKey, kind } = event
  const receipt = { provider, dedupeKey, kind, providerRef: refs[0] ?? null }
  if (!(await webhooks.receive(deps.pool, receipt))) return { woken: 0, repeated: 1, parked: 0 }
  if (nothingNew.includes(kind)) return { woken: 0, repeated: 0, parked: 0 }
  const found = await connectionsOf(deps, provider, event)
  const connectionIds = [...found.keys()]
  try {
    if (kind === 'link_finished')
      await Promise.all([...found.values()].map((each) => finishFlows(deps, each)))
    else await Promise.all(connectionIds.map((id) => wakeConnection(deps, id, kind)))
  } catch (error) {
    // taken back, so that the provider's repetition is not mistaken for one already followed
    await webhooks.forget(deps.pool, { provider, dedupeKey })
    throw error
  }
  return { woken: connectionIds.length, repeated: 0, parked: connectionIds.length === 0 ? 1 : 0 }
}
