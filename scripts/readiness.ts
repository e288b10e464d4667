/** When a program of the stack is ready, asked from outside. */
import { Connection } from '@temporalio/client'
import type { Child } from './child.ts'
import { until } from './until.ts'
import { withoutProxy } from '../temporal.ts'

const limitMs = 60_000

/** Waits until an address answers over HTTP: with success where `ok` is asked for, else with anything. */
export const answersHttp = (child: Child, url: string, ok: boolean): Promise<unknown> =>
  ready(child, async () => {
    const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) })
    await answer.body?.cancel()
    return answer.ok || !ok ? true : undefined
  })

interface Queue {
  address: string
  namespace: string
  taskQueue: string
}

/** The identities that ask a task queue for work (workers gone for less than five minutes are still among them). */
export const pollersOf = async ({ address, namespace, taskQueue }: Queue): Promise<Set<string>> => {
  const connection = await Connection.connect({ address, connectTimeout: 5_000, ...withoutProxy })
  try {
    const { pollers } = await connection.workflowService.describeTaskQueue({
      namespace,
      taskQueue: { name: taskQueue },
      taskQueueType: workflowTasks,
    })
    return new Set(pollers?.map(({ identity }) => identity ?? ''))
  } finally {
    await connection.close()
  }
}

const workflowTasks = 1

/** Waits until a worker that was not there before asks the queue for work. */
export const polls = (child: Child, queue: Queue, before: ReadonlySet<string>): Promise<unknown> =>
  ready(child, async () => {
    const now = await pollersOf(queue)
    return [...now].some((identity) => !before.has(identity)) ? true : undefined
  })

const ready = (child: Child, attempt: () => Promise<true | undefined>): Promise<unknown> =>
  until(attempt, {
    what: `The start of ${child.name}`,
    limitMs,
    givenUp: () =>
      child.hasExited() ? `it ended.\n${child.tail().slice(-20).join('\n')}` : undefined,
  })
