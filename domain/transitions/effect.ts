import type { ConnectionFacts } from '../connection.ts'
import type { MessageCode, MessageKind, MessageParams, NewMessage } from '../chatter.ts'
import type { NewEvent } from '../event.ts'

/** What an occurrence does before the common rules (state tracking, planning) are applied. */
export interface Effect {
  changed?: Partial<ConnectionFacts>
  messages?: NewMessage[]
  /** Open notices that are over, by cause. */
  closes?: string[]
  events?: NewEvent[]
  /** When the next unattended run is due: the next slot, an instant in ms, or as planned before. */
  next?: 'slot' | 'keep' | number
}

interface Telling {
  code: MessageCode
  key: string
  kind?: MessageKind
  params?: MessageParams
  cause?: string
  reference?: string
  runId?: string
  user?: string
  system?: boolean
}

/** Builds a chatter message; without a user the robot speaks. */
export const tell = (telling: Telling): NewMessage => ({
  dedupeKey: telling.key,
  kind: telling.kind ?? 'message',
  code: telling.code,
  params: telling.params ?? {},
  author: telling.user
    ? { kind: 'user', name: telling.user }
    : { kind: telling.system ? 'system' : 'robot' },
  ...(telling.reference === undefined ? {} : { reference: telling.reference }),
  ...(telling.runId === undefined ? {} : { syncRunId: telling.runId }),
  ...(telling.cause === undefined ? {} : { cause: telling.cause }),
})

/** The last instant that a calendar can show, in ms on either side of the epoch. */
const instantMaxMs = 8.64e15

/** ISO text of an instant in ms, or '' where there is none. */
export const instant = (ms: number | null): string =>
  ms !== null && Math.abs(ms) <= instantMaxMs ? new Date(ms).toISOString() : ''
