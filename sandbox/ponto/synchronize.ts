/** How a synchronization goes: pending, running and an end, by the virtual clock. */
import type { BankAccount, SyncFailure } from '../bank.ts'
import { publishStaged } from '../bank.ts'
import type { Line } from '../line.ts'
import type { LinkedAccount, Organization, Synchronization, World } from '../world.ts'
import { accountBehind, nextId } from '../world.ts'

export interface Wish {
  organization: Organization
  linked: LinkedAccount
  subtype: string
  attended: boolean
  idempotencyKey: string | null
}

const keptMax = 5000
const pendingMsMax = 500

const failure = (code: string, detail: string): SyncFailure => ({
  code,
  detail,
  statusCode: null,
  body: null,
})

/** The failure of an account whose authorization has ended. */
const authorizationInvalid: SyncFailure = {
  code: 'authorizationInvalid',
  detail: 'The account must be authorized again by its holder.',
  statusCode: 401,
  body: { error: 'consent is not valid any more' },
}

const forgetOldest = ({ synchronizations }: World): void => {
  for (const [id, { status }] of synchronizations) {
    if (synchronizations.size <= keptMax) return
    if (status === 'success' || status === 'error') synchronizations.delete(id)
  }
}

const endOf = (world: World, linked: LinkedAccount): SyncFailure | null => {
  const behind = accountBehind(world, linked)
  if (behind === null) return failure('resourceNotFound', 'The account is gone.')
  const { script } = behind.bank
  if (Date.parse(linked.expiresAt) <= world.clock.now()) return authorizationInvalid
  if (script.availability === 'readonly')
    return failure('institutionUnavailable', 'The institution is under maintenance.')
  const scripted = script.syncOutcomes.shift()
  return scripted === undefined ? script.syncFailure : scripted
}

const readsLines = ({ subtype }: Synchronization): boolean =>
  subtype.startsWith('accountTransactions')

const noteChanges = (
  synchronization: Synchronization,
  linked: LinkedAccount,
  account: BankAccount,
): { created: number; updated: number } => {
  const changes = account.changes.filter(({ atMs }) => atMs > linked.linesSeenMs)
  const idsOf = (status: Line['status']) => [
    ...new Set(
      changes
        .filter((change) => change.status === status && change.kind !== 'removed')
        .map(({ lineId }) => lineId),
    ),
  ]
  synchronization.updatedIds = idsOf('booked')
  synchronization.updatedPendingIds = idsOf('pending')
  const booked = changes.filter(({ status }) => status === 'booked')
  return {
    created: booked.filter(({ kind }) => kind === 'created').length,
    updated: booked.filter(({ kind }) => kind === 'updated').length,
  }
}

const succeed = (
  world: World,
  synchronization: Synchronization,
  linked: LinkedAccount,
): { created: number; updated: number } => {
  synchronization.status = 'success'
  linked.synchronizedAt = world.clock.instant()
  const account = accountBehind(world, linked)?.account
  if (account === undefined || !readsLines(synchronization)) return { created: 0, updated: 0 }
  publishStaged(account, world.clock.now())
  const counts = noteChanges(synchronization, linked, account)
  linked.linesSeenMs = world.clock.now()
  return counts
}

const announceEnd = (
  world: World,
  synchronization: Synchronization,
  { created, updated }: { created: number; updated: number },
): void => {
  const { organizationId, accountId, id: synchronizationId, subtype, status } = synchronization
  const say = (type: string, attributes: Record<string, unknown>) =>
    world.announce({ type, organizationId, accountId, synchronizationId, attributes })
  const about = { synchronizationSubtype: subtype }
  if (status === 'error') return say('synchronization.failed', about)
  if (created > 0) say('account.transactionsCreated', { count: created, ...about })
  if (updated > 0) say('account.transactionsUpdated', { count: updated, ...about })
  if (created + updated === 0) say('synchronization.succeededWithoutChange', about)
}

const finish = (world: World, synchronization: Synchronization): void => {
  const linked = world.organizations
    .get(synchronization.organizationId)
    ?.accounts.get(synchronization.accountId)
  if (linked === undefined) return
  const failed = endOf(world, linked)
  synchronization.updatedAt = world.clock.instant()
  if (failed === null) announceEnd(world, synchronization, succeed(world, synchronization, linked))
  else {
    synchronization.status = 'error'
    const item = { ...failed, id: nextId(world, 'request'), at: world.clock.instant() }
    synchronization.errors = [item]
    announceEnd(world, synchronization, { created: 0, updated: 0 })
  }
  world.changed()
}

/** Lets a synchronization that is not at its end go on by the clock; also after a restart. */
export const goOn = (world: World, synchronization: Synchronization): void => {
  const startedMs = Date.parse(synchronization.createdAt)
  const { durationMs } = synchronization
  world.clock.at(startedMs + Math.min(durationMs / 3, pendingMsMax), () => {
    if (synchronization.status !== 'pending') return
    synchronization.status = 'running'
    synchronization.updatedAt = world.clock.instant()
  })
  world.clock.at(startedMs + durationMs, () => finish(world, synchronization))
}

/** Begins a synchronization; one that takes no time is at its end when this returns. */
export const synchronize = (world: World, wish: Wish): Synchronization => {
  const { organization, linked, subtype, attended, idempotencyKey } = wish
  const scripted = world.banks.get(linked.bankId)?.script.syncMs
  const at = world.clock.instant()
  const synchronization: Synchronization = {
    id: nextId(world, 'synchronization'),
    organizationId: organization.id,
    accountId: linked.id,
    subtype,
    status: 'pending',
    errors: [],
    attended,
    createdAt: at,
    updatedAt: at,
    durationMs: attended ? (scripted ?? world.settings.defaultSyncMs) : 0,
    idempotencyKey,
    updatedIds: [],
    updatedPendingIds: [],
  }
  world.synchronizations.set(synchronization.id, synchronization)
  linked.latestSynchronizationId = synchronization.id
  forgetOldest(world)
  if (synchronization.durationMs === 0) finish(world, synchronization)
  else goOn(world, synchronization)
  world.changed()
  return synchronization
}

const ownRunEveryMs = 6 * 60 * 60 * 1000

/** Ponto's own schedule: every six hours, all accounts of all organizations. */
export const keepOwnSchedule = (world: World): void => {
  world.clock.at(world.nextOwnRunMs, () => {
    // a clock that is moved by weeks needs the last of many runs only
    const missed = Math.floor((world.clock.targetMs() - world.nextOwnRunMs) / ownRunEveryMs)
    world.nextOwnRunMs += Math.max(missed, 1) * ownRunEveryMs
    if (missed < 1) runNow(world)
    keepOwnSchedule(world)
  })
}

const runNow = (world: World): void => {
  const subtype = 'accountTransactions'
  for (const organization of world.organizations.values())
    for (const linked of organization.accounts.values())
      synchronize(world, {
        organization,
        linked,
        subtype,
        attended: false,
        idempotencyKey: null,
      })
}
