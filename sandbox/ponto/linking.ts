/** How accounts come to an organization and how they leave it. */
import type { Bank, BankAccount } from '../bank.ts'
import { seededUuid } from '../seeded.ts'
import type { LinkedAccount, Organization, World } from '../world.ts'
import { accountBehind, nextId } from '../world.ts'
import { synchronize } from './synchronize.ts'

const dayMs = 86_400_000
const onboardingMs = 72 * 60 * 60 * 1000

/** The id under which an organization sees an account; the same at every new consent. */
export const linkedAccountId = (organizationId: string, bankAccountId: string): string =>
  seededUuid('linked', organizationId, bankAccountId)

/** A new organization; one that must still finish its onboarding is deleted after 72 hours. */
export const openOrganization = (
  world: World,
  { id, onboardingComplete }: { id: string | null; onboardingComplete: boolean },
): Organization => {
  const organization: Organization = {
    id: id ?? nextId(world, 'organization'),
    name: `Demo company ${world.organizations.size + 1}`,
    integrationId: nextId(world, 'integration'),
    createdAt: world.clock.instant(),
    onboardingComplete,
    accounts: new Map(),
  }
  world.organizations.set(organization.id, organization)
  watchOnboarding(world, organization)
  return organization
}

/** Deletes the organization when its onboarding is not finished in time. */
export const watchOnboarding = (world: World, organization: Organization): void => {
  if (organization.onboardingComplete) return
  world.clock.at(Date.parse(organization.createdAt) + onboardingMs, () => {
    if (!organization.onboardingComplete) endIntegration(world, organization)
  })
}

const authorization = (world: World, bank: Bank): { authorizedAt: string; expiresAt: string } => ({
  authorizedAt: world.clock.instant(),
  expiresAt: new Date(world.clock.now() + bank.script.consentDays * dayMs).toISOString(),
})

/** Begins the consent of an account anew. */
export const renew = (world: World, organization: Organization, linked: LinkedAccount): void => {
  const bank = world.banks.get(linked.bankId)
  if (bank === undefined) return
  Object.assign(linked, authorization(world, bank))
  synchronize(world, {
    organization,
    linked,
    subtype: 'accountTransactions',
    attended: false,
    idempotencyKey: null,
  })
  world.announce({
    type: 'account.reauthorized',
    organizationId: organization.id,
    accountId: linked.id,
  })
}

/** Gives an organization access to an account and reads it for the first time. */
export const linkAccount = (
  world: World,
  organization: Organization,
  { bank, account }: { bank: Bank; account: BankAccount },
): void => {
  const id = linkedAccountId(organization.id, account.id)
  const known = organization.accounts.get(id)
  if (known !== undefined) return renew(world, organization, known)
  const linked: LinkedAccount = {
    id,
    bankId: bank.id,
    bankAccountId: account.id,
    linkedAt: world.clock.instant(),
    ...authorization(world, bank),
    lastReadAt: null,
    synchronizedAt: world.clock.instant(),
    linesSeenMs: world.clock.now(),
    latestSynchronizationId: '',
  }
  organization.accounts.set(id, linked)
  synchronize(world, {
    organization,
    linked,
    subtype: 'accountTransactions',
    attended: false,
    idempotencyKey: null,
  })
  world.announce({
    type: 'integration.accountAdded',
    organizationId: organization.id,
    accountId: id,
  })
}

/** Takes an account away from an organization. */
export const unlinkAccount = (world: World, organization: Organization, id: string): void => {
  if (!organization.accounts.delete(id)) return
  world.announce({
    type: 'integration.accountRevoked',
    organizationId: organization.id,
    accountId: id,
  })
  world.changed()
}

/** Ends the consent of an account now; what was read so far can still be read. */
export const endConsent = (world: World, organization: Organization, id: string): void => {
  const linked = organization.accounts.get(id)
  if (linked === undefined || accountBehind(world, linked) === null) return
  linked.expiresAt = world.clock.instant()
  synchronize(world, {
    organization,
    linked,
    subtype: 'accountTransactions',
    attended: false,
    idempotencyKey: null,
  })
}

/** Removes every grant and access token of an organization. */
const revokeTokens = (world: World, organizationId: string): void => {
  for (const [id, grant] of world.grants)
    if (grant.organizationId === organizationId) world.grants.delete(id)
  for (const [token, access] of world.accessTokens)
    if (access.organizationId === organizationId) world.accessTokens.delete(token)
  world.changed()
}

/** Ends the integration of an organization: its accounts and its tokens are gone. */
export const endIntegration = (world: World, organization: Organization): void => {
  world.organizations.delete(organization.id)
  revokeTokens(world, organization.id)
  world.announce({ type: 'integration.revoked', organizationId: organization.id })
}
