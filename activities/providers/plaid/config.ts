import { z } from 'zod'
import { Secret } from '../../../domain/secret.ts'

const liveUrl = 'https://production.plaid.com'
const sandboxUrl = 'https://sandbox.plaid.com'

const address = z.url({ protocol: /^https?$/, error: 'must be an http(s) address' })
const filled = z.string('must be set').min(1, 'must be set')
const countries = z
  .string()
  .regex(/^[A-Z]{2}(,[A-Z]{2}){0,39}$/, 'must be country codes like US,CA')
const daysPattern = /^\d{1,3}$/
const [daysMin, daysMax] = [30, 730]

const environment = z
  .object({
    PLAID_API_URL: address.optional(),
    PLAID_CLIENT_ID: filled,
    PLAID_SECRET: filled,
    PLAID_CLIENT_NAME: z.string().max(30, 'must have at most 30 characters').default('Bank Sync'),
    PLAID_COUNTRIES: countries.default('US,CA'),
    PLAID_HISTORY_DAYS: z
      .string()
      .refine(
        (text) => daysPattern.test(text) && Number(text) >= daysMin && Number(text) <= daysMax,
        `must be a number of days from ${daysMin} to ${daysMax}`,
      )
      .default(String(daysMax)),
    PLAID_REDIRECT_URL: address
      .refine((text) => !text.includes('?'), 'must have no query')
      .optional(),
    PLAID_SANDBOX: z.enum(['true', 'false'], 'must be true or false').default('false'),
  })
  .superRefine((values, context) => {
    if (values.PLAID_SANDBOX === 'true') return
    // tokens of real bank accounts do not travel in the clear
    for (const key of ['PLAID_API_URL', 'PLAID_REDIRECT_URL'] as const)
      if (values[key] !== undefined && !values[key].startsWith('https:'))
        context.addIssue({ code: 'custom', path: [key], message: 'must be an https address' })
  })

export interface PlaidConfig {
  /** Without a slash at its end. */
  apiUrl: string
  clientId: string
  secret: Secret<string>
  /** Shown to the person on Plaid's page. */
  clientName: string
  countryCodes: string[]
  /** Days of history asked for when linking; frozen for the life of a connection. */
  historyDays: number
  /** Where institutions with pages of their own return to; null = Plaid's own page. */
  redirectUrl: string | null
  sandbox: boolean
}

/** Reads Plaid's keys of the environment; throws a sentence per wrong key, never a value. */
export const readPlaidConfig = (
  values: Readonly<Record<string, string | undefined>>,
): PlaidConfig => {
  const set = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''))
  const parsed = environment.safeParse(set)
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      ({ path, message }) => `${String(path[0])} ${message}.`,
    )
    throw new Error(`Plaid is not configured.\n${problems.join('\n')}`)
  }
  const { data } = parsed
  const sandbox = data.PLAID_SANDBOX === 'true'
  const apiUrl = data.PLAID_API_URL ?? (sandbox ? sandboxUrl : liveUrl)
  return {
    apiUrl: new URL(apiUrl).href.replace(/\/+$/, ''),
    clientId: data.PLAID_CLIENT_ID,
    secret: new Secret(data.PLAID_SECRET),
    clientName: data.PLAID_CLIENT_NAME,
    countryCodes: data.PLAID_COUNTRIES.split(','),
    historyDays: Number(data.PLAID_HISTORY_DAYS),
    redirectUrl: data.PLAID_REDIRECT_URL ?? null,
    sandbox,
  }
}
