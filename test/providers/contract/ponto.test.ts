import { openLinked, pontoAt, pontoEnvironment, returnUrl } from '../support/linked-ponto.ts'
import { callOptions } from '../support/caller.ts'
import { Secret } from '../../../domain/secret.ts'
import type { Arrangement } from './arrangement.ts'
import { openerOf } from './bank.ts'
import { describeContract } from './cases.ts'
import { noOthers } from '../support/no-others.ts'

/** Ponto on the sandbox. */
const openPonto = async (): Promise<Arrangement> => {
  const linked = await openLinked()
  const { provider, sim } = linked
  return {
    name: 'ponto',
    provider,
    strangerWithKeys: () =>
      pontoAt({ ...pontoEnvironment(linked.pontoUrl), PONTO_CLIENT_SECRET: 'another' }),
    sim,
    endpoints: { lines: 'transactions', status: 'accounts', refresh: 'synchronizations' },
    unknownCode: { status: 418, code: 'neverSeen' },
    removedIs: 'credentials_invalid',
    countsPending: false,
    unpaced: {},
    rateLimited: { status: 429 },
    begin: linked.begin,
    decide: linked.decide,
    complete: (flow, callback) =>
      provider.completeLink(
        { flow, callback: new Secret(callback), returnUrl, session: null, others: noOthers },
        callOptions(),
      ),
    open: openerOf(provider),
    async settle() {
      // Ponto reads the banks by itself every six hours
      await sim('POST', '/__sim/advance', { ms: 6 * 3_600_000 })
    },
    drop: (what, { providerAccountId, providerConnectionId }) =>
      sim('POST', '/__sim/drop', {
        what: what === 'connection' ? 'integration' : what,
        ...(what === 'connection'
          ? { organization: providerConnectionId }
          : { account: providerAccountId }),
      }),
    openWords: { remittanceInformationType: 'calligraphy' },
    cannot: {
      'long ids': 'ids are texts',
      readiness: 'lines are there with the first synchronization',
    },
    problems: () => linked.problems(),
    stop: () => linked.stop(),
  }
}

describeContract('ponto', openPonto)
