import { z } from 'zod'
import { Secret } from '../../../domain/secret.ts'

const address = z.url({ protocol: /^https?$/, error: 'must be an http(s) address' })
const filled = z.string('must be set').min(1, 'must be set')
const tokenMin = 32

const environment = z
  .object({
    YODLEE_API_URL: address,
    YODLEE_FASTLINK_URL: address,
    YODLEE_FASTLINK_SCRIPT_URL: address.default('https://cdn.yodlee.com/fastlink/v4/initialize.js'),
    YODLEE_FASTLINK_CONFIGURATION: z.string().default('Aggregation'),
    YODLEE_CLIENT_ID: filled,
    YODLEE_CLIENT_SECRET: filled,
    YODLEE_ADMIN_LOGIN: filled,
    YODLEE_WEBHOOK_TOKEN: z
      .string()
      .regex(/^[\w-]*$/, 'may hold letters, digits, - and _ only')
      .min(tokenMin, `must have at least ${tokenMin} characters`)
      .optional(),
    YODLEE_SANDBOX: z.enum(['true', 'false'], 'must be true or false').default('false'),
    YODLEE_SANDBOX_LOGIN: z.string().optional(),
  })
  .superRefine((values, context) => {
    const complain = (key: string, message: string) =>
      context.addIssue({ code: 'custom', path: [key], message })
    if (values.YODLEE_SANDBOX === 'true') return
    // one user for everybody would show every tenant the accounts of all others
    if (values.YODLEE_SANDBOX_LOGIN !== undefined)
      complain('YODLEE_SANDBOX_LOGIN', 'may be set only beside YODLEE_SANDBOX=true')
    // tokens of real bank accounts do not travel in the clear
    for (const key of [
      'YODLEE_API_URL',
      'YODLEE_FASTLINK_URL',
      'YODLEE_FASTLINK_SCRIPT_URL',
    ] as const)
      if (!values[key].startsWith('https:')) complain(key, 'must be an https address')
  })

export interface YodleeConfig {
  /** Without a slash at its end. */
  apiUrl: string
  fastLinkUrl: string
  fastLinkScriptUrl: string
  /** Name of the widget's configuration in Yodlee's dashboard. */
  fastLinkConfiguration: string
  clientId: string
  clientSecret: Secret<string>
  /** Name for calls that belong to no tenant: the catalogue, the registration of users. */
  adminLogin: string
  /** What the address of our webhooks ends with, because Yodlee signs nothing; null = none is accepted. */
  webhookToken: Secret<string> | null
  sandbox: boolean
  /** A user that exists already, for a sandbox where none can be registered. */
  sandboxLogin: string | null
}

/** Reads Yodlee's keys of the environment; throws a sentence per wrong key, never a value. */
export const readYodleeConfig = (
  values: Readonly<Record<string, string | undefined>>,
): YodleeConfig => {
  const set = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''))
  const parsed = environment.safeParse(set)
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      ({ path, message }) => `${String(path[0])} ${message}.`,
    )
    throw new Error(`Yodlee is not configured.\n${problems.join('\n')}`)
  }
  const { data } = parsed
  return {
    apiUrl: new URL(data.YODLEE_API_URL).href.replace(/\/+$/, ''),
    fastLinkUrl: data.YODLEE_FASTLINK_URL,
    fastLinkScriptUrl: data.YODLEE_FASTLINK_SCRIPT_URL,
    fastLinkConfiguration: data.YODLEE_FASTLINK_CONFIGURATION,
    clientId: data.YODLEE_CLIENT_ID,
    clientSecret: new Secret(data.YODLEE_CLIENT_SECRET),
    adminLogin: data.YODLEE_ADMIN_LOGIN,
    webhookToken:
      data.YODLEE_WEBHOOK_TOKEN === undefined ? null : new Secret(data.YODLEE_WEBHOOK_TOKEN),
    sandbox: data.YODLEE_SANDBOX === 'true',
    sandboxLogin: data.YODLEE_SANDBOX_LOGIN ?? null,
  }
}
