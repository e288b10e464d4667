/** Contract: how a connection begins. */
import { describe, expect, test } from 'vitest'
import { Secret } from '../../../domain/secret.ts'
import { callOptions, openStore } from '../support/caller.ts'
import { linkBank, openCase, openContractBank } from './bank.ts'
import type { Cases } from './cases.ts'
import { noOthers } from '../support/no-others.ts'

/** Registers them. */
export const describeLinking = (cases: Cases): void => {
  describe('linking', () => {
    test('a person who approves links the bank with its accounts, and it can be read', async () => {
      const { held, session } = await openCase(cases.at, { count: 5 })
      if (cases.at.liveBank === undefined) expect(held.result.accounts).toHaveLength(1)
      const [account] = held.result.accounts
      expect(account!.currency).toMatch(/^[A-Z]{3}$/)
      expect(session().providerConnectionId).toBe(held.providerConnectionId)
      const status = await session().status()
      expect(status.failure).toBeUndefined()
      const idsOf = (accounts: { providerAccountId: string }[]) =>
        accounts.map(({ providerAccountId }) => providerAccountId).toSorted()
      expect(idsOf(status.accounts)).toEqual(idsOf(held.result.accounts))
    })

    cases.caseOf(
      'abandon',
      'a person who declines, or never comes back, links nothing',
      async () => {
        const bank = await openContractBank(cases.at, { count: 2 })
        const declined = await cases.at.begin(bank.name)
        const callback = await cases.at.decide(declined.url, 'deny')
        expect((await cases.at.complete(declined.flow, callback)).state).toMatch(/exited|expired/)
        const left = await cases.at.begin(bank.name)
        const looked = await cases.at.provider.completeLink(
          {
            flow: left.flow,
            callback: new Secret({}),
            returnUrl: 'http://127.0.0.1:9/callbacks',
            session: null,
            others: noOthers,
          },
          callOptions(),
        )
        expect(looked.state).not.toBe('linked')
      },
    )

    cases.caseOf('relink', 'a bank linked anew shows the same lines', async () => {
      const first = await openCase(cases.at, { count: 12 })
      await first.read()
      await first.session().revoke()
      const again = await linkBank(cases.at, first.bank)
      const store = openStore(cases.at.provider.capabilities.pagesProvisional)
      await store.read(cases.at.open(again.kept), again.providerAccountId)
      const facts = (lines: Iterable<{ bookedOn: string; amount: string; text: string }>) =>
        [...lines].map((line) => `${line.bookedOn} ${line.amount} ${line.text}`).toSorted()
      expect(facts(store.lines.values())).toEqual(facts(first.store.lines.values()))
    })
  })
}
