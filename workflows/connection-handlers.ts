/** Every message of the connection workflow: check, put a reason into state, answer at once. */
import { condition, patched, setDefaultSignalHandler, setHandler } from '@temporalio/workflow'
import type { Snapshot } from '../domain/connection.ts'
import { isUuid } from '../domain/ids.ts'
import type { Step } from '../domain/next-step.ts'
import type { Choice, ParkedRun, WorkflowState } from '../domain/workflow-state.ts'
import { eventSpacingMs, newRun, queueMax } from '../domain/workflow-state.ts'
import type {
  ConnectionStatus,
  FlowInput,
  MfaVerdict,
  RefusedWhy,
  SyncNowAnswer,
} from './messages.ts'
import * as messages from './messages.ts'

const answeredMax = 20

export interface Handled {
  state: WorkflowState
  /** Wakes the loop. */
  changed: boolean
  /** The work in hand that may be stopped; null while there is none. */
  work: { kind: Step['kind']; stop: () => void } | null
}

const wake = (handled: Handled): void => {
  handled.changed = true
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const uuidOf = (input: unknown, name: string): string => {
  const value = isRecord(input) ? input[name] : undefined
  if (!isUuid(value)) throw new TypeError(`${name} must be a uuid`)
  return value.toLowerCase()
}

const checkRoom = (length: number): void => {
  if (length >= queueMax) throw new RangeError('too many requests wait; try again later')
}

/** Adds an id to a queue once; a full queue leaves it out, and the sender's retry brings it back. */
const enqueue = (queue: string[], id: string): void => {
  if (!queue.includes(id) && queue.length < queueMax) queue.push(id)
}

/** The workflow's state in the words of the API. */
const statusOf = ({ snapshot, run, parked, lastOutcome }: WorkflowState): ConnectionStatus => ({
  ...(snapshot === null ? unknownYet : knownOf(snapshot)),
  runId: run?.id ?? parked?.run.id ?? null,
  challengeId: parked !== null && parked.answer === null ? parked.challengeId : null,
  lastOutcome,
})

type Known = Omit<ConnectionStatus, 'runId' | 'challengeId' | 'lastOutcome'>

const unknownYet: Known = {
  state: 'not_connected',
  awaiting: 'nothing',
  autoSync: true,
  failureCode: null,
  nextSyncAt: null,
}

const knownOf = ({ state, awaiting, autoSync, failureCode, nextSyncAtMs }: Snapshot): Known => ({
  state,
  awaiting,
  autoSync,
  failureCode,
  nextSyncAt: nextSyncAtMs === null ? null : new Date(nextSyncAtMs).toISOString(),
})

const whyClosed = ({ state, awaiting }: Snapshot): RefusedWhy | null => {
  if (state !== 'disconnected') return null
  return awaiting === 'consent' ? 'consent' : 'disconnected'
}

const refusal = ({ snapshot, disconnect }: WorkflowState): RefusedWhy | null => {
  if (disconnect !== null) return 'disconnected'
  if (snapshot === null || snapshot.state === 'not_connected') return 'not_connected'
  if (snapshot.pauses.includes('block')) return 'blocked'
  const closed = whyClosed(snapshot)
  if (closed !== null) return closed
  // where only one of the accounts waits for them, the others can be read
  if (snapshot.awaiting === 'credentials' && snapshot.state === 'error') return 'credentials'
  return snapshot.chosenAccounts === 0 ? 'account_choice' : null
}

const startOrJoin = (state: WorkflowState, requestId: string): SyncNowAnswer => {
  const repeated = state.answered.find((answer) => answer.requestId === requestId)
  if (repeated)
    return { kind: repeated.runId === requestId ? 'started' : 'joined', runId: repeated.runId }
  const why = refusal(state)
  if (why !== null) return { kind: 'refused', why, until: null }
  // a run that waits for a code is the one the person wants; once its time is over, this asks for a new code
  const waiting = state.parked !== null && mayBeAnswered(state.parked) ? state.parked.run : null
  const underWay = waiting ?? state.run
  const { id } = underWay ?? (state.run = newRun(requestId, 'person'))
  noteAnswered(state, requestId, id)
  return { kind: underWay === null ? 'started' : 'joined', runId: id }
}

const noteAnswered = (state: WorkflowState, requestId: string, runId: string): void => {
  state.answered = [...state.answered, { requestId, runId }].slice(-answeredMax)
}

const mayBeAnswered = ({ answer, expiresAtMs }: ParkedRun): boolean =>
  answer !== null || Date.now() < expiresAtMs

/** The step in hand may have asked already what it has not reported yet. */
const noteEarly = ({ state, work }: Handled, challengeId: string): MfaVerdict => {
  const isAsking = work?.kind === 'request_refresh' || work?.kind === 'poll_refresh'
  if (state.run === null || !isAsking) return { kind: 'not_expected' }
  state.earlyAnswer = challengeId
  return { kind: 'sent', runId: state.run.id }
}

/** An answer was stored: the step that hands it over comes before the reading in hand, whose run goes on later. */
const takeAnswer = (handled: Handled, challengeId: string): MfaVerdict => {
  const { parked } = handled.state
  if (parked?.challengeId !== challengeId) return noteEarly(handled, challengeId)
  if (parked.kind !== 'fields') return { kind: 'not_expected' }
  if (!mayBeAnswered(parked)) return { kind: 'expired' }
  if (parked.answer === 'taken') return { kind: 'not_expected' }
  parked.answer = 'given'
  if (handled.work?.kind === 'read') handled.work.stop()
  wake(handled)
  return { kind: 'sent', runId: parked.run.id }
}

const registerMfa = (handled: Handled): void => {
  const { state } = handled
  setHandler(
    messages.answerMfa,
    ({ challengeId, requestId }) => {
      const repeated = state.answered.find((answer) => answer.requestId === requestId)
      if (repeated) return { kind: 'sent', runId: repeated.runId }
      const verdict = takeAnswer(handled, challengeId.toLowerCase())
      if (verdict.kind === 'sent') noteAnswered(state, requestId, verdict.runId)
      return verdict
    },
    {
      validator: (input) => void (uuidOf(input, 'challengeId') && uuidOf(input, 'requestId')),
      description: 'An answer was stored',
    },
  )
  setHandler(
    messages.mfaAnswered,
    (input) => {
      const challengeId = isRecord(input) ? input['challengeId'] : undefined
      if (!isUuid(challengeId)) return refuse(handled, 'mfaAnswered')
      const { kind } = takeAnswer(handled, challengeId.toLowerCase())
      if (kind !== 'sent') refuse(handled, `mfaAnswered:${kind}`)
    },
    { description: 'An answer was stored: { challengeId }' },
  )
}

const registerSync = (handled: Handled): void => {
  setHandler(
    messages.syncNow,
    async ({ requestId }) => {
      // only just started: a database read away from knowing the answer
      await condition(() => handled.state.loaded || handled.state.snapshot !== null)
      const answer = startOrJoin(handled.state, requestId.toLowerCase())
      wake(handled)
      return answer
    },
    { validator: (input) => void uuidOf(input, 'requestId'), description: 'Synchronize now' },
  )
}

const flowHandler =
  (handled: Handled, queue: 'flowsToBegin' | 'flowsToComplete') =>
  ({ flowId }: FlowInput): FlowInput => {
    enqueue(handled.state[queue], flowId.toLowerCase())
    wake(handled)
    return { flowId: flowId.toLowerCase() }
  }

const registerFlows = (handled: Handled): void => {
  const begin = flowHandler(handled, 'flowsToBegin')
  const validator = (input: FlowInput): void => {
    uuidOf(input, 'flowId')
    checkRoom(handled.state.flowsToBegin.length + handled.state.flowsToComplete.length)
  }
  setHandler(messages.beginLink, begin, { validator, description: 'Begin a link flow' })
  setHandler(messages.beginRenewal, begin, { validator, description: 'Update credentials' })
  setHandler(messages.reconnect, begin, { validator, description: 'Reconnect' })
  const complete = flowHandler(handled, 'flowsToComplete')
  setHandler(messages.completeLink, complete, { validator, description: 'The person came back' })
}

/** What was asked for before a disconnection would undo it. The patch may go once no workflow from before it runs. */
const dropFlows = (state: WorkflowState): void => {
  if (state.flowsToBegin.length === 0 || !patched('2026-11-22-disconnect-ends-flows')) return
  state.droppedFlows = [...new Set([...(state.droppedFlows ?? []), ...state.flowsToBegin])].slice(
    -queueMax,
  )
  state.flowsToBegin = []
}

const registerCommands = (handled: Handled): void => {
  const { state } = handled
  const answer = (): ConnectionStatus => {
    wake(handled)
    return statusOf(state)
  }
  const validator = (input: unknown): void => void uuidOf(input, 'requestId')
  setHandler(
    messages.chooseAccounts,
    ({ requestId, choices }) => {
      state.choices.push({ requestId, choices: choices.map(plainChoice) })
      return answer()
    },
    { validator: checkChoices(state), description: 'Choose accounts' },
  )
  setHandler(
    messages.refreshAccounts,
    ({ requestId }) => {
      state.refreshAccounts = requestId
      return answer()
    },
    { validator, description: 'Fetch accounts' },
  )
  setHandler(
    messages.setAutoSync,
    ({ requestId, enabled }) => {
      state.autoSync = { requestId, enabled }
      return answer()
    },
    {
      validator: (input: unknown): void => {
        validator(input)
        if (!isRecord(input) || typeof input['enabled'] !== 'boolean')
          throw new TypeError('enabled must be true or false')
      },
      description: 'Automatic synchronization on or off',
    },
  )
  setHandler(
    messages.disconnect,
    ({ requestId }) => {
      dropFlows(state)
      state.disconnect = requestId
      state.revokeGivenUp = false
      handled.work?.stop()
      return answer()
    },
    { validator, description: 'Disconnect' },
  )
}

const choicesMax = 200
const journalRefMax = 100

const checkChoices =
  (state: WorkflowState) =>
  (input: unknown): void => {
    uuidOf(input, 'requestId')
    checkRoom(state.choices.length)
    const choices = isRecord(input) ? input['choices'] : undefined
    if (!Array.isArray(choices) || choices.length === 0 || choices.length > choicesMax)
      throw new TypeError(`choices must be a list of 1 to ${choicesMax} accounts`)
    for (const choice of choices) {
      uuidOf(choice, 'accountId')
      if (typeof choice.chosen !== 'boolean') throw new TypeError('chosen must be true or false')
      if (!isJournalRef(choice.journalRef))
        throw new TypeError(`journalRef must be a text of 1 to ${journalRefMax} characters`)
    }
  }

const isJournalRef = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  (typeof value === 'string' && value !== '' && value.length <= journalRefMax)

/** Only what is known of a choice is kept, because it travels with the state. */
const plainChoice = ({ accountId, chosen, journalRef }: Choice): Choice => ({
  accountId: accountId.toLowerCase(),
  chosen,
  ...(journalRef === undefined ? {} : { journalRef }),
})

/** A signal comes from anywhere: what is not understood is noted in the chatter and changes nothing. */
const refuse = (handled: Handled, name: string): void => {
  enqueue(handled.state.refusals, name.trim().slice(0, 100))
  wake(handled)
}

const followEvent = (handled: Handled): void => {
  const { state } = handled
  const now = Date.now()
  if (state.run?.phase === 'polling') state.run.pollAtMs = now
  else state.eventAtMs ??= Math.max(now, state.lastReadAtMs + eventSpacingMs)
  wake(handled)
}

const registerSignals = (handled: Handled): void => {
  setHandler(
    messages.credentialsUpdated,
    (input) => {
      const flowId = isRecord(input) ? input['flowId'] : undefined
      if (!isUuid(flowId)) return refuse(handled, 'credentialsUpdated')
      enqueue(handled.state.flowsToComplete, flowId.toLowerCase())
      wake(handled)
    },
    { description: 'A person finished a link flow: { flowId }' },
  )
  setHandler(
    messages.providerEvent,
    (input) => {
      const kind = isRecord(input) ? input['kind'] : undefined
      if (typeof kind !== 'string') return refuse(handled, 'providerEvent')
      if (kind !== 'settings') return followEvent(handled)
      handled.state.settingsChanged = true
      wake(handled)
    },
    { description: 'A hint to look: { kind }' },
  )
  setDefaultSignalHandler((name) => refuse(handled, name))
}

/** Registers every handler; called before the first await, so that no message waits for one. */
export const registerHandlers = (handled: Handled): void => {
  registerSync(handled)
  registerMfa(handled)
  registerFlows(handled)
  registerCommands(handled)
  registerSignals(handled)
  setHandler(messages.status, () => statusOf(handled.state))
}
