/** Chatter messages are a code and parameters; texts live in `locales/` and are rendered for each reader. */
export const messageCodes = [
  'connection.created',
  'connection.renewed',
  'connection.reconnected',
  'connection.gone',
  'consent.not_revoked',
  'state.changed',
  'auto_sync.changed',
  'accounts.chosen',
  'accounts.changed',
  'link.expired',
  'link.exited',
  'link.failed',
  'link.already_connected',
  'consent.expiring',
  'consent.expired',
  'credentials.invalid',
  'mfa.requested',
  'mfa.requested_at_provider',
  'mfa.accepted',
  'mfa.wrong',
  'mfa.expired',
  'mfa.expired_by_hand',
  'mfa.too_late',
  'mfa.not_expected',
  'mfa.no_answer',
  'auto.not_supported',
  'institution.unavailable',
  'institution.action_required',
  'institution.unsupported',
  'sync.done',
  'sync.delayed',
  'sync.quota',
  'sync.provider_invalid',
  'sync.failing',
  'sync.stopped',
  'sync.resumed',
  'sync.many_pages',
  'lines.corrected',
  'file.imported',
  'file.reverted',
  'service.misconfigured',
  'internal.error',
  'signal.refused',
] as const

export type MessageCode = (typeof messageCodes)[number]

/** Values of a message; instants and days stay ISO text and are formatted for the reader. */
export type MessageParams = Record<string, string | number>

export type MessageKind = 'message' | 'note' | 'tracking'

export interface NewMessage {
  /** Natural key within the connection: the same cause never posts twice. */
  dedupeKey: string
  kind: MessageKind
  code: MessageCode
  params: MessageParams
  author: { kind: 'robot' | 'user' | 'system' | 'support'; name?: string }
  reference?: string
  syncRunId?: string
  /** Notices of one cause are one open message: repeated while open, closed on recovery. */
  cause?: string
}
