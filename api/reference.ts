import { randomBytes } from 'node:crypto'
import { toReference } from '../domain/reference.ts'

/** A new reference, `BS-XXXX-XXXX`, by which support finds one answer in the log. */
export const newReference = (): string => toReference(randomBytes(5))
