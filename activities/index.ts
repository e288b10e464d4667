/** Every activity by name; a list, no logic. */
import { createBeginFlow } from './begin-flow.ts'
import { createChooseAccounts } from './choose-accounts.ts'
import { createCompleteFlow } from './complete-flow.ts'
import type { Deps } from './deps.ts'
import { createDisconnectConnection, createRevokeConsent } from './disconnect-connection.ts'
import { createEndFlows, createFailFlow } from './fail-flow.ts'
import {
  createAdoptSettings,
  createConsentDue,
  createLoadConnection,
  createNoteRefusal,
  createRecordFailure,
  createRemoveConnection,
  createSetAutoSync,
} from './record-occurrence.ts'
import { createLookAtConnection, createRefreshAccounts } from './refresh-accounts.ts'
import { createDiscardImport, createFailImport, createLoadImport } from './import-records.ts'
import { createImportStatements } from './import-statements.ts'
import { createListOverdue } from './list-overdue.ts'
import { createPreviewImport } from './preview-import.ts'
import { createRevertImport } from './revert-import.ts'
import { createExpireChallenge } from './expire-challenge.ts'
import { createRefreshInstitutions } from './refresh-institutions.ts'
import { createPollRefresh, createRequestRefresh } from './request-refresh.ts'
import { createSubmitMfaAnswer } from './submit-mfa-answer.ts'
import { createSweepExpired } from './sweep-expired.ts'
import { createSyncConnection } from './sync-connection.ts'

export type { ConnectionRef } from './deps.ts'
export type { ImportRef } from './import-records.ts'
export type { OpenedChallenge } from './open-challenge.ts'
export type { RefreshAnswer } from './request-refresh.ts'
export type { Submission } from './submit-mfa-answer.ts'

export type Activities = ReturnType<typeof createActivities>

export const createActivities = (deps: Deps) => ({
  loadConnection: createLoadConnection(deps),
  syncConnection: createSyncConnection(deps),
  requestRefresh: createRequestRefresh(deps),
  pollRefresh: createPollRefresh(deps),
  submitMfaAnswer: createSubmitMfaAnswer(deps),
  expireChallenge: createExpireChallenge(deps),
  recordFailure: createRecordFailure(deps),
  beginFlow: createBeginFlow(deps),
  completeFlow: createCompleteFlow(deps),
  failFlow: createFailFlow(deps),
  endFlows: createEndFlows(deps),
  chooseAccounts: createChooseAccounts(deps),
  refreshAccounts: createRefreshAccounts(deps),
  lookAtConnection: createLookAtConnection(deps),
  setAutoSync: createSetAutoSync(deps),
  adoptSettings: createAdoptSettings(deps),
  consentDue: createConsentDue(deps),
  noteRefusal: createNoteRefusal(deps),
  revokeConsent: createRevokeConsent(deps),
  disconnectConnection: createDisconnectConnection(deps),
  removeConnection: createRemoveConnection(deps),
  refreshInstitutions: createRefreshInstitutions(deps),
  sweepExpired: createSweepExpired(deps),
  listOverdue: createListOverdue(deps),
  loadImport: createLoadImport(deps),
  previewImport: createPreviewImport(deps),
  importStatements: createImportStatements(deps),
  revertImport: createRevertImport(deps),
  discardImport: createDiscardImport(deps),
  failImport: createFailImport(deps),
})
