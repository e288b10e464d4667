/** A run that meets a challenge stands aside; with the answer the same run goes on. */
import type { OpenedChallenge, Submission } from '../activities/index.ts'
import type { ParkedRun, RunState, WorkflowState } from '../domain/workflow-state.ts'
import { noteAsked, queueMax } from '../domain/workflow-state.ts'

const firstPollMs = 200
const refreshMaxMs = 600_000

/** Lets a run wait for the refresh named by `ref`, for as long as a bank takes at most. */
export const follow = (run: RunState, ref: string): void => {
  run.phase = 'polling'
  run.ref = ref
  run.polls = 0
  run.pollAtMs = Date.now() + firstPollMs
  run.refreshEndsAtMs = Date.now() + refreshMaxMs
}

/** Moves the run in hand aside: slots and events have their own runs while a person is asked. */
export const park = (state: WorkflowState, run: RunState, { challenge, ref }: Parking): void => {
  run.ref = ref
  const { id: challengeId, kind, expiresAtMs } = challenge
  // programs answer faster than an activity reports what it asked
  const answer = state.earlyAnswer === challengeId ? 'given' : null
  state.parked = { run, challengeId, kind, expiresAtMs, answer }
  state.run = null
  noteAsked(state, Date.now())
}

interface Parking {
  challenge: OpenedChallenge
  ref: string
}

/** An answer came to something that this step did not ask after all. */
export const settleEarlyAnswer = (state: WorkflowState): void => {
  const { earlyAnswer, parked } = state
  state.earlyAnswer = null
  if (earlyAnswer !== null && parked?.challengeId !== earlyAnswer)
    refuseAnswer(state, 'not_expected')
}

/** The parked run goes on. */
export const resume = (state: WorkflowState, run: RunState): void => {
  // the time in which it stood aside is not the bank's
  if (run.phase === 'polling' && run.ref !== null) follow(run, run.ref)
  state.run = run
  state.parked = null
}

/** What became of an answer; the run itself goes on as soon as no other one is under way. */
export const noteSubmission = (
  state: WorkflowState,
  parked: ParkedRun,
  submission: Submission,
): void => {
  if (submission.kind === 'no_answer') {
    parked.answer = null
    refuseAnswer(state, 'no_answer')
    return
  }
  parked.answer = 'taken'
  if (submission.kind === 'closed') {
    state.snapshot = submission.snapshot
    parked.run.phase = 'read'
  } else follow(parked.run, submission.ref)
}

/** A new way to the bank was made: what was asked on the old one is over, and the run reads what is there. */
export const solve = ({ parked }: WorkflowState): void => {
  if (parked === null) return
  parked.answer = 'taken'
  parked.run.phase = 'read'
}

/** Notes in the chatter why an answer was not used; the same reason once until it is posted. */
const refuseAnswer = (
  { refusals }: WorkflowState,
  why: 'expired' | 'not_expected' | 'no_answer',
): void => {
  const name = `mfaAnswered:${why}`
  if (!refusals.includes(name) && refusals.length < queueMax) refusals.push(name)
}
