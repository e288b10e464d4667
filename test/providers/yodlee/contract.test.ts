import { afterAll, beforeAll, beforeEach } from 'vitest'
import { describeContract } from '../contract.ts'
import type { LinkedYodlee } from '../support/linked-yodlee.ts'
import { openLinkedYodlee } from '../support/linked-yodlee.ts'

let linked: LinkedYodlee
beforeAll(async () => {
  linked = await openLinkedYodlee()
})
afterAll(() => linked.stop())
beforeEach(() => linked.sim('POST', '/__sim/reset'))

describeContract('yodlee', async () => {
  const { kept, accounts } = await linked.linkBank('Happy Bank')
  return {
    provider: linked.provider,
    open: (more) => linked.open(kept, more),
    providerAccountId: accounts[0]!.providerAccountId,
    pendingText: 'Reserved by card',
    refuseNextPage: () =>
      linked.sim('POST', '/__sim/fail-next', {
        endpoint: 'yodlee/transactions',
        status: 418,
        code: 'neverSeen',
      }),
  }
})
