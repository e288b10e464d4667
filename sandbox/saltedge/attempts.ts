/** How an attempt goes: one stage after the other, by the virtual clock, to its end. */
import type { Bank } from '../bank.ts'
import { publishStaged } from '../bank.ts'
import type { World } from '../world.ts'
import { bankBehind, behaviourOf } from './behaviour.ts'
import { announce } from './callbacks.ts'
import { accountAtBank, holdAccounts } from './held-accounts.ts'
import type { Attempt, AttemptWish, Connection } from './state.ts'
import { nextWireId } from './state.ts'

interface Beginning {
  origin: Attempt['origin']
  wish: AttemptWish
  userPresent: boolean
  /** Stops at a code that somebody must type. */
  asksCode: boolean
  /** Class with which it ends; null is a success. */
  failWith: string | null
}

const attemptsKept = 50

const fetchStages = ['fetch_accounts', 'fetch_recent', 'fetch_full', 'disconnect', 'finish']

const planOf = ({ wish, asksCode, failWith }: Beginning): string[] => {
  const opening = ['start', 'connect', ...(asksCode ? ['interactive'] : [])]
  if (failWith !== null) return [...opening, 'finish']
  const holder = wish.fetchScopes.includes('holder_info') ? ['fetch_holder_info'] : []
  return [...opening, ...holder, ...fetchStages]
}

/** Whether the attempt has come to an end. */
export const isFinished = ({ successAt, failAt }: Attempt): boolean =>
  successAt !== null || failAt !== null

/** The newest attempt of a connection. */
export const newestAttempt = (world: World, { attemptIds }: Connection): Attempt | undefined =>
  world.saltedge.attempts[attemptIds.at(-1) ?? '']

const forgetOldest = (world: World, connection: Connection): void => {
  for (const id of connection.attemptIds.splice(0, connection.attemptIds.length - attemptsKept))
    delete world.saltedge.attempts[id]
}

const outcomeOf = (bank: Bank): string | null => {
  const { saltedge, availability } = bank.script
  if (availability === 'readonly') return 'ProviderUnavailable'
  const scripted = saltedge.attemptOutcomes.shift()
  return scripted === undefined ? saltedge.attemptFailure : scripted
}

/** How the next refresh at a bank will end; each scripted outcome is used up by that. */
export const nextOutcome = (world: World, connection: Connection): string | null =>
  outcomeOf(bankBehind(world, connection))

/** Begins an attempt; one that takes no time and asks no code is at its end when this returns. */
export const beginAttempt = (
  world: World,
  connection: Connection,
  beginning: Beginning,
): Attempt => {
  const { saltedge: state, clock } = world
  const bank = bankBehind(world, connection)
  const plan = planOf(beginning)
  const totalMs = bank.script.syncMs ?? world.settings.defaultSyncMs
  const behaviour = behaviourOf(bank)
  const attempt: Attempt = {
    id: nextWireId(state, 'attempt'),
    connectionId: connection.id,
    origin: beginning.origin,
    automaticFetch: behaviour.automaticFetch,
    userPresent: beginning.userPresent,
    interactive: beginning.asksCode,
    partial: false,
    wish: beginning.wish,
    consentId: connection.consentId,
    startedMs: clock.now(),
    updatedMs: clock.now(),
    stepMs: beginning.origin === 'automatic' ? 0 : Math.ceil(totalMs / plan.length),
    stages: [],
    plan,
    dueMs: clock.now(),
    waitsForCode: false,
    failWith: beginning.failWith,
    successAt: null,
    failAt: null,
    failClass: null,
  }
  state.attempts[attempt.id] = attempt
  connection.attemptIds.push(attempt.id)
  connection.strategy = beginning.wish.strategy ?? connection.strategy
  connection.storeCredentials = beginning.wish.storeCredentials ?? connection.storeCredentials
  forgetOldest(world, connection)
  goOn(world, attempt)
  return attempt
}

const enterStage = (world: World, attempt: Attempt, name: string): void => {
  const { saltedge: state, clock } = world
  attempt.stages.push({ id: nextWireId(state, 'stage'), name, at: clock.instant() })
  attempt.updatedMs = clock.now()
  const connection = state.connections[attempt.connectionId]
  if (connection === undefined) return
  connection.updatedAt = clock.instant()
  if (name === 'fetch_recent') holdAccounts(world, connection)
  if (name === 'fetch_full' && connection.readable === 'nothing') connection.readable = 'recent'
  if (name === 'finish') return
  announce(world, { type: 'notify', data: { ...about(connection, attempt), stage: name } })
}

/** What every callback of an attempt tells. */
const about = (connection: Connection, attempt: Attempt) => ({
  connection_id: connection.id,
  customer_id: connection.customerId,
  custom_fields: attempt.wish.customFields,
})

