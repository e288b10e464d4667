import { z } from 'zod'
import type { Message } from '../../db/queries/messages.ts'
import type { Language } from '../../locales/languages.ts'
import { renderMessage } from '../../locales/render.ts'

const instant = z.iso.datetime()

/** One entry of the chatter, written for its reader. */
export const messageSchema = z
  .object({
    seq: z.int(),
    kind: z.enum(['message', 'note', 'tracking']),
    code: z.string().nullable().meta({ description: 'null where a person wrote' }),
    params: z.record(z.string(), z.union([z.string(), z.number()])),
    text: z.string().meta({ description: 'Plain text in the language of Accept-Language' }),
    author: z.object({
      kind: z.enum(['robot', 'user', 'system', 'support']),
      name: z.string(),
    }),
    reference: z.string().nullable().meta({ description: 'Quote it to support' }),
    runId: z.uuid().nullable(),
    times: z.int().meta({ description: 'How often it was repeated while it is open' }),
    postedAt: instant,
    repeatedAt: instant.nullable(),
    closedAt: instant.nullable().meta({ description: 'When its cause was over' }),
  })
  .meta({ id: 'Message' })

/** The public form of a message. */
export const toMessage = (message: Message, language: Language): z.infer<typeof messageSchema> => ({
  seq: message.seq,
  kind: message.kind,
  code: message.code,
  params: message.params,
  text: message.body ?? renderMessage(language, message.code ?? '', message.params),
  author: {
    kind: message.author.kind,
    name:
      message.author.name === '' && message.author.kind === 'robot'
        ? 'BankBot'
        : message.author.name,
  },
  reference: message.reference,
  runId: message.syncRunId,
  times: message.times,
  postedAt: message.postedAt,
  repeatedAt: message.repeatedAt,
  closedAt: message.closedAt,
})
