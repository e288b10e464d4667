import type { Client, ScheduleOptions } from '@temporalio/client'
import { ScheduleAlreadyRunning, ScheduleOverlapPolicy } from '@temporalio/client'

interface FleetJob {
  scheduleId: string
  workflowType: string
  every: '1 hour' | '24 hours'
  args: unknown[]
  /** Run for the first time as soon as it exists. */
  atOnce: boolean
}

const jobsFor = (providers: readonly string[]): FleetJob[] => [
  {
    scheduleId: 'institution-catalogue',
    workflowType: 'refreshCatalogue',
    every: '24 hours',
    args: [{ providers: [...providers] }],
    atOnce: true,
  },
  {
    scheduleId: 'sweep-expired',
    workflowType: 'sweepExpired',
    every: '1 hour',
    args: [],
    atOnce: false,
  },
]

const ensure = async (client: Client, job: FleetJob): Promise<void> => {
  const { scheduleId, workflowType, every, args, atOnce } = job
  const action: ScheduleOptions['action'] = {
    type: 'startWorkflow',
    workflowType,
    taskQueue: 'connections',
    args,
  }
  try {
    await client.schedule.create({
      scheduleId,
      spec: { intervals: [{ every }] },
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
