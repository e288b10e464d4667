import { z } from 'zod'
import * as events from '../../db/queries/events.ts'
import * as messages from '../../db/queries/messages.ts'
import { withTenant } from '../../db/tenant.ts'
import type { Deps } from '../deps.ts'
import { plainText } from '../plain-text.ts'
import type { Call, Reply } from '../route.ts'
import { toMessage } from './message-shape.ts'
import { connectionInTenant } from './read-connection.ts'

const textMax = 10_000

/** Body of what a person writes. */
export const textBody = z.strictObject({
  text: z.string().min(1).max(textMax).transform(plainText).pipe(z.string().min(1)),
})

/** Adds what a person wrote to the chatter, once per request. */
export const postText = (
  { pool }: Pick<Deps, 'pool'>,
  call: Call<{ connectionId: string }, unknown, z.infer<typeof textBody>>,
  kind: 'message' | 'note',
): Promise<Reply> => {
  const { caller, params, body, requestId } = call
  const author = {
    kind: caller.scope === 'support' ? 'support' : 'user',
    name: call.actingUser,
  } as const
  return withTenant(pool, caller.tenantId, async (tx) => {
    const { id: connectionId } = await connectionInTenant(tx, params.connectionId)
    const text = { dedupeKey: `text:${requestId}`, kind, body: body.text, author }
    const posted = await messages.postText(tx, connectionId, text)
    await events.append(tx, [
      {
        dedupeKey: `message.posted:${requestId}`,
        type: 'message.posted',
        connectionId,
        content: { seq: posted.seq, kind },
      },
    ])
    return { status: 201, body: toMessage(posted, call.language) }
  })
}
