import { z } from 'zod'
import { connectionSchema } from './connection-shape.ts'

/** Answer of a command that goes on in the background. */
export const acceptedSchema = z
  .object({
    requestId: z.uuid(),
    connection: connectionSchema.meta({ description: 'As it was when the command was taken' }),
  })
  .meta({ id: 'AcceptedCommand' })
