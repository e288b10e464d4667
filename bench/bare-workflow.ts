/** The least a cycle can be: one timer and one activity. Bundled for a worker of its own. */
import { proxyActivities, sleep } from '@temporalio/workflow'

const { nothing } = proxyActivities<{ nothing: () => Promise<void> }>({
  startToCloseTimeout: '1 minute',
})

/** Sleeps and does nothing, so many times. */
export async function bare(input: { cycles: number; intervalMs: number }): Promise<void> {
  for (let cycle = 0; cycle < input.cycles; cycle += 1) {
    await sleep(input.intervalMs)
    await nothing()
  }
}
