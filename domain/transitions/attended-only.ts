import type { ConnectionFacts } from '../connection.ts'
import type { NewMessage } from '../chatter.ts'
import { tell } from './effect.ts'

/** Cause of the open notice that automatic fetching is on at an institution that forbids it (product M11). */
export const attendedOnly = 'attended_only'

/** Asks to switch automatic fetching off; fetching by hand goes on. */
export const tellAttendedOnly = (
  { institutionName: institution, providerName: provider }: ConnectionFacts,
  key: string,
): NewMessage =>
  tell({
    code: 'auto.not_supported',
    key: `${key}:auto.not_supported`,
    params: { institution, provider },
    cause: attendedOnly,
  })
