import { afterAll, beforeAll, beforeEach } from 'vitest'
import { describeContract } from '../contract.ts'
import type { Linked } from '../support/linked-ponto.ts'
import { openLinked } from '../support/linked-ponto.ts'

let linked: Linked
beforeAll(async () => {
  linked = await openLinked()
})
afterAll(() => linked.stop())
beforeEach(() => linked.sim('POST', '/__sim/reset'))

describeContract('ponto', async () => {
  const { kept, accounts } = await linked.link('Happy Bank')
  return {
    provider: linked.provider,
    open: (more) => linked.open(kept, more),
    providerAccountId: accounts[0]!.providerAccountId,
    pendingText: 'Reserved by card',
    refuseNextPage: () =>
      linked.sim('POST', '/__sim/fail-next', {
        endpoint: 'transactions',
        status: 418,
        code: 'neverSeen',
      }),
  }
})
