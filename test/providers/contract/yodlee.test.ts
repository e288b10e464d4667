import { openLinkedYodlee, yodleeAt, yodleeEnvironment } from '../support/linked-yodlee.ts'
import type { StartedLink } from '../../../activities/providers/provider.ts'
import { yodleeConformance } from '../../sandbox/yodlee/conformance.ts'
import type { Arrangement } from './arrangement.ts'
import { openerOf } from './bank.ts'
import { describeContract } from './cases.ts'

const looksMax = 40

/** Yodlee on the sandbox. */
const openYodlee = async (): Promise<Arrangement> => {
  const conformance = yodleeConformance()
  const linked = await openLinkedYodlee({ observe: conformance.observe })
  const { provider, sim, yodleeUrl } = linked
  // its widget has no address of its own: what was begun is found by the page it was begun for
  let begun: StartedLink | null = null
  return {
    name: 'yodlee',
    provider,
    strangerWithKeys: () =>
      yodleeAt({ ...yodleeEnvironment(yodleeUrl), YODLEE_CLIENT_SECRET: 'another' }),
    sim,
    endpoints: {
      lines: 'yodlee/transactions',
      status: 'yodlee/provider-accounts',
      refresh: 'yodlee/provider-accounts-update',
    },
    unknownCode: { status: 418, code: 'neverSeen' },
    removedIs: 'connection_gone',
    countsPending: true,
    unpaced: {},
    rateLimited: { status: 429, code: 'TooManyRequests' },
    async begin(bank) {
      begun = await linked.begin(bank)
      return begun
    },
    async decide(_url, decision) {
      if (begun === null) throw new Error('nothing was begun')
      return linked.visit(begun, { deny: decision === 'deny' })
    },
    async complete(flow, callback) {
      for (let looks = 1; looks < looksMax; looks += 1) {
        const result = await linked.complete({ flow }, callback)
        if (result.state !== 'pending') return result
        await linked.advance(10_000)
      }
      throw new Error('a link without end')
    },
    open: openerOf(provider),
    // Yodlee reads the banks by itself every night
    settle: () => linked.advance(24 * 3_600_000),
    drop: (what, { providerAccountId, providerConnectionId }) =>
      sim('POST', '/__sim/yodlee/drop', {
        what,
        ...(what === 'account'
          ? { account: providerAccountId }
          : { connection: Number(providerConnectionId) }),
        ...(what === 'consent' ? { additionalStatus: 'CONSENT_EXPIRED' } : {}),
      }),
    openWords: { type: 'BARTER', subType: 'ENGRAVED' },
    cannot: {
      readiness: 'a link is finished only after the first fetch, with its whole history',
      'long ids': 'ids are numbers below 2^53',
    },
    problems: () => conformance.problems(),
    stop: () => linked.stop(),
  }
}

describeContract('yodlee', openYodlee)