const durationOf = (world: World, attempt: Attempt, stage: string): number => {
  const connection = world.saltedge.connections[attempt.connectionId]
  if (connection === undefined || stage !== 'fetch_full' || connection.readable === 'all')
    return attempt.stepMs
  return behaviourOf(bankBehind(world, connection)).fullHistoryMs ?? attempt.stepMs
}

const waitForCode = (world: World, attempt: Attempt): void => {
  const connection = world.saltedge.connections[attempt.connectionId]
  if (connection === undefined) return
  const { maxInteractiveDelay } = behaviourOf(bankBehind(world, connection))
  attempt.waitsForCode = true
  attempt.dueMs = world.clock.now() + maxInteractiveDelay * 1000
  schedule(world, attempt)
}

/** Enters the stages that are due; the plan is short, so this ends. */
const goOn = (world: World, attempt: Attempt): void => {
  while (!isFinished(attempt) && attempt.dueMs <= world.clock.now()) {
    const name = attempt.plan.shift() ?? 'finish'
    enterStage(world, attempt, name)
    if (name === 'finish') return finish(world, attempt)
    if (name === 'interactive') return waitForCode(world, attempt)
    attempt.dueMs = world.clock.now() + durationOf(world, attempt, name)
  }
  schedule(world, attempt)
}

/** Lets an attempt that is not at its end go on by the clock; also after a restart. */
export const schedule = (world: World, attempt: Attempt): void => {
  if (isFinished(attempt)) return
  const { dueMs } = attempt
  world.clock.at(dueMs, () => {
    const isStale = world.saltedge.attempts[attempt.id] !== attempt || attempt.dueMs !== dueMs
    if (isStale || isFinished(attempt)) return
    if (attempt.waitsForCode) failLate(world, attempt)
    else goOn(world, attempt)
    world.changed()
  })
}

const failLate = (world: World, attempt: Attempt): void => {
  const connection = world.saltedge.connections[attempt.connectionId]
  if (connection !== undefined)
    failAttempt(world, attempt, behaviourOf(bankBehind(world, connection)).lateCodeClass)
}

/** The person typed the right code: the attempt goes on where it stopped. */
export const passCode = (world: World, attempt: Attempt): void => {
  attempt.waitsForCode = false
  attempt.userPresent = true
  attempt.dueMs = world.clock.now()
  goOn(world, attempt)
  world.changed()
}

/** Ends an attempt with a failure and says so by a callback. */
export const failAttempt = (world: World, attempt: Attempt, errorClass: string): void => {
  const { saltedge: state, clock } = world
  const connection = state.connections[attempt.connectionId]
  if (attempt.stages.at(-1)?.name !== 'finish') enterStage(world, attempt, 'finish')
  attempt.waitsForCode = false
  attempt.plan = []
  attempt.failAt = clock.instant()
  attempt.failClass = errorClass
  attempt.updatedMs = clock.now()
  world.changed()
  if (connection === undefined) return
  announce(world, {
    type: 'failure',
    data: {
      ...about(connection, attempt),
      error_class: errorClass,
      error_message: messageOf(errorClass),
    },
  })
}

/** The words that go with the class of a failed attempt. */
export const messageOf = (errorClass: string): string =>
  `${errorClass.replace(/([a-z])([A-Z])/g, (_, end: string, start: string) => `${end} ${start.toLowerCase()}`)}.`

const finish = (world: World, attempt: Attempt): void => {
  const connection = world.saltedge.connections[attempt.connectionId]
  if (connection === undefined) return
  if (attempt.failWith !== null) return failAttempt(world, attempt, attempt.failWith)
  readBank(world, connection, attempt)
  attempt.successAt = world.clock.instant()
  connection.readable = 'all'
  connection.succeededMs = world.clock.now()
  announce(world, { type: 'success', data: { ...about(connection, attempt), stage: 'finish' } })
  world.changed()
}

/** Salt Edge sees what the bank has now; part of the accounts only when that is scripted. */
const readBank = (world: World, connection: Connection, attempt: Attempt): void => {
  const bank = bankBehind(world, connection)
  const { partial, duplicateOnRefresh } = behaviourOf(bank)
  if (attempt.origin !== 'connect') connection.refreshes += 1
  if (connection.refreshes === duplicateOnRefresh) markDuplicates(world, connection)
  attempt.partial = partial
  for (const [index, held] of connection.accounts.entries()) {
    const account = accountAtBank(world, connection, held)
    held.refreshed = account !== undefined && !(partial && index > 0)
    if (account !== undefined && held.refreshed) publishStaged(account, world.clock.now())
  }
}

/** The newest line of each account, which was delivered before, is taken for a duplicate from now on. */
const markDuplicates = (world: World, connection: Connection): void => {
  for (const held of connection.accounts) {
    const lines = accountAtBank(world, connection, held)?.booked.all() ?? []
    const newest = lines.toSorted((one, other) => other.sequence - one.sequence)[0]
    if (newest !== undefined && !held.duplicates.includes(newest.id))
      held.duplicates.push(newest.id)
  }
}
