import { z } from 'zod'
import type { ApiKey } from '../../db/queries/api-keys.ts'

const instant = z.iso.datetime()

/** What is known of a key; the key itself is stored nowhere. */
export const apiKeySchema = z
  .object({
    id: z.string(),
    scope: z.enum(['erp', 'support', 'operator', 'readonly']),
    label: z.string(),
    createdAt: instant,
    expiresAt: instant.nullable(),
    revokedAt: instant.nullable(),
    lastUsedAt: instant.nullable(),
  })
  .meta({ id: 'ApiKey' })

/** A key at the one moment it is shown. */
export const newApiKeySchema = z
  .object({
    id: z.string(),
    scope: apiKeySchema.shape.scope,
    label: z.string(),
    expiresAt: instant.nullable(),
    key: z
      .string()
      .nullable()
      .meta({ description: 'Shown once; null when the same request is repeated' }),
  })
  .meta({ id: 'NewApiKey' })

/** The public form of a key. */
export const toApiKey = (key: ApiKey): z.infer<typeof apiKeySchema> => ({
  id: key.id,
  scope: key.scope,
  label: key.label,
  createdAt: key.createdAt,
  expiresAt: key.expiresAt,
  revokedAt: key.revokedAt,
  lastUsedAt: key.lastUsedAt,
})
