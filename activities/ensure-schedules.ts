import type { Client } from '@temporalio/client'
import { ScheduleAlreadyRunning, ScheduleOverlapPolicy } from '@temporalio/client'

const catalogueId = 'institution-catalogue'

/** Makes the schedules of fleet jobs where they are missing; a catalogue is read for the first time at once. */
export const ensureSchedules = async (
  client: Client,
  providers: readonly string[],
): Promise<void> => {
  const action = {
    type: 'startWorkflow',
    workflowType: 'refreshCatalogue',
    taskQueue: 'connections',
    args: [{ providers: [...providers] }],
  } as const
  try {
    await client.schedule.create({
      scheduleId: catalogueId,
      spec: { intervals: [{ every: '24 hours' }] },
      policies: { overlap: ScheduleOverlapPolicy.SKIP },
      state: { triggerImmediately: true },
      action,
    })
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error
    await client.schedule.getHandle(catalogueId).update((known) => ({ ...known, action }))
  }
}
