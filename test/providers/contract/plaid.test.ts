import { openLinkedPlaid } from '../support/linked-plaid.ts'
import type { Arrangement } from './arrangement.ts'
import { openerOf } from './bank.ts'
import { describeContract } from './cases.ts'

/** Plaid on the sandbox. */
const openPlaid = async (): Promise<Arrangement> => {
  const linked = await openLinkedPlaid()
  const { provider, sim } = linked
  let wanted = ''
  return {
    name: 'plaid',
    provider,
    strangerWithKeys: () => linked.providerWith({ PLAID_SECRET: 'another' }),
    sim,
    endpoints: {
      lines: 'plaid/transactions/sync',
      status: 'plaid/item/get',
      refresh: 'plaid/transactions/refresh',
    },
    // a family of codes of which only the beginning is known
    unknownCode: { status: 418, code: 'PROFILE_NEVER_SEEN' },
    removedIs: 'connection_gone',
    countsPending: true,
    unpaced: {},
    rateLimited: { status: 429, code: 'TRANSACTIONS_SYNC_LIMIT' },
    begin(bank) {
      // the bank is chosen on Plaid's page
      wanted = bank
      return linked.begin()
    },
    decide: (url, decision) =>
      decision === 'approve' ? linked.visit(url, wanted) : linked.leave(url),
    complete: (flow, callback) => linked.complete(flow, callback),
    open: openerOf(provider),
    async settle({ secrets }) {
      const id = linked.open(secrets).providerConnectionId
      await sim('PATCH', `/__sim/plaid/connections/${id}`, { updated: true })
    },
    drop: (what, { providerAccountId, providerConnectionId }) =>
      sim('POST', '/__sim/plaid/drop', {
        what,
        connection: providerConnectionId,
        ...(what === 'account' ? { account: providerAccountId } : {}),
      }),
    openWords: { payment_channel: 'telepathy', transactions_update_status: 'ALMOST_COMPLETE' },
    cannot: {
      'long ids': 'ids are texts',
    },
    problems: () => linked.conformance.problems(),
    stop: () => linked.stop(),
  }
}

describeContract('plaid', openPlaid)
