import { z } from 'zod'
import { openLinkedSaltEdge } from '../support/linked-saltedge.ts'
import type { Arrangement } from './arrangement.ts'
import { describeContract } from './cases.ts'

const secretsShape = z.object({ connectionId: z.string() })
const looksMax = 20

/** Salt Edge on the sandbox. */
const openSaltEdge = async (): Promise<Arrangement> => {
  const linked = await openLinkedSaltEdge()
  const { provider, sim } = linked
  return {
    name: 'saltedge',
    provider,
    strangerWithKeys: () => linked.providerWith({ SALTEDGE_SECRET: 'another' }),
    sim,
    endpoints: {
      lines: 'saltedge/transactions',
      status: 'saltedge/connection',
      refresh: 'saltedge/refresh',
    },
    unknownCode: { status: 418, code: 'neverSeen' },
    removedIs: 'connection_gone',
    countsPending: true,
    unpaced: { saltedge: { hidesNextRefresh: true } },
    rateLimited: { status: 429, code: 'TooManyRequests' },
    begin: linked.begin,
    decide: linked.decide,
    async complete(flow, callback) {
      for (let looks = 1; looks < looksMax; looks += 1) {
        const result = await linked.complete(flow, callback)
        if (result.state !== 'pending' || callback['connection_id'] === undefined) return result
        await sim('POST', '/__sim/advance', { ms: 30_000 })
      }
      throw new Error('a link without end')
    },
    open: ({ secrets }, more) => linked.open(secrets, more),
    async settle({ secrets }) {
      // one of Salt Edge's own refreshes, which no pace holds back
      const { connectionId } = secretsShape.parse(JSON.parse(secrets.reveal()))
      await sim('POST', '/__sim/saltedge/attempts', { connection: connectionId })
    },
    drop: (what, { providerAccountId, providerConnectionId }) =>
      sim('POST', '/__sim/saltedge/drop', {
        what,
        connection: providerConnectionId,
        ...(what === 'account' ? { account: providerAccountId } : {}),
      }),
    openWords: { mode: 'barter', status: 'engraved' },
    cannot: {
      readiness: 'a link is finished only after the first fetch, with its whole history',
    },
    problems: () => linked.problems(),
    stop: () => linked.stop(),
  }
}

describeContract('saltedge', openSaltEdge)
