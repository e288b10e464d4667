import { z } from 'zod'
import type { MfaChallenge } from '../../db/queries/mfa-challenges.ts'
import type { Challenge, MfaField } from '../../domain/mfa.ts'
import { plainText } from '../plain-text.ts'

const instant = z.iso.datetime()

const fieldSchema = z.object({
  name: z.string().meta({ description: 'The answer is sent back under this name' }),
  label: z.string().meta({ description: 'The words of the institution; show them as plain text' }),
  type: z.enum(['code', 'text', 'password', 'choice']),
  options: z.array(z.object({ value: z.string(), label: z.string() })).optional(),
  maxLength: z.int().optional(),
  optional: z.boolean(),
})

/** What an institution asks of a person before a refresh goes on. */
export const mfaChallengeSchema = z
  .object({
    id: z.uuid(),
    connectionId: z.uuid(),
    runId: z.uuid().meta({ description: 'The sync run that goes on with the answer' }),
    kind: z.enum(['fields', 'page']).meta({
      description: 'fields = answer it here; page = only the page of the provider takes the answer',
    }),
    state: z.enum(['open', 'answered', 'accepted', 'wrong', 'expired', 'unknown', 'closed']),
    fields: z.array(fieldSchema),
    imageUrl: z.url().nullable().meta({ description: 'A picture to read from; needs the API key' }),
    url: z
      .url()
      .optional()
      .meta({ description: 'Open it in the browser of the person (kind page)' }),
    linkFlowId: z.uuid().nullable(),
    openedAt: instant,
    expiresAt: instant,
  })
  .meta({ id: 'MfaChallenge' })

const toField = ({ name, label, type, options, maxLength, isOptional }: MfaField) => ({
  name,
  label: plainText(label),
  type,
  ...(options === undefined
    ? {}
    : { options: options.map((one) => ({ value: one.value, label: plainText(one.label) })) }),
  ...(maxLength === undefined ? {} : { maxLength }),
  optional: isOptional === true,
})

interface Shown {
  challenge: MfaChallenge
  /** Null once the challenge has ended. */
  asked: Challenge | null
  /** The provider's page, for those who may open it. */
  url: string | undefined
  publicUrl: string
}

/** The public form of a challenge; one whose time is over is expired, whether or not that is recorded yet. */
export const toMfaChallenge = ({
  challenge,
  asked,
  url,
  publicUrl,
}: Shown): z.infer<typeof mfaChallengeSchema> => {
  const { id, connectionId, syncRunId: runId, kind, state, isOver, openedAt, expiresAt } = challenge
  const fields = asked?.kind === 'fields' ? asked : null
  return {
    id,
    connectionId,
    runId,
    kind,
    state: state === 'open' && isOver ? 'expired' : state,
    fields: fields === null ? [] : fields.fields.map(toField),
    imageUrl: fields?.image
      ? `${publicUrl}/v1/connections/${connectionId}/mfa-challenges/${id}/image`
      : null,
    ...(url === undefined ? {} : { url }),
    linkFlowId: kind === 'page' ? id : null,
    openedAt,
    expiresAt,
  }
}
