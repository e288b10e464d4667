import { z } from 'zod'
import type { ConnectionView } from '../../db/queries/connection-views.ts'
import { actionRequired } from './action-required.ts'

const instant = z.iso.datetime()

/** A connection as programs and people see it. */
export const connectionSchema = z
  .object({
    id: z.uuid(),
    provider: z.string(),
    institution: z.object({ id: z.string(), name: z.string() }),
    label: z.string(),
    state: z.enum(['not_connected', 'connected', 'error', 'disconnected']),
    awaiting: z.enum(['nothing', 'mfa', 'account_choice', 'consent', 'credentials']),
    autoSync: z.boolean(),
    pauses: z.array(z.enum(['block', 'failures'])),
    failureCode: z.string().nullable(),
    failureReference: z
      .string()
      .nullable()
      .meta({ description: 'Quote it to support, for example BS-7K3M-92QX' }),
    disconnectReason: z.enum(['consent', 'gone', 'user', 'support', 'legacy']).nullable(),
    actionRequired: z
      .object({
        code: z.string().meta({ description: 'Code of the message that explains it' }),
        deadline: instant.nullable(),
      })
      .nullable()
      .meta({ description: 'What a person must do now; null when nothing' }),
    syncIntervalSeconds: z.int(),
    unattendedAllowed: z.boolean(),
    lastRefreshAt: instant.nullable().meta({ description: 'Last refresh at the bank' }),
    lastPulledAt: instant.nullable().meta({ description: 'Last time we read the provider' }),
    nextSyncAt: instant.nullable(),
    consentExpiresAt: instant.nullable(),
    accounts: z.int(),
    chosenAccounts: z.int(),
    openFlowId: z.uuid().nullable(),
    mfaChallenge: z
      .object({ id: z.uuid(), kind: z.enum(['fields', 'page']), expiresAt: instant })
      .nullable()
      .meta({ description: 'What the institution asks of a person now' }),
    clientId: z.string().meta({ description: 'Public name of the tenant' }),
    createdAt: instant,
  })
  .meta({ id: 'Connection' })

const challengeOf = (view: ConnectionView) => {
  const { mfaChallengeId: id, mfaChallengeKind: kind, mfaChallengeExpiresAt: expiresAt } = view
  return id === null || kind === null || expiresAt === null ? null : { id, kind, expiresAt }
}

/** The public form of a connection. */
export const toConnection = (
  view: ConnectionView,
  clientId: string,
): z.infer<typeof connectionSchema> => ({
  id: view.id,
  provider: view.provider,
  institution: { id: view.providerInstitutionId, name: view.institutionName },
  label: view.label,
  state: view.state,
  awaiting: view.awaiting,
  autoSync: view.autoSync,
  pauses: view.pauses,
  failureCode: view.failureCode,
  failureReference: view.failureReference,
  disconnectReason: view.disconnectReason,
  actionRequired: actionRequired(view, Date.now()),
  syncIntervalSeconds: view.syncIntervalSeconds,
  unattendedAllowed: view.unattendedAllowed,
  lastRefreshAt: view.lastRefreshAt,
  lastPulledAt: view.lastPulledAt,
  nextSyncAt: view.nextSyncAt,
  consentExpiresAt: view.consentExpiresAt,
  accounts: view.accounts,
  chosenAccounts: view.chosenAccounts,
  openFlowId: view.openFlowId,
  mfaChallenge: challengeOf(view),
  clientId,
  createdAt: view.createdAt,
})

/** The version of a connection, for ETag and If-Match. */
export const etagOf = ({ version }: Pick<ConnectionView, 'version'>): string => `"v${version}"`
