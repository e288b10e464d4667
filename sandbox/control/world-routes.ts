/** The clock, settings, organizations, and what the bank or Ponto takes away. */
import { z } from 'zod'
import { endConsent, endIntegration, unlinkAccount } from '../ponto/linking.ts'
import type { Organization, World } from '../world.ts'
import { accountBehind } from '../world.ts'
import type { ControlCall, ControlRoute } from './control-route.ts'
import { bodyOf, ControlRefusal, holdingsOf } from './control-route.ts'
import { given } from './line-shapes.ts'

const advanceShape = z.union([
  z.strictObject({ ms: z.number().int().min(0).max(315_360_000_000) }),
  z.strictObject({ to: z.iso.datetime({ offset: true }) }),
])

const advance = (call: ControlCall) => {
  const { clock } = call.world
  const wish = bodyOf(call, advanceShape)
  const byMs = 'ms' in wish ? wish.ms : Date.parse(wish.to) - clock.now()
  if (byMs < 0) throw new ControlRefusal(409, 'the clock does not go back')
  clock.advance(byMs)
  call.world.changed()
  return { now: clock.instant() }
}

const settingsShape = z.strictObject({
  webhookUrl: z.url().nullable().optional(),
  defaultSyncMs: z.number().int().min(0).max(3_600_000).optional(),
  accessTokenSeconds: z.number().int().min(1).max(86_400).optional(),
  refreshTokenDays: z.number().min(0).max(3650).optional(),
  refreshReuse: z.enum(['refuse', 'revoke']).optional(),
  synchronizationGapMs: z.number().int().min(0).max(86_400_000).optional(),
})

const showSettings = ({ settings }: World) => {
  const { clientSecret: _secret, ...rest } = settings
  return rest
}

const change = (call: ControlCall) => {
  Object.assign(call.world.settings, given(bodyOf(call, settingsShape)))
  call.world.changed()
  return showSettings(call.world)
}

const showOrganization = (world: World) => (organization: Organization) => ({
  ...organization,
  accounts: [...organization.accounts.values()].map((linked) => ({
    ...linked,
    reference: accountBehind(world, linked)?.account.reference ?? null,
  })),
})

const organizationOf = (world: World, id: string): Organization => {
  const organization = world.organizations.get(id)
  if (organization === undefined) throw new ControlRefusal(404, `no organization ${id}`)
  return organization
}

const organizationShape = z.strictObject({
  onboardingComplete: z.boolean().optional(),
  name: z.string().max(200).optional(),
})

const changeOrganization = (call: ControlCall) => {
  const organization = organizationOf(call.world, call.params['id'] ?? '')
  Object.assign(organization, given(bodyOf(call, organizationShape)))
  call.world.changed()
  return showOrganization(call.world)(organization)
}

const dropShape = z.strictObject({
  what: z.enum(['consent', 'integration', 'account']),
  organization: z.string().optional(),
  account: z.string().optional(),
})

type Drop = z.infer<typeof dropShape>

const struckBy = (world: World, { organization: id, account }: Drop) => {
  if (account === undefined && id === undefined)
    throw new ControlRefusal(400, 'name an organization or an account')
  const held =
    account === undefined
      ? [...organizationOf(world, id ?? '').accounts.values()].map((linked) => ({
          organization: organizationOf(world, id ?? ''),
          linked,
        }))
      : holdingsOf(world, account)
  return held.filter(({ organization }) => id === undefined || organization.id === id)
}

const drop = (call: ControlCall) => {
  const { world } = call
  const wish = bodyOf(call, dropShape)
  const struck = struckBy(world, wish)
  const organizations = new Set(struck.map(({ organization }) => organization))
  if (wish.what === 'integration') {
    if (wish.organization !== undefined) organizations.add(organizationOf(world, wish.organization))
    for (const organization of organizations) endIntegration(world, organization)
    return { dropped: organizations.size }
  }
  if (struck.length === 0) throw new ControlRefusal(404, 'nobody has linked this account')
  const end = wish.what === 'consent' ? endConsent : unlinkAccount
  for (const { organization, linked } of struck) end(world, organization, linked.id)
  return { dropped: struck.length }
}

export const worldRoutes: ControlRoute[] = [
  { method: 'POST', path: '/__sim/advance', run: advance },
  {
    method: 'GET',
    path: '/__sim/clock',
    run: ({ world }) => ({ now: world.clock.instant(), offsetMs: world.clock.offsetMs() }),
  },
  { method: 'GET', path: '/__sim/settings', run: ({ world }) => showSettings(world) },
  { method: 'PATCH', path: '/__sim/settings', run: change },
  {
    method: 'GET',
    path: '/__sim/organizations',
    run: ({ world }) => ({
      organizations: [...world.organizations.values()].map(showOrganization(world)),
    }),
  },
  { method: 'PATCH', path: '/__sim/organizations/:id', run: changeOrganization },
  { method: 'POST', path: '/__sim/drop', run: drop },
]
