import { z } from 'zod'
import * as accounts from '../../db/queries/accounts.ts'
import { withTenant } from '../../db/tenant.ts'
import { chooseAccounts } from '../../workflows/messages.ts'
import { sendCommand } from '../commands.ts'
import { Problem } from '../problem.ts'
import { route } from '../route.ts'
import { acceptedSchema } from './accepted-shape.ts'
import { toConnection } from './connection-shape.ts'
import { storePerson } from './person.ts'
import { connectionInTenant, connectionParams } from './read-connection.ts'

const choicesMax = 200

const choice = z.strictObject({
  accountId: z.uuid(),
  chosen: z.boolean(),
  journalRef: z
    .string()
    .min(1)
    .max(100)
    .nullable()
    .optional()
    .meta({ description: 'Journal of the ERP; null takes it away, left out keeps it' }),
})

const body = z.strictObject({ choices: z.array(choice).min(1).max(choicesMax) })

const checkReached = (choices: z.infer<typeof choice>[], reached: ReadonlySet<string>): void => {
  const named = new Set<string>()
  const wrongWith = (accountId: string): string | null => {
    if (!reached.has(accountId)) return 'not an account of this connection'
    if (named.has(accountId)) return 'named twice'
    named.add(accountId)
    return null
  }
  const errors = choices.flatMap(({ accountId }, index) => {
    const detail = wrongWith(accountId)
    return detail === null ? [] : [{ pointer: `/body/choices/${index}/accountId`, detail }]
  })
  if (errors.length > 0)
    throw new Problem('validation-failed', 'invalid_fields', {
      params: { n: errors.length },
      errors,
    })
}

/** Says which accounts are synchronized, and into which journals. */
export const postAccountChoices = route({
  operation: 'POST /v1/connections/:connectionId/account-choices',
  summary: 'Choose the accounts to synchronize and their journals',
  params: connectionParams,
  body,
  idempotent: true,
  answers: { 202: { description: 'Taken', schema: acceptedSchema } },
  async handler(call, deps) {
    const { caller, params, requestId } = call
    const choices = call.body.choices.map(({ accountId, chosen, journalRef }) => ({
      accountId: accountId.toLowerCase(),
      chosen,
      ...(journalRef === undefined ? {} : { journalRef }),
    }))
    const target = await withTenant(deps.pool, caller.tenantId, async (tx) => {
      const view = await connectionInTenant(tx, params.connectionId)
      const reached = await accounts.listByConnection(tx, params.connectionId)
      checkReached(choices, new Set(reached.map(({ id }) => id)))
      await storePerson(tx, deps, { requestId, person: { name: call.actingUser } })
      return view
    })
    const input = { requestId, choices }
    await sendCommand(deps, { call, target, update: chooseAccounts, input })
    return { status: 202, body: { requestId, connection: toConnection(target, caller.clientId) } }
  },
})
