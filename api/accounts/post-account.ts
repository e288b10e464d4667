import { z } from 'zod'
import * as accounts from '../../db/queries/accounts.ts'
import { withTenant } from '../../db/tenant.ts'
import { hasIbanShape, isIban } from '../../domain/iban.ts'
import { plainText } from '../plain-text.ts'
import { Problem } from '../problem.ts'
import { route } from '../route.ts'
import { toAccountNumber } from './account-number.ts'
import { accountSchema, toAccount } from './account-shape.ts'

/** A mistyped IBAN would wait for files that never come. */
const isPlausible = (number: string): boolean => !hasIbanShape(number) || isIban(number)

const body = z.strictObject({
  number: z
    .string()
    .max(64)
    .transform(toAccountNumber)
    .pipe(z.string().min(1).refine(isPlausible, 'an IBAN whose check digits are right'))
    .meta({ description: 'IBAN or other number, as the files name it' }),
  currency: z.string().regex(/^[A-Z]{3}$/),
  name: z.string().max(200).transform(plainText).optional().meta({
    description: 'Left out: the number',
  }),
  journalRef: z.string().min(1).max(100).nullable().default(null).meta({
    description: 'Journal of the ERP',
  }),
})

/** Makes an account that no connection reaches, for statement files. */
export const postAccount = route({
  operation: 'POST /v1/accounts',
  summary: 'Add an account for statement files only',
  body,
  idempotent: true,
  answers: { 201: { description: 'Added', schema: accountSchema } },
  async handler({ caller, requestId, body: { name, ...account } }, { pool }) {
    const made = { id: requestId, name: name ?? account.number, ...account }
    const added = await withTenant(pool, caller.tenantId, (tx) => accounts.createForFiles(tx, made))
    if (added === null) throw new Problem('conflict', 'account_taken', { why: 'account_taken' })
    return { status: 201, body: toAccount(added) }
  },
})
