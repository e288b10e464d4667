import { z } from 'zod'
import type { LinkFlow } from '../../db/queries/link-flows.ts'
import { connectionSchema } from '../connections/connection-shape.ts'

const instant = z.iso.datetime()

/** One way of a person through the bank's page. */
export const linkFlowSchema = z
  .object({
    id: z.uuid(),
    connectionId: z.uuid(),
    kind: z.enum(['link', 'renewal', 'reconnect']),
    state: z
      .enum(['requested', 'waiting', 'completing', 'linked', 'exited', 'expired', 'failed'])
      .meta({ description: 'waiting = for the person on the page of the bank' }),
    url: z
      .url()
      .optional()
      .meta({ description: 'Open it in the browser of the person. Shown once.' }),
    failureCode: z.string().nullable(),
    reference: z.string().nullable(),
    expiresAt: instant,
    createdAt: instant,
    finishedAt: instant.nullable(),
  })
  .meta({ id: 'LinkFlow' })

/** A begun flow together with its connection. */
export const begunFlowSchema = z
  .object({ connection: connectionSchema, flow: linkFlowSchema })
  .meta({ id: 'BegunLinkFlow' })

/** The public form of a flow; the page's address is added where it is shown. */
export const toLinkFlow = (flow: LinkFlow, url?: string): z.infer<typeof linkFlowSchema> => ({
  id: flow.id,
  connectionId: flow.connectionId,
  kind: flow.kind,
  state: flow.state,
  ...(url === undefined ? {} : { url }),
  failureCode: flow.failureCode,
  reference: flow.reference,
  expiresAt: flow.expiresAt,
  createdAt: flow.createdAt,
  finishedAt: flow.finishedAt,
})
