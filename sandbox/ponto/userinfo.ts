/** Who the token belongs to. */
import { json } from '../http.ts'
import type { Organization } from '../world.ts'
import type { Exchange, Route } from './exchange.ts'
import { forOrganization } from './exchange.ts'

const show = (_exchange: Exchange, organization: Organization) =>
  json(200, {
    sub: organization.id,
    name: organization.name,
    onboardingComplete: organization.onboardingComplete,
    paymentsActivated: false,
    paymentsActivationRequested: false,
    representativeOrganizationId: null,
    representativeOrganizationName: null,
  })

export const userinfoRoutes: Route[] = [
  forOrganization(['GET', '/ponto-connect/userinfo', 'userinfo'], show),
]
