import { createHash, timingSafeEqual } from 'node:crypto'
import { Secret } from '../../../domain/secret.ts'
import { ProviderError } from '../provider.ts'
import type { PlaidFlow, PlaidSecrets } from './schema.ts'
import { flowSchema, secretsSchema } from './schema.ts'

const unreadable = (reason: string): ProviderError =>
  new ProviderError({ code: 'defect', scope: 'connection', reason })

/** Writes what is needed to finish a flow. */
export const toFlow = (flow: PlaidFlow): Secret<string> => new Secret(JSON.stringify(flow))

/** Reads it back; what cannot be read is a defect, told without a word of its content. */
export const readFlow = (secret: Secret<string>): PlaidFlow => {
  try {
    return flowSchema.parse(JSON.parse(secret.reveal()))
  } catch {
    throw unreadable('flow_not_readable')
  }
}

/** Reads the secrets of a connection; what cannot be read is a defect. */
export const readSecrets = (secret: Secret<string>): PlaidSecrets => {
  try {
    return secretsSchema.parse(JSON.parse(secret.reveal()))
  } catch {
    throw unreadable('secrets_not_readable')
  }
}

/** By which events of Plaid's page are told apart; the token itself stays secret. */
export const eventRefOf = (linkToken: string): string =>
  createHash('sha256').update(linkToken).digest('hex')

/** Compares two opaque values without telling by its duration where they differ. */
export const isSame = (left: string, right: string): boolean => {
  const [a, b] = [Buffer.from(left), Buffer.from(right)]
  return a.length === b.length && timingSafeEqual(a, b)
}
