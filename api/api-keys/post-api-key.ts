import { z } from 'zod'
import * as apiKeys from '../../db/queries/api-keys.ts'
import { mintApiKey } from '../api-key.ts'
import { plainText } from '../plain-text.ts'
import { route } from '../route.ts'
import { newApiKeySchema } from './api-key-shape.ts'

/** Makes a key and shows it this once. */
export const postApiKey = route({
  operation: 'POST /v1/api-keys',
  summary: 'Make an API key; it is shown once',
  body: z.strictObject({
    scope: z.enum(['erp', 'readonly']).default('erp'),
    label: z.string().max(200).transform(plainText).default(''),
    expiresAt: z.iso
      .datetime()
      .refine((text) => Date.parse(text) > Date.now(), 'in the future')
      .optional(),
  }),
  idempotent: true,
  answers: { 201: { description: 'The key', schema: newApiKeySchema } },
  async handler({ caller, body }, { pool }) {
    const { scope, label, expiresAt } = body
    const { id, key, keyHash } = mintApiKey()
    const isNew = await apiKeys.create(pool, {
      id,
      tenantId: caller.tenantId,
      keyHash,
      scope,
      label,
      ...(expiresAt === undefined ? {} : { expiresAt }),
    })
    if (!isNew) throw new Error('a key id was drawn twice')
    const made = { id, scope, label, expiresAt: expiresAt ?? null }
    return { status: 201, body: { ...made, key }, replay: { ...made, key: null } }
  },
})
