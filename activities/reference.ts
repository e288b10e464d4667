import { randomBytes } from 'node:crypto'
import { toReference } from '../domain/reference.ts'

/** A new reference, `BS-XXXX-XXXX`: forty random bits that people can read out. */
export const newReference = (): string => toReference(randomBytes(5))
