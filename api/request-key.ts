/** Names derived from the idempotency key, so that a repeated command meets what the first one left behind. */
import { hash, randomUUID } from 'node:crypto'
import { Problem } from './problem.ts'

const keyPattern = /^[\x21-\x7e]{1,255}$/

/** The header's value, without the quotes of a structured string; null when none was sent. */
export const idempotencyKey = (header: string | undefined): string | null => {
  if (header === undefined) return null
  const key = header.trim().replace(/^"(.*)"$/, '$1')
  if (!keyPattern.test(key))
    throw new Problem('validation-failed', 'bad_idempotency_key', {
      errors: [{ pointer: '/headers/idempotency-key', detail: '1–255 printable characters' }],
    })
  return key
}

/** A uuid (version 8, RFC 9562) made of the first bytes of a hash. */
const toUuid = (digest: Buffer): string => {
  const bytes = Buffer.from(digest.subarray(0, 16))
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

const sha256 = (...parts: string[]): Buffer => hash('sha256', parts.join('\u001f'), 'buffer')

/**
 * The ids of one command. The update id contains the route, because Temporal takes two different updates with one id
 * for one; a command without a key is never repeated, so it gets a key of its own.
 */
export const requestNames = (
  operation: string,
  tenantId: string,
  key: string | null,
): { requestId: string; updateId: string } => {
  const own = key ?? randomUUID()
  return {
    requestId: toUuid(sha256(tenantId, operation, own)),
    updateId: sha256(operation, own).toString('hex'),
  }
}

/** Another id of the same command, as stable as the first. */
export const secondId = (requestId: string, what: string): string => toUuid(sha256(requestId, what))
