/** Lines and accounts as control routes take them. */
import { z } from 'zod'
import { isJsonNumber } from '../decimal.ts'

const text = z.string().max(5000)
const optionalText = text.nullable().optional()

const dayShape = z.iso.date()
/** Decimal text, or a number whose digits are kept; written into Ponto's answers as it is. */
const amountShape = z.string().refine(isJsonNumber, 'not a JSON number')

/** A change of a line. */
export const lineChangeShape = z.strictObject({
  status: z.enum(['booked', 'pending']).optional(),
  bookedOn: dayShape.optional(),
  valueOn: dayShape.nullable().optional(),
  amount: amountShape.optional(),
  currency: z.string().length(3).optional(),
  text: text.optional(),
  textType: z.enum(['structured', 'unstructured']).optional(),
  description: optionalText,
  counterpartyName: optionalText,
  counterpartyReference: optionalText,
  bankTransactionCode: optionalText,
  proprietaryCode: optionalText,
  purposeCode: optionalText,
  endToEndId: optionalText,
  mandateId: optionalText,
  creditorId: optionalText,
  additionalText: optionalText,
  internalReference: optionalText,
  cardReference: optionalText,
  fee: amountShape.nullable().optional(),
  digest: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable()
    .optional(),
  hidden: z.boolean().optional(),
})

/** A new line; `bookedOn` is today by the virtual clock when it is left out. */
export const lineShape = lineChangeShape.extend({ id: z.uuid().optional(), amount: amountShape })

/** An account of a bank, with its own lines or a generated history. */
export const accountShape = z.strictObject({
  id: z.uuid().optional(),
  subtype: z.enum(['checking', 'savings', 'securities', 'card', 'psp']).optional(),
  referenceType: z.enum(['IBAN', 'BBAN', 'email', 'PAN', 'MASKEDPAN', 'MSISDN']).optional(),
  reference: z.string().min(1).max(64).optional(),
  product: z.string().max(200).nullable().optional(),
  description: z.string().max(200).optional(),
  holderName: z.string().max(200).optional(),
  currency: z.string().length(3).optional(),
  opening: amountShape.optional(),
  lines: z.array(lineShape).max(100_000).optional(),
  /** A seeded history of so many lines over so many days. */
  history: z
    .strictObject({
      count: z.number().int().min(0).max(200_000),
      days: z.number().int().min(1).max(3650),
    })
    .optional(),
})

/** Leaves out members that are undefined, so that they do not replace what is there. */
export const given = <T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } => {
  const entries = Object.entries(value).filter(([, member]) => member !== undefined)
  return Object.assign(Object.create(Object.prototype), Object.fromEntries(entries))
}
