/** Who may call what: the one table of scopes and routes. A route that is missing here cannot be bound. */
export type Scope = 'erp' | 'support' | 'operator' | 'readonly'

/** Scopes that may call the route; `public` needs no key. */
export type Role = 'public' | readonly Scope[]

const readers = ['erp', 'support', 'readonly'] as const
const commanders = ['erp'] as const
const writers = ['erp', 'support'] as const
const operators = ['operator'] as const

export const roles = {
  'GET /v1/institutions': readers,
  'GET /v1/institutions/:institutionId': readers,
  'GET /v1/connections': readers,
  'POST /v1/connections': commanders,
  'GET /v1/connections/:connectionId': readers,
  'PATCH /v1/connections/:connectionId': commanders,
  'POST /v1/connections/:connectionId/syncs': commanders,
  'GET /v1/connections/:connectionId/mfa-challenges/:challengeId': readers,
  'GET /v1/connections/:connectionId/mfa-challenges/:challengeId/image': readers,
  'POST /v1/connections/:connectionId/mfa-answers': commanders,
  'PUT /v1/connections/:connectionId/mfa-answers/:challengeId': commanders,
  'POST /v1/connections/:connectionId/credential-updates': commanders,
  'POST /v1/connections/:connectionId/reconnects': commanders,
  'POST /v1/connections/:connectionId/disconnections': commanders,
  'POST /v1/connections/:connectionId/account-refreshes': commanders,
  'POST /v1/connections/:connectionId/account-choices': commanders,
  'GET /v1/connections/:connectionId/accounts': readers,
  'GET /v1/connections/:connectionId/messages': readers,
  'POST /v1/connections/:connectionId/messages': writers,
  'POST /v1/connections/:connectionId/notes': writers,
  'GET /v1/connections/:connectionId/runs': readers,
  'GET /v1/link-flows/:flowId': readers,
  'POST /v1/link-flows/:flowId/completions': commanders,
  'POST /v1/accounts': commanders,
  'GET /v1/accounts/:accountId': readers,
  'GET /v1/accounts/:accountId/lines': readers,
  'GET /v1/imports': readers,
  'POST /v1/imports': commanders,
  'GET /v1/imports/:importId': readers,
  'PATCH /v1/imports/:importId': commanders,
  'DELETE /v1/imports/:importId': commanders,
  'POST /v1/imports/:importId/confirmations': commanders,
  'GET /v1/imports/:importId/file': readers,
  'GET /v1/imports/:importId/progress': readers,
  'GET /v1/runs/:runId': readers,
  'GET /v1/events': readers,
  'GET /v1/api-keys': commanders,
  'POST /v1/api-keys': commanders,
  'DELETE /v1/api-keys/:keyId': commanders,
  'GET /v1/tenant': readers,
  'POST /v1/tenants': operators,
  'GET /callbacks/:provider': 'public',
  'GET /link/:provider/:flowId': 'public',
  'POST /hooks/:provider{/:token}{/:type}': 'public',
  'GET /livez': 'public',
  'GET /readyz': 'public',
  'GET /openapi.json': 'public',
  'GET /docs': 'public',
} as const satisfies Record<string, Role>

export type Operation = keyof typeof roles
