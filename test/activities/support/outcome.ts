/** What an attempt leaves behind, put so that it can be compared. */
import { ApplicationFailure } from '@temporalio/activity'
import { expect } from 'vitest'
import type { Subject } from './subject.ts'

/** What a run leaves behind of state, record, messages and events. */
export const outcomeOf = async (subject: Subject, runId: string) => {
  const { state, awaiting, failureCode, disconnectReason } = await subject.view()
  const run = await subject.runOf(runId)
  const said = (await subject.messages()).filter(({ syncRunId }) => syncRunId === runId)
  const told = (await subject.events()).filter(({ syncRunId }) => syncRunId === runId)
  return {
    state,
    awaiting,
    failureCode,
    disconnectReason,
    outcome: run.outcome,
    run: run.failureCode,
    said: said.map(({ code }) => code),
    told: told.map(({ type, content }) => `${type} ${content['failureCode']}`),
  }
}

/** The failure that an attempt ends with; only such may leave an activity. */
export const thrownBy = async (attempt: Promise<unknown>): Promise<ApplicationFailure> => {
  const error: unknown = await attempt.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(ApplicationFailure)
  return error as ApplicationFailure
}
