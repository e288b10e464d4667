/** The public door of the workflows: every signal, update and query, with its payloads. */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow'
import type { Awaiting, ConnectionState } from '../domain/connection.ts'
import type { FailureCode } from '../domain/failure.ts'
import type { ConfirmRefusal, ImportState } from '../domain/statement-import.ts'
import type { Choice, WorkflowState } from '../domain/workflow-state.ts'

export interface ConnectionInput {
  tenantId: string
  connectionId: string
  /** State handed over by continue-as-new; nobody else sets it. */
  carried?: Partial<WorkflowState>
}

/** What every command but `syncNow` answers. */
export interface ConnectionStatus {
  state: ConnectionState
  awaiting: Awaiting
  autoSync: boolean
  failureCode: FailureCode | null
  /** ISO instant of the next unattended run. */
  nextSyncAt: string | null
  /** The sync run under way, or the one that waits for a person. */
  runId: string | null
  /** The challenge that waits for a person. */
  challengeId: string | null
  lastOutcome: 'ok' | 'failed' | null
}

export interface SyncNowInput {
  /** Becomes the sync run's id when a run is started. */
  requestId: string
}

export type RefusedWhy =
  | 'not_connected'
  | 'disconnected'
  | 'consent'
  | 'credentials'
  | 'account_choice'
  | 'blocked'
  | 'quota'

export type SyncNowAnswer =
  | { kind: 'started'; runId: string }
  | { kind: 'joined'; runId: string }
  | { kind: 'refused'; why: RefusedWhy; until: string | null }

export interface MfaAnswerInput {
  challengeId: string
  /** Stable for all repetitions of one command. */
  requestId: string
}

/** Whether the bank accepted the answer shows on the run, as an event and in the chatter. */
export type MfaVerdict =
  { kind: 'sent'; runId: string } | { kind: 'expired' } | { kind: 'not_expected' }

export interface FlowInput {
  flowId: string
}

export interface ChooseAccountsInput {
  requestId: string
  choices: Choice[]
}

/** Who asks (name, address) is a row under this id, never part of a message. */
export interface RequestInput {
  requestId: string
}

export interface SetAutoSyncInput extends RequestInput {
  enabled: boolean
}

/** Starts a sync run, or joins the one under way; the same request id is answered the same way again. */
export const syncNow = defineUpdate<SyncNowAnswer, [SyncNowInput]>('syncNow')
/** "The answer to this challenge is stored": the workflow hands it over and goes on with the same run. */
export const answerMfa = defineUpdate<MfaVerdict, [MfaAnswerInput]>('answerMfa')
export const beginLink = defineUpdate<FlowInput, [FlowInput]>('beginLink')
export const completeLink = defineUpdate<FlowInput, [FlowInput]>('completeLink')
export const beginRenewal = defineUpdate<FlowInput, [FlowInput]>('beginRenewal')
export const chooseAccounts = defineUpdate<ConnectionStatus, [ChooseAccountsInput]>(
  'chooseAccounts',
)
export const refreshAccounts = defineUpdate<ConnectionStatus, [RequestInput]>('refreshAccounts')
export const setAutoSync = defineUpdate<ConnectionStatus, [SetAutoSyncInput]>('setAutoSync')
export const disconnect = defineUpdate<ConnectionStatus, [RequestInput]>('disconnect')
/** Begins the flow that brings a disconnected connection back: a renewal while the provider still knows it, else a new link. */
export const reconnect = defineUpdate<FlowInput, [FlowInput]>('reconnect')

/** "The person came back from the provider's page": the workflow itself completes the flow. Payload `{ flowId }`. */
export const credentialsUpdated = defineSignal<[unknown]>('credentialsUpdated')
/** The same as `answerMfa` without a reply, for senders that speak Temporal. Payload `{ challengeId }`. */
export const mfaAnswered = defineSignal<[unknown]>('mfaAnswered')
/** A hint to look again; never content. Payload `{ kind }`, one of the provider's event kinds or `settings`. */
export const providerEvent = defineSignal<[unknown]>('providerEvent')

export const status = defineQuery<ConnectionStatus>('status')

/** Input of `statementImport`, workflow id `statement-import/<importId>`; start it with every update, it ends when nothing waits. */
export interface StatementImportInput {
  tenantId: string
  importId: string
}

export interface ImportStatus {
  /** Null where there is no such import, and before it was loaded. */
  state: ImportState | null
  /** The revision of the options that the preview shows. */
  previewedRevision: number | null
  questions: number
  /** Statements that a confirmation imports. */
  importable: number
}

export interface RevisionInput extends RequestInput {
  /** The revision of the options that the sender knows. */
  revision: number
}

export type ImportAnswer =
  | { kind: 'accepted'; status: ImportStatus }
  | { kind: 'refused'; why: ConfirmRefusal; status: ImportStatus }

/** The options were changed (a row): the preview is made again. */
export const correctImport = defineUpdate<ImportAnswer, [RevisionInput]>('correctImport')
/** Imports what the preview of this revision shows; repeated, it is accepted again and nothing happens twice. */
export const confirmImport = defineUpdate<ImportAnswer, [RevisionInput]>('confirmImport')
export const discardImport = defineUpdate<ImportAnswer, [RequestInput]>('discardImport')
/** Takes back what the import added and nobody else has taken over. */
export const revertImport = defineUpdate<ImportAnswer, [RequestInput]>('revertImport')

export const importStatus = defineQuery<ImportStatus>('importStatus')
