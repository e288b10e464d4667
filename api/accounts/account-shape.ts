import { z } from 'zod'
import type { AccountView, ReachedAccount } from '../../db/queries/accounts.ts'

const instant = z.iso.datetime()

const balanceSchema = z.object({
  kind: z.enum(['booked', 'interim', 'available']),
  amount: z.string().meta({ description: 'Signed decimal text', example: '1204.50' }),
  currency: z.string().length(3),
  asOf: z.string().meta({ description: 'Instant or day the bank gave for it' }),
})

/** An account of the tenant. */
export const accountSchema = z
  .object({
    id: z.uuid(),
    number: z.string().nullable(),
    name: z.string(),
    type: z.string(),
    currency: z.string().length(3),
    journalRef: z.string().nullable().meta({ description: 'Journal of the ERP' }),
    lastPulledAt: instant.nullable(),
    balances: z.array(balanceSchema),
  })
  .meta({ id: 'Account' })

/** An account as one connection reaches it. */
export const reachedAccountSchema = accountSchema
  .extend({
    chosen: z.boolean(),
    decided: z.boolean().meta({ description: 'false until a person chose or declined it' }),
    gone: z.boolean().meta({ description: 'The provider no longer shows it' }),
    consentExpiresAt: instant.nullable(),
    failureCode: z.string().nullable(),
  })
  .meta({ id: 'ReachedAccount' })

/** The public form of an account. */
export const toAccount = (account: AccountView): z.infer<typeof accountSchema> => ({
  id: account.id,
  number: account.number,
  name: account.name,
  type: account.type,
  currency: account.currency,
  journalRef: account.journalRef,
  lastPulledAt: account.lastPulledAt,
  balances: account.balances,
})

/** The public form of an account of a connection. */
export const toReachedAccount = (
  account: ReachedAccount,
): z.infer<typeof reachedAccountSchema> => ({
  ...toAccount(account),
  chosen: account.chosen,
  decided: account.decidedAt !== null,
  gone: account.goneAt !== null,
  consentExpiresAt: account.consentExpiresAt,
  failureCode: account.failureCode,
})
