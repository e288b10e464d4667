import type { DatabaseTransactionConnection } from 'slonik'
import type { ChosenAccount } from '../db/queries/accounts.ts'
import * as accounts from '../db/queries/accounts.ts'
import { withTenant } from '../db/tenant.ts'
import type { Snapshot } from '../domain/connection.ts'
import type { Failure, FailureCode } from '../domain/failure.ts'
import type { Deps } from './deps.ts'
import { settledFailure } from './failure.ts'
import { finishFailedRun, finishRun } from './finish-run.ts'
import { providerNamed } from './open-session.ts'
import type { ProviderSession, ProviderStatus } from './providers/provider.ts'
import { ProviderError } from './providers/provider.ts'
import { pullAccount } from './pull-account.ts'
import { record } from './record.ts'
import type { Reading, SyncOutcome } from './sync-input.ts'

/** Pages one step reads over all accounts; the run then goes on with another step. */
const pagesMax = 200

export interface ReadingAccounts extends Reading {
  session: ProviderSession
  status: ProviderStatus
  /** What the connection fails at while its lines can be read; told when no account has something of its own. */
  partial: Failure | null
}

/** Failures of an account that are shown but do not keep its stored lines from being read. */
const stillReadable: readonly FailureCode[] = [
  'institution_unavailable',
  'rate_limited',
  'institution_unsupported',
]

/** Reads the chosen accounts one after the other; one that does not work never stops the others. */
export const readAccounts = async (deps: Deps, reading: ReadingAccounts): Promise<SyncOutcome> => {
  const { tenantId, connectionId, runId, status } = reading
  const { chosen, undecided } = await withTenant(deps.pool, tenantId, async (tx) => {
    await accounts.storeSeen(tx, connectionId, status.accounts)
    const { undecided: open } = await accounts.countDecided(tx, connectionId)
    return { chosen: await accounts.listChosen(tx, connectionId, runId), undecided: open }
  })
  const { readable, failures } = sort(chosen, status)
  const [first] = failures
  if (readable.length === 0 && first !== undefined) {
    const failure: Failure = { ...first, scope: 'connection' }
    return { kind: 'failed', snapshot: await finishFailedRun(deps, reading, failure) }
  }
  const isChosen = ({ providerAccountId: id }: { providerAccountId: string }): boolean =>
    chosen.some(({ providerAccountId }) => providerAccountId === id)
  const shown = { ...status, accounts: status.accounts.filter(isChosen) }
  const finishing = { ...reading, status: shown, undecided, accounts: chosen.length }
  return readEach(deps, finishing, { readable, failures })
}

interface Sorted {
  readable: ChosenAccount[]
  failures: Failure[]
}

const sort = (chosen: readonly ChosenAccount[], status: ProviderStatus): Sorted => {
  const seen = new Map(status.accounts.map((account) => [account.providerAccountId, account]))
  const readable: ChosenAccount[] = []
  const failures: Failure[] = []
  for (const account of chosen) {
    const shown = seen.get(account.providerAccountId)
    const failure: Failure | undefined =
      shown === undefined ? { code: 'account_gone', scope: 'account' } : shown.failure
    if (failure === undefined || stillReadable.includes(failure.code)) readable.push(account)
    else failures.push(failure)
  }
  return { readable, failures }
}

interface Finishing extends ReadingAccounts {
  undecided: number
  accounts: number
}

/** What is told beside the lines: one account that could not be read, else what the provider says of the connection. */
const partialOf = ({ partial }: Finishing, [first]: readonly Failure[]): Failure | null =>
  first === undefined ? partial : { ...first, scope: 'account' }

const readEach = async (
  deps: Deps,
  reading: Finishing,
  { readable, failures }: Sorted,
): Promise<SyncOutcome> => {
  let snapshot: Snapshot | null = null
  let isFinished = false
  const finish = async (tx: DatabaseTransactionConnection): Promise<void> => {
    snapshot = await finishRun(tx, deps, { ...reading, partial: partialOf(reading, failures) })
    isFinished = true
  }
  const left = readable.filter((account) => !account.done)
  let pages = 0
  for (const account of left) {
    const isLast = account === left.at(-1)
    const onLastPage = isLast ? finish : () => Promise.resolve()
    const pulled = await pullOne(deps, reading, { account, onLastPage, pagesMax: pagesMax - pages })
    if (pulled.kind === 'failed') failures.push(pulled.failure)
    else pages += pulled.pages
    if (pulled.kind === 'paged_out')
      return { kind: 'more', snapshot: await pagedOut(deps, reading) }
  }
  const [first] = failures
  if (!isFinished && first !== undefined && failures.length >= reading.accounts) {
    const failure: Failure = { ...first, scope: 'connection' }
    return { kind: 'failed', snapshot: await finishFailedRun(deps, reading, failure) }
  }
  if (!isFinished) await withTenant(deps.pool, reading.tenantId, finish)
  await deps.reach('read.after-finish')
  return { kind: 'ok', snapshot }
}

type Pulled = { kind: 'done' | 'paged_out'; pages: number } | { kind: 'failed'; failure: Failure }

const pullOne = async (
  deps: Deps,
  reading: Finishing,
  part: {
    account: ChosenAccount
    onLastPage: (tx: DatabaseTransactionConnection) => Promise<void>
    pagesMax: number
  },
): Promise<Pulled> => {
  const { rereadDays, pagesProvisional } = providerNamed(deps, reading.provider).capabilities
  try {
    const { finished, pages } = await pullAccount(deps, {
      ...reading,
      ...part,
      rereadDays,
      pagesProvisional,
    })
    return { kind: finished ? 'done' : 'paged_out', pages }
  } catch (error) {
    if (!(error instanceof ProviderError) || error.failure.scope !== 'account') throw error
    return { kind: 'failed', failure: settledFailure(error) }
  }
}

const pagedOut = (deps: Deps, at: Finishing): Promise<Snapshot | null> =>
  withTenant(deps.pool, at.tenantId, (tx) =>
    record(tx, deps, {
      ...at,
      occurrences: [{ kind: 'paged_out', runId: at.runId, pages: pagesMax }],
    }),
  )
