/** How a refresh goes: login, questions, accounts, lines and an end, by the virtual clock. */
import { publishStaged } from '../bank.ts'
import type { World } from '../world.ts'
import { nextId } from '../world.ts'
import { autoRefreshReason, refreshesItself } from './auto-refresh.ts'
import { isRealTimeMfa, statusAfter } from './connection-json.ts'
import { discoverAccounts, reachedBy, siteOf } from './connections.ts'
import type { Answers } from './login-forms.ts'
import { isRight } from './login-forms.ts'
import { noteAutoRefresh, noteNewData, tellRefresh } from './notices.ts'
import type { AdditionalStatus, MfaRound } from './script.ts'
import type { YodleeConnection, YodleeRun } from './state.ts'

const phases = 3

/** How long one phase of a refresh takes. */
const phaseMs = (world: World, connection: YodleeConnection): number => {
  const site = siteOf(world, connection)
  const scripted = site?.script.refreshMs ?? site?.bank?.script.syncMs
  return (scripted ?? world.settings.defaultSyncMs) / phases
}

const roundsOf = (world: World, connection: YodleeConnection): readonly MfaRound[] => {
  const asks = connection.run?.kind !== 'refresh' || isRealTimeMfa(world, connection)
  return asks ? (siteOf(world, connection)?.mfa ?? []) : []
}

/** What a refresh that came past the login ends with; a scripted outcome is used up by that. */
const outcomeOf = (world: World, connection: YodleeConnection): AdditionalStatus => {
  if (connection.broken !== null) return connection.broken
  const bank = siteOf(world, connection)?.bank ?? null
  if (bank === null) return 'SITE_UNAVAILABLE'
  const { outcomes, outcome } = bank.script.yodlee
  const [next] = outcomes
  if (next === undefined) return outcome ?? 'AVAILABLE_DATA_RETRIEVED'
  // a bank's script may be shared between banks, so it is replaced and never changed
  bank.script.yodlee = { ...bank.script.yodlee, outcomes: outcomes.slice(1) }
  return next ?? 'AVAILABLE_DATA_RETRIEVED'
}

const retrieved = (end: AdditionalStatus): boolean =>
  end === 'AVAILABLE_DATA_RETRIEVED' || end === 'PARTIAL_DATA_RETRIEVED'

/** Lets everything be seen that the bank has by now; tells whether there is anything new. */
const publishReached = (world: World, connection: YodleeConnection): boolean => {
  const seenMs = Date.parse(connection.lastUpdatedAt ?? '') || 0
  const accounts = reachedBy(world, connection).map(({ account }) => account)
  for (const account of accounts) publishStaged(account, world.clock.now())
  return seenMs === 0 || accounts.some(({ changes }) => changes.some(({ atMs }) => atMs > seenMs))
}

const takeOver = (world: World, connection: YodleeConnection, end: AdditionalStatus): void => {
  if (publishReached(world, connection)) noteNewData(world, connection.loginName)
  connection.hidesLines = end === 'PARTIAL_DATA_RETRIEVED'
  connection.lastUpdatedAt = world.clock.instant()
}

const finish = (world: World, connection: YodleeConnection, end: AdditionalStatus): void => {
  const before = refreshesItself(autoRefreshReason(world, connection))
  connection.run = null
  connection.additionalStatus = end
  connection.status = statusAfter(end)
  if (retrieved(end)) takeOver(world, connection, end)
  if (before !== refreshesItself(autoRefreshReason(world, connection)))
    noteAutoRefresh(world, connection)
  world.changed()
}

const conclude = (world: World, connection: YodleeConnection, end: AdditionalStatus): void => {
  finish(world, connection, end)
  tellRefresh(world, connection, 'PROCESS_COMPLETED')
}

interface Phase {
  /** When it begins: the end of the phase before, however late the clock's task ran. */
  fromMs: number
  phase: YodleeRun['phase']
  status: YodleeConnection['status']
  additionalStatus: AdditionalStatus
  lastsMs: number
}

const enter = (world: World, connection: YodleeConnection, next: Phase): void => {
  const { run } = connection
  if (run === null) return
  run.phase = next.phase
  run.dueMs = next.fromMs + next.lastsMs
  connection.status = next.status
  connection.additionalStatus = next.additionalStatus
  followRun(world, connection)
  world.changed()
}

const ask = (world: World, connection: YodleeConnection, fromMs: number): void => {
  enter(world, connection, {
    fromMs,
    phase: 'input',
    status: 'USER_INPUT_REQUIRED',
    additionalStatus: 'LOGIN_IN_PROGRESS',
    lastsMs: siteOf(world, connection)?.script.mfaTimeoutMs ?? 0,
  })
  tellRefresh(world, connection, 'USER_INPUT_REQUIRED')
}

