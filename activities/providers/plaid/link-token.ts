/** A token for Plaid's hosted page: for a new connection, or in update mode for one that exists. */
import { invalidResponse } from '../call-failures.ts'
import type { LinkRequest, StartedLink } from '../provider.ts'
import type { Asking } from './client.ts'
import { instantOf } from './dates.ts'
import { eventRefOf, toFlow } from './flow.ts'
import { linkTokenAnswer } from './schema.ts'

const pageLifeSeconds = 1_800

/** The return address with the state, because Plaid hands nothing back by itself. */
const addressBack = ({ returnUrl, state }: LinkRequest): string => {
  const address = new URL(returnUrl)
  address.searchParams.set('state', state)
  return address.href
}

/** Asks for the page; `purpose` is what the token is for, beside what every one says. */
export const startPage = async (
  { client, config, options }: Asking,
  request: LinkRequest,
  { kind, purpose }: { kind: 'link' | 'update'; purpose: Record<string, unknown> },
): Promise<StartedLink> => {
  const answer = await client.post(
    {
      path: '/link/token/create',
      body: {
        client_name: config.clientName,
        language: request.locale,
        country_codes: config.countryCodes,
        user: { client_user_id: request.customerRef },
        ...(config.redirectUrl === null ? {} : { redirect_uri: config.redirectUrl }),
        hosted_link: {
          completion_redirect_uri: addressBack(request),
          url_lifetime_seconds: pageLifeSeconds,
        },
        ...purpose,
      },
    },
    linkTokenAnswer,
    options,
  )
  const expiresAt = instantOf(answer.expiration)
  if (expiresAt === null) throw invalidResponse('expiration')
  const { link_token: linkToken, hosted_link_url: url } = answer
  return {
    url,
    expiresAt,
    eventRef: eventRefOf(linkToken),
    flow: toFlow({ kind, state: request.state, linkToken }),
  }
}
