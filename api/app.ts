/** The HTTP application: every route on one screen. */
import type { Express } from 'express'
import express from 'express'
import helmet from 'helmet'
import { getAccount } from './accounts/get-account.ts'
import { getLines } from './accounts/get-lines.ts'
import { postAccount } from './accounts/post-account.ts'
import { deleteApiKey } from './api-keys/delete-api-key.ts'
import { getApiKeys } from './api-keys/get-api-keys.ts'
import { postApiKey } from './api-keys/post-api-key.ts'
import { answerProblem } from './answer-problem.ts'
import { createAuthenticate } from './authenticate.ts'
import { bindRoute } from './bind-route.ts'
import { limitBodyTime } from './body-time.ts'
import { getConnection } from './connections/get-connection.ts'
import { getConnectionAccounts } from './connections/get-connection-accounts.ts'
import { getConnections } from './connections/get-connections.ts'
import { getMessages } from './connections/get-messages.ts'
import { getMfaChallenge } from './connections/get-mfa-challenge.ts'
import { getMfaImage } from './connections/get-mfa-image.ts'
import { getRuns } from './connections/get-runs.ts'
import { patchConnection } from './connections/patch-connection.ts'
import { postAccountChoices } from './connections/post-account-choices.ts'
import { postAccountRefresh } from './connections/post-account-refresh.ts'
import { postConnection } from './connections/post-connection.ts'
import { postCredentialUpdate } from './connections/post-credential-update.ts'
import { postDisconnection } from './connections/post-disconnection.ts'
import { postMessage } from './connections/post-message.ts'
import { postMfaAnswer } from './connections/post-mfa-answer.ts'
import { postNote } from './connections/post-note.ts'
import { postReconnect } from './connections/post-reconnect.ts'
import { postSync } from './connections/post-sync.ts'
import { putMfaAnswer } from './connections/put-mfa-answer.ts'
import type { Deps } from './deps.ts'
import { documentRoutes } from './documents/document-routes.ts'
import { getEvents } from './events/get-events.ts'
import { getLivez } from './health/get-livez.ts'
import { getReadyz } from './health/get-readyz.ts'
import { deleteImport } from './imports/delete-import.ts'
import { getImport } from './imports/get-import.ts'
import { getImportFile } from './imports/get-import-file.ts'
import { getImportProgress } from './imports/get-import-progress.ts'
import { getImports } from './imports/get-imports.ts'
import { patchImport } from './imports/patch-import.ts'
import { postConfirmation } from './imports/post-confirmation.ts'
import { postImport } from './imports/post-import.ts'
import { getInstitution } from './institutions/get-institution.ts'
import { getInstitutions } from './institutions/get-institutions.ts'
import { getCallback } from './link-flows/get-callback.ts'
import { getLinkFlow } from './link-flows/get-link-flow.ts'
import { postCompletion } from './link-flows/post-completion.ts'
import { getLinkPage } from './link-pages/get-link-page.ts'
import { Problem } from './problem.ts'
import { logRequests } from './request-log.ts'
import type { Route } from './route.ts'
import { getRun } from './runs/get-run.ts'
import { getTenant } from './tenants/get-tenant.ts'
import { postTenant } from './tenants/post-tenant.ts'
import { postWebhook } from './webhooks/post-webhook.ts'

/** Every route of the API. */
export const routes: readonly Route[] = [
  getInstitutions,
  getInstitution,
  getConnections,
  postConnection,
  getConnection,
  patchConnection,
  postSync,
  getMfaChallenge,
  getMfaImage,
  postMfaAnswer,
  putMfaAnswer,
  postCredentialUpdate,
  postReconnect,
  postDisconnection,
  postAccountRefresh,
  postAccountChoices,
  getConnectionAccounts,
  getMessages,
  postMessage,
  postNote,
  getRuns,
  getLinkFlow,
  postCompletion,
  getCallback,
  getLinkPage,
  postAccount,
  getAccount,
  getLines,
  getImports,
  postImport,
  getImport,
  patchImport,
  deleteImport,
  postConfirmation,
  getImportFile,
  getImportProgress,
  getRun,
  getEvents,
  getApiKeys,
  postApiKey,
  deleteApiKey,
  getTenant,
  postTenant,
  postWebhook,
  getLivez,
  getReadyz,
  ...documentRoutes(() => routes),
]

/** Makes the application; it listens nowhere yet. */
export const createApp = (deps: Deps): Express => {
  const app = express()
  app.disable('x-powered-by')
  // our versions are ETags of their own; hashing every body would cost more than it saves
  app.set('etag', false)
  app.use(helmet())
  app.use(logRequests(deps.log))
  app.use(limitBodyTime)
  const authenticate = createAuthenticate(deps)
  for (const route of routes) bindRoute(app, route, { deps, authenticate })
  app.use(() => {
    throw new Problem('not-found', 'unknown_path')
  })
  app.use(answerProblem(deps))
  return app
}
