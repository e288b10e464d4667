/** What a person may say about a file; every part left out is found out from the file. */
import { z } from 'zod'
import { columnRoles, dateOrders, decimalSigns } from '../../domain/csv-layout.ts'
import { encodings } from '../../domain/encodings.ts'
import type { ImportOptions } from '../../domain/statement-import.ts'

const accountsMax = 1_000
const columnsMax = 500

const fields = {
  accountId: z
    .uuid()
    .meta({ description: 'Takes the statements whose account the file does not name' }),
  accounts: z
    .array(
      z.strictObject({
        number: z.string().min(1).max(64),
        accountId: z.uuid().nullable().meta({ description: 'null leaves its statements out' }),
      }),
    )
    .max(accountsMax)
    .meta({ description: 'Where statements of a number belong that is not known here' }),
  encoding: z
    .enum(encodings)
    .meta({ description: 'How the file is written; its byte order mark wins over this' }),
  dateOrder: z.enum(dateOrders).meta({ description: 'What 03/04/2026 means' }),
  decimalSign: z.enum(decimalSigns).meta({ description: 'What 1.234 means' }),
  csv: z.strictObject({
    headerFingerprint: z.string().max(300).exactOptional(),
    delimiter: z.string().length(1).exactOptional(),
    headerRow: z
      .int()
      .min(0)
      .max(1_000)
      .exactOptional()
      .meta({ description: 'From 1; 0 = there is none' }),
    roles: z
      .array(z.enum(columnRoles))
      .max(columnsMax)
      .exactOptional()
      .meta({ description: 'What each column is, from the first' }),
    isInverted: z
      .boolean()
      .exactOptional()
      .meta({ description: 'Positive amounts leave the account, as on exports of some cards' }),
  }),
}

/** All answers so far. */
export const optionsSchema = z
  .object({
    accountId: fields.accountId.exactOptional(),
    accounts: fields.accounts.exactOptional(),
    encoding: z.string().exactOptional(),
    dateOrder: fields.dateOrder.exactOptional(),
    decimalSign: fields.decimalSign.exactOptional(),
    csv: fields.csv.exactOptional(),
  })
  .meta({ id: 'ImportOptions' })

/** Answers to add; null takes one back. */
export const correctionsSchema = z.strictObject({
  accountId: fields.accountId.nullable().exactOptional(),
  accounts: fields.accounts.nullable().exactOptional(),
  encoding: fields.encoding.nullable().exactOptional(),
  dateOrder: fields.dateOrder.nullable().exactOptional(),
  decimalSign: fields.decimalSign.nullable().exactOptional(),
  csv: fields.csv.nullable().exactOptional(),
})

/** The answers after a correction. */
export const corrected = (
  known: ImportOptions,
  changes: z.infer<typeof correctionsSchema>,
): ImportOptions => {
  const merged = Object.entries({ ...known, ...changes }).filter(([, value]) => value !== null)
  return optionsSchema.parse(Object.fromEntries(merged))
}

/** The accounts that a correction names. */
export const accountsIn = ({
  accountId,
  accounts,
}: z.infer<typeof correctionsSchema>): string[] => {
  const named = [accountId, ...(accounts ?? []).map((each) => each.accountId)]
  return [...new Set(named.filter((id) => typeof id === 'string'))]
}
