/** Ids and numbers that look random and are the same for the same seed. */
import { createHash } from 'node:crypto'

const hashOf = (parts: readonly (string | number)[]): Buffer =>
  createHash('sha256').update(parts.join('\u0000')).digest()

/** A UUID that depends on nothing but the parts. */
export const seededUuid = (...parts: (string | number)[]): string => {
  const bytes = hashOf(parts)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20, 32),
  ].join('-')
}

/** An opaque token of 43 characters that depends on nothing but the parts. */
export const seededToken = (...parts: (string | number)[]): string =>
  hashOf(parts).toString('base64url')

/** A whole number from 0 up to, not including, the limit. */
export const seededNumber = (limit: number, ...parts: (string | number)[]): number =>
  hashOf(parts).readUInt32BE(0) % limit

/** A generator of numbers from 0 up to a limit, for long scripted histories. */
export const seededSequence = (...parts: (string | number)[]): ((limit: number) => number) => {
  let state = hashOf(parts).readUInt32BE(0)
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit
  }
}
