/** Activities over in-memory connections: same names, same answers, no database and no provider. */
import { randomUUID } from 'node:crypto'
import { activityInfo } from '@temporalio/activity'
import type { Activities } from '../../../activities/index.ts'
import type { Snapshot } from '../../../domain/connection.ts'
import type { Failure } from '../../../domain/failure.ts'
import type { Occurrence } from '../../../domain/transitions/occurrence.ts'
import { day, hour } from '../../domain/support/facts.ts'
import type { Bank, Call } from './bank.ts'
import { record } from './bank.ts'

const reference = 'BS-TEST-0001'

interface Input {
  tenantId: string
  connectionId: string
  atMs?: number
}

const unknown = 'no such connection'

/** `banks` is asked by connection id, so that one worker serves all connections of a test file. */
export const createFakeActivities = (banks: ReadonlyMap<string, Bank>): Activities => {
  const bankOf = ({ connectionId, tenantId }: Input): Bank | null => {
    const bank = banks.get(connectionId)
    return bank?.tenantId === tenantId ? bank : null
  }

  /** Notes the call and lets the test interfere. */
  const enter = async (name: keyof Activities, input: Input) => {
    const bank = bankOf(input)
    if (bank === null) return { bank, failure: undefined, atMs: 0 }
    const atMs = input.atMs ?? Date.now()
    const call: Call = { ...input, name, atMs }
    bank.calls.push(call)
    return { bank, failure: await bank.before(call), atMs }
  }

  const recording =
    <In extends Input>(name: keyof Activities, occurrenceOf: (input: In) => Occurrence | null) =>
    async (input: In): Promise<Snapshot | null> => {
      const { bank, atMs } = await enter(name, input)
      const occurrence = occurrenceOf(input)
      return bank && record(bank, atMs, occurrence === null ? [] : [occurrence])
    }

  const endRun = (
    bank: Bank,
    { runId = '', cause = 'scheduled', atMs }: Call,
    failure: Failure | undefined,
  ): Snapshot | null => {
    if (bank.ended.has(runId)) return record(bank, atMs, [])
    bank.ended.set(runId, failure ? 'failed' : 'ok')
    if (failure) return record(bank, atMs, [{ kind: 'failed', runId, cause, failure, reference }])
    const read: Occurrence = {
      kind: 'read',
      runId,
      cause,
      added: 1,
      changed: 0,
      removed: 0,
      accounts: 1,
      consentExpiresAtMs: bank.facts?.consentExpiresAtMs ?? null,
      unattendedAllowed: true,
      lastRefreshAtMs: null,
      undecided: bank.undecided,
      partial: null,
    }
    return record(bank, atMs, [read, { kind: 'consent_due' }])
  }

  /** Asks the next thing, if the institution has one. */
  const askOf = async (bank: Bank | null, { runId, atMs }: { runId: string; atMs: number }) => {
    const next = bank?.challenges.shift()
    if (!bank || !next) return null
    const id = randomUUID()
    bank.asked.set(id, runId)
    const challenge = { id, kind: next.kind, expiresAtMs: atMs + next.lifeMs }
    const { kind: challengeKind, expiresAtMs } = challenge
    const asked = {
      kind: 'mfa_requested',
      challengeId: id,
      runId,
      challengeKind,
      expiresAtMs,
    } as const
    const snapshot = record(bank, atMs, [asked])
    await bank.afterAsking()
    return { ref: 'refresh-1', challenge, snapshot }
  }

  const endChallenge = (
    bank: Bank,
    { challengeId, runId, atMs }: { challengeId: string; runId: string; atMs: number },
    how: 'accepted' | 'expired',
  ): Snapshot | null => {
    bank.asked.delete(challengeId)
    const ended = {
      kind: 'mfa_ended',
      challengeId,
      runId,
      how,
      user: 'Anna',
      undecided: 0,
    } as const
    return record(bank, atMs, [ended])
  }

  return {
    loadConnection: recording('loadConnection', () => ({ kind: 'loaded' })),
    syncConnection: async (input) => {
      const { bank, failure, atMs } = await enter('syncConnection', input)
      if (bank === null) return { kind: 'failed', snapshot: null }
      const snapshot = endRun(bank, { ...input, name: 'syncConnection', atMs }, failure)
      return { kind: failure ? 'failed' : 'ok', snapshot }
    },
    recordFailure: async (input) => {
      const { bank, atMs } = await enter('recordFailure', input)
      const failure = { code: input.code, scope: 'connection' } as Failure
      return bank && endRun(bank, { ...input, name: 'recordFailure', atMs }, failure)
    },
    requestRefresh: async (input) => {
      const { bank, atMs } = await enter('requestRefresh', input)
      return (
        (await askOf(bank, { ...input, atMs })) ?? {
          ref: bank !== null && bank.polls > 0 ? 'refresh-1' : null,
        }
      )
    },
    pollRefresh: async (input) => {
      const { bank, atMs } = await enter('pollRefresh', input)
      const next = await askOf(bank, { ...input, atMs })
      if (next) return next
      const [answered] = bank?.given ?? []
      if (bank && answered !== undefined) {
        bank.given.delete(answered)
        const snapshot = endChallenge(bank, { ...input, atMs, challengeId: answered }, 'accepted')
        return { ref: null, snapshot }
      }
      const asked = bank?.calls.filter(({ name }) => name === 'pollRefresh').length ?? 0
      return { ref: bank !== null && asked < bank.polls ? 'refresh-1' : null }
    },
    submitMfaAnswer: async (input) => {
      const { bank } = await enter('submitMfaAnswer', input)
      if (!bank?.asked.has(input.challengeId)) return { kind: 'closed', snapshot: null }
      return bank.given.has(input.challengeId)
        ? { kind: 'taken', ref: 'refresh-2' }
        : { kind: 'no_answer' }
    },
    expireChallenge: async (input) => {
      const { bank, atMs } = await enter('expireChallenge', input)
      if (!bank) return null
      bank.ended.set(input.runId, 'failed')
      return endChallenge(bank, { ...input, atMs }, 'expired')
    },
    sweepExpired: async () => ({ swept: 0 }),
    listOverdue: async ({ after }) =>
      [...banks]
        .filter(
          ([id, { facts }]) => id > after && (facts?.nextSyncAtMs ?? Infinity) < Date.now() - hour,
        )
        .map(([connectionId, { tenantId }]) => ({ tenantId, connectionId }))
        .toSorted((one, other) => (one.connectionId < other.connectionId ? -1 : 1))
        .slice(0, 1),
    beginFlow: async (input) => {
      const { bank, atMs } = await enter('beginFlow', input)
      if (!bank) return null
      const { generation, disconnectReason: reason } = bank.facts ?? {}
      const isNew = generation === 0 || (reason && reason !== 'consent')
      bank.flows.set(input.flowId, { kind: isNew ? 'link' : 'renewal', endsAtMs: atMs + hour })
      return record(bank, atMs, [])
    },
    completeFlow: async (input) => {
      const { bank, atMs } = await enter('completeFlow', input)
      const flow = bank?.flows.get(input.flowId)
      if (!bank?.facts || !flow) return { snapshot: bank && record(bank, atMs, []), linked: false }
      bank.flows.delete(input.flowId)
      bank.facts.generation += 1
      const linked: Occurrence = {
        kind: 'linked',
        flowId: input.flowId,
        flowKind: flow.kind,
        consentExpiresAtMs: atMs + bank.consentDays * day,
        undecided: bank.undecided,
        gone: 0,
      }
      return { snapshot: record(bank, atMs, [linked, { kind: 'consent_due' }]), linked: true }
    },
    failFlow: async (input) => {
      const { bank, atMs } = await enter('failFlow', input)
      bank?.flows.delete(input.flowId)
      return bank && record(bank, atMs, [])
    },
    endFlows: async (input) => {
      const { bank, atMs } = await enter('endFlows', input)
      if (bank === null) return null
      const over = [...bank.flows].filter(([, { endsAtMs }]) => endsAtMs <= atMs)
      for (const [flowId] of over) bank.flows.delete(flowId)
      return record(
        bank,
        atMs,
        over.map(([flowId]) => ({ kind: 'flow_ended', flowId, how: 'expired' })),
      )
    },
    chooseAccounts: async (input) => {
      const { bank, atMs } = await enter('chooseAccounts', input)
      if (bank === null) return { snapshot: null, newlyChosen: 0 }
      const chosen = input.choices.filter((choice) => choice.chosen).length
      const newlyChosen = Math.max(0, chosen - (bank.facts?.chosenAccounts ?? 0))
      bank.undecided = 0
      const { requestId } = input
      const occurrence: Occurrence = {
        kind: 'accounts_chosen',
        requestId,
        chosen,
        undecided: 0,
        user: 'Anna',
      }
      return { snapshot: record(bank, atMs, [occurrence]), newlyChosen }
    },
    refreshAccounts: recording('refreshAccounts', ({ requestId }) => ({
      kind: 'accounts_discovered',
      requestId,
      undecided: 0,
      added: 0,
    })),
    lookAtConnection: recording('lookAtConnection', ({ atMs }) => ({
      kind: 'looked_at',
      consentExpiresAtMs: atMs + 90 * day,
      healthy: true,
    })),
    setAutoSync: recording('setAutoSync', ({ requestId, enabled }) => ({
      kind: 'auto_sync_set',
      requestId,
      enabled,
      user: 'Anna',
    })),
    adoptSettings: recording('adoptSettings', () => ({ kind: 'settings_changed' })),
    consentDue: recording('consentDue', () => ({ kind: 'consent_due' })),
    noteRefusal: recording(
      'noteRefusal',
      ({ name, number }: Parameters<Activities['noteRefusal']>[0]) => ({
        kind: 'message_refused',
        name,
        noteId: `${activityInfo().workflowExecution?.runId ?? ''}:${number}`,
      }),
    ),
    revokeConsent: async (input) => {
      await enter('revokeConsent', input)
    },
    disconnectConnection: async (input) => {
      const { bank, atMs } = await enter('disconnectConnection', input)
      const { requestId, revoked } = input
      const closed: Occurrence = { kind: 'disconnected', reason: 'user', requestId }
      return (
        bank &&
        record(bank, atMs, revoked ? [closed] : [{ kind: 'revoke_failed', requestId }, closed])
      )
    },
    removeConnection: async (input) => {
      const { bank } = await enter('removeConnection', input)
      if (bank) bank.facts = null
      return null
    },
    // imports have a world of their own
    loadImport: async () => null,
    previewImport: async () => null,
    importStatements: async () => null,
    revertImport: async () => null,
    discardImport: async () => null,
    failImport: async () => null,
    refreshInstitutions: async () => {
      throw new Error(unknown)
    },
  }
}
