import { timingSafeEqual } from 'node:crypto'
import { Secret } from '../../../domain/secret.ts'
import type { LinkRequest, StartedLink } from '../provider.ts'
import { ProviderError } from '../provider.ts'
import type { Token, Yodlee } from './client.ts'
import type { YodleeFlow } from './schema.ts'
import { flowSchema } from './schema.ts'

/** Writes what is needed to finish a flow. */
const toFlow = (flow: YodleeFlow): Secret<string> => new Secret(JSON.stringify(flow))

/** Reads it back; what cannot be read is a defect, told without a word of its content. */
export const readFlow = (secret: Secret<string>): YodleeFlow => {
  try {
    return flowSchema.parse(JSON.parse(secret.reveal()))
  } catch {
    throw new ProviderError({ code: 'defect', scope: 'connection', reason: 'flow_not_readable' })
  }
}

/** What the widget is told to do. */
export type Task =
  { flow: 'add'; providerId?: string } | { flow: 'edit' | 'refresh'; providerAccountId: string }

/** Our own page with the widget's parameters; it lives as long as the token in it. */
export const startedLink = (
  { config }: Yodlee,
  { pageUrl }: LinkRequest,
  { task, token, flow }: { task: Task; token: Token; flow: YodleeFlow },
): StartedLink => ({
  url: pageUrl,
  expiresAt: token.expiresAt,
  page: new Secret({
    widget: 'fastlink',
    scriptUrl: config.fastLinkScriptUrl,
    parameters: {
      fastLinkURL: config.fastLinkUrl,
      accessToken: `Bearer ${token.accessToken}`,
      params: { configName: config.fastLinkConfiguration, ...task },
    },
  }),
  flow: toFlow(flow),
})

/** Compares two opaque values without telling by its duration where they differ. */
export const isSame = (left: string, right: string): boolean => {
  const [a, b] = [Buffer.from(left), Buffer.from(right)]
  return a.length === b.length && timingSafeEqual(a, b)
}
