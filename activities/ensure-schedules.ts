import type { Client, ScheduleOptions } from '@temporalio/client'
import { ScheduleAlreadyRunning, ScheduleOverlapPolicy } from '@temporalio/client'

interface FleetJob {
  scheduleId: string
  workflowType: string
  every: '1 hour' | '24 hours'
  /** How long after midnight UTC the first of them is due. */
  offsetMs: number
  args: unknown[]
  /** Run for the first time as soon as it exists. */
  atOnce: boolean
}

const dayMs = 24 * 60 * 60 * 1000

/** Providers are read at different times of the day, each always at the same. */
const turnMs = (provider: string): number => {
  let turn = 7
  for (let place = 0; place < provider.length; place += 1)
    turn = (turn * 31 + provider.charCodeAt(place)) % (dayMs / 1000)
  return turn * 1000
}

const jobsFor = (providers: readonly string[]): FleetJob[] => [
  ...providers.map((provider): FleetJob => ({
    scheduleId: `institution-catalogue/${provider}`,
    workflowType: 'refreshCatalogue',
    every: '24 hours',
    offsetMs: turnMs(provider),
    args: [{ provider }],
    atOnce: true,
  })),
  {
    scheduleId: 'sweep-expired',
    workflowType: 'sweepExpired',
    every: '1 hour',
    offsetMs: 0,
    args: [],
    atOnce: false,
  },
  {
    scheduleId: 'revive-overdue',
    workflowType: 'reviveOverdue',
    every: '1 hour',
    offsetMs: dayMs / 48,
    args: [{}],
    atOnce: false,
  },
]

const ensure = async (client: Client, job: FleetJob): Promise<void> => {
  const { scheduleId, workflowType, every, offsetMs, args, atOnce } = job
  const action: ScheduleOptions['action'] = {
    type: 'startWorkflow',
    workflowType,
    taskQueue: 'connections',
    args,
  }
  try {
    await client.schedule.create({
      scheduleId,
      spec: { intervals: [{ every, offset: offsetMs }] },
      policies: { overlap: ScheduleOverlapPolicy.SKIP },
      state: { triggerImmediately: atOnce },
      action,
    })
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error
    await client.schedule.getHandle(scheduleId).update((known) => ({ ...known, action }))
  }
}

/** Makes the schedules of fleet jobs where they are missing; a catalogue is read for the first time at once. */
export const ensureSchedules = async (
  client: Client,
  providers: readonly string[],
): Promise<void> => {
  await Promise.all(jobsFor(providers).map((job) => ensure(client, job)))
}