const logIn = (world: World, connection: YodleeConnection, run: YodleeRun): void => {
  if (run.answeredWrong) return conclude(world, connection, 'INVALID_ADDL_INFO_PROVIDED')
  if (!connection.loginRight) return conclude(world, connection, 'INCORRECT_CREDENTIALS')
  if (run.round < roundsOf(world, connection).length) return ask(world, connection, run.dueMs)
  tellRefresh(world, connection, 'LOGIN_SUCCESS')
  enter(world, connection, {
    fromMs: run.dueMs,
    phase: 'data',
    status: 'IN_PROGRESS',
    additionalStatus: 'DATA_RETRIEVAL_IN_PROGRESS',
    lastsMs: phaseMs(world, connection),
  })
}

const summarize = (world: World, connection: YodleeConnection, fromMs: number): void => {
  const end = outcomeOf(world, connection)
  if (!retrieved(end)) return conclude(world, connection, end)
  discoverAccounts(world, connection)
  const first = connection.lastUpdatedAt === null
  const historyMs = first ? (siteOf(world, connection)?.script.historyMs ?? null) : null
  connection.hidesLines = end === 'PARTIAL_DATA_RETRIEVED'
  tellRefresh(world, connection, 'ACCT_SUMMARY_RECEIVED')
  enter(world, connection, {
    fromMs,
    phase: 'summary',
    status: 'IN_PROGRESS',
    additionalStatus: 'ACCT_SUMMARY_RECEIVED',
    lastsMs: historyMs ?? phaseMs(world, connection),
  })
}

const step = (world: World, connection: YodleeConnection, run: YodleeRun): void => {
  switch (run.phase) {
    case 'login':
      return logIn(world, connection, run)
    case 'input':
      return conclude(
        world,
        connection,
        siteOf(world, connection)?.script.missingAnswer ?? 'REQUEST_TIME_OUT',
      )
    case 'data':
      return summarize(world, connection, run.dueMs)
    case 'summary':
      return conclude(
        world,
        connection,
        connection.hidesLines ? 'PARTIAL_DATA_RETRIEVED' : 'AVAILABLE_DATA_RETRIEVED',
      )
  }
}

/** Lets a refresh that is under way go on by the clock; also after a restart. */
export const followRun = (world: World, connection: YodleeConnection): void => {
  const { run } = connection
  if (run === null) return
  const { dueMs } = run
  world.clock.at(dueMs, () => {
    const still = world.yodlee.connections[connection.id]?.run
    if (still === run && run.dueMs === dueMs) step(world, connection, run)
  })
}

/** Begins a refresh. */
export const beginRun = (
  world: World,
  connection: YodleeConnection,
  kind: YodleeRun['kind'],
): void => {
  const id = nextId(world, 'yodlee-run')
  connection.requestId = id.replaceAll('-', '')
  connection.lastAttemptAt = world.clock.instant()
  if (kind === 'edit' && connection.broken !== 'CONSENT_REVOKED') connection.broken = null
  connection.run = { id, kind, phase: 'login', round: 0, answeredWrong: false, dueMs: 0 }
  enter(world, connection, {
    fromMs: world.clock.now(),
    phase: 'login',
    status: 'LOGIN_IN_PROGRESS',
    additionalStatus: 'LOGIN_IN_PROGRESS',
    lastsMs: phaseMs(world, connection),
  })
}

/** Takes the answers to the question that is open; whether they are right shows after a while. */
export const takeAnswers = (world: World, connection: YodleeConnection, answers: Answers): void => {
  const { run } = connection
  const round = roundsOf(world, connection)[run?.round ?? 0]
  if (run === null || round === undefined) return
  if (isRight(round, answers)) run.round += 1
  else run.answeredWrong = true
  enter(world, connection, {
    fromMs: world.clock.now(),
    phase: 'login',
    status: 'LOGIN_IN_PROGRESS',
    additionalStatus: 'LOGIN_IN_PROGRESS',
    lastsMs: phaseMs(world, connection),
  })
}

/** An answer that comes when nobody asks any more ends the refresh it belonged to for good. */
export const takeLateAnswers = (world: World, connection: YodleeConnection): void =>
  finish(world, connection, 'INVALID_ADDL_INFO_PROVIDED')

/** Yodlee's own refresh at night: at once, without questions and without events of a refresh. */
export const refreshByItself = (world: World, connection: YodleeConnection): void => {
  if (connection.run !== null || !refreshesItself(autoRefreshReason(world, connection))) return
  connection.lastAttemptAt = world.clock.instant()
  const end = connection.loginRight ? outcomeOf(world, connection) : 'INCORRECT_CREDENTIALS'
  if (retrieved(end)) discoverAccounts(world, connection)
  finish(world, connection, end)
}

/** Ends a connection's access at the institution; every refresh finds that until the person mends it. */
export const breakConnection = (
  world: World,
  connection: YodleeConnection,
  end: AdditionalStatus,
): void => {
  connection.broken = end
  finish(world, connection, end)
}
