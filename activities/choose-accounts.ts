import * as accounts from '../db/queries/accounts.ts'
import { withTenant } from '../db/tenant.ts'
import type { Snapshot } from '../domain/connection.ts'
import type { Choice } from '../domain/workflow-state.ts'
import { takePerson } from './person.ts'
import type { ConnectionAt, Deps } from './deps.ts'
import { lockFacts, record } from './record.ts'

export interface ChoiceOutcome {
  snapshot: Snapshot | null
  newlyChosen: number
}

/** Stores which accounts to synchronize and into which journal. Retry-safe: it sets values; the message has the request as key. */
export const createChooseAccounts = (deps: Deps) =>
  function chooseAccounts(
    input: ConnectionAt & { requestId: string; choices: Choice[] },
  ): Promise<ChoiceOutcome> {
    return withTenant(deps.pool, input.tenantId, async (tx) => {
      const { connectionId, requestId, choices } = input
      if ((await lockFacts(tx, deps, connectionId)) === null)
        return { snapshot: null, newlyChosen: 0 }
      const before = await accounts.listByConnection(tx, connectionId)
      const { chosen, undecided } = await accounts.choose(tx, connectionId, choices)
      const notChosenBefore = new Set(
        before.filter((account) => !account.chosen).map(({ id }) => id),
      )
      const newlyChosen = choices.filter(
        (choice) => choice.chosen && notChosenBefore.has(choice.accountId),
      ).length
      const user = (await takePerson(tx, deps, requestId))?.name ?? ''
      const occurrence = { kind: 'accounts_chosen', requestId, chosen, undecided, user } as const
      return {
        snapshot: await record(tx, deps, { ...input, occurrences: [occurrence] }),
        newlyChosen,
      }
    })
  }
