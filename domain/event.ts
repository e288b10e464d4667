/** What programs are told: thin, ids and counts only; content is read again through the API. */
export type EventType =
  | 'connection.state_changed'
  | 'connection.action_required'
  | 'connection.consent_expiring'
  | 'accounts.discovered'
  | 'lines.added'
  | 'lines.corrected'
  | 'run.failed'
  | 'message.posted'
  | 'mfa.requested'
  | 'mfa.accepted'
  | 'mfa.wrong'
  | 'mfa.expired'
  | 'import.finished'
  | 'import.reverted'

export interface NewEvent {
  /** Natural key within the tenant. */
  dedupeKey: string
  type: EventType
  connectionId?: string
  accountId?: string
  syncRunId?: string
  content: Record<string, string | number | boolean | null>
}
