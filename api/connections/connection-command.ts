import type { UpdateDefinition } from '@temporalio/client'
import type { z } from 'zod'
import { sendCommand } from '../commands.ts'
import type { Deps } from '../deps.ts'
import type { Call, Reply } from '../route.ts'
import { toConnection } from './connection-shape.ts'
import type { connectionParams } from './read-connection.ts'
import { readConnection } from './read-connection.ts'

/** Sends a command without content of its own and answers 202 with the connection as it was before. */
export const connectionCommand = async <Answer>(
  deps: Deps,
  call: Call<z.infer<typeof connectionParams>>,
  update: UpdateDefinition<Answer, [{ requestId: string }]>,
): Promise<Reply> => {
  const target = await readConnection(deps, call)
  const { requestId, caller } = call
  await sendCommand(deps, { call, target, update, input: { requestId } })
  return { status: 202, body: { requestId, connection: toConnection(target, caller.clientId) } }
}
