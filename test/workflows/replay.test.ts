import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { DeterminismViolationError } from '@temporalio/workflow'
import { Worker } from '@temporalio/worker'
import { expect, inject, test } from 'vitest'

/** Every kind of life a connection workflow has had, recorded from a real one; all of them must replay for ever. */
const folder = path.resolve(import.meta.dirname, '../histories/connection')
const files = readdirSync(folder).filter((name) => name.endsWith('.json'))

interface Recorded {
  events: { workflowExecutionStartedEventAttributes?: { workflowId?: string } }[]
}

/** The workflow checks its own id, so it is replayed under the one it had. */
const replay = (json: string): Promise<void> => {
  const history: Recorded = JSON.parse(json)
  const { workflowId = '' } = history.events[0]?.workflowExecutionStartedEventAttributes ?? {}
  const options = { workflowBundle: { codePath: inject('workflowBundle') } }
  return Worker.runReplayHistory(options, history, workflowId)
}

const read = (name: string): string => readFileSync(path.join(folder, name), 'utf8')

test('there is a history of each kind of life', () => {
  expect(files.length).toBeGreaterThanOrEqual(3)
})

test.for(files)('the workflow still replays %s', async (name) => {
  await replay(read(name))
})

test('a changed order of commands is noticed', async () => {
  // the same life, had its first reading been another activity
  const [name = ''] = files
  const drifted = read(name).replaceAll('"loadConnection"', '"loadSomethingElse"')
  expect(drifted).toContain('loadSomethingElse')
  await expect(replay(drifted)).rejects.toThrow(DeterminismViolationError)
})
