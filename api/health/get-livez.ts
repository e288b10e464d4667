import { z } from 'zod'
import { route } from '../route.ts'

/** The process answers; nothing else is asked. */
export const getLivez = route({
  operation: 'GET /livez',
  summary: 'The process turns',
  answers: { 200: { description: 'It does', schema: z.object({ status: z.literal('ok') }) } },
  handler: () => Promise.resolve({ status: 200, body: { status: 'ok' } }),
})
