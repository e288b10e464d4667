/** The parts of Yodlee's notifications that are used; everything else may be missing or new. */
import { z } from 'zod'
import { id, providerAccount } from './schema.ts'

const optionalText = z.string().nullish()

export const notification = z.object({
  event: z.object({
    notificationId: z.string().max(200).nullish(),
    notificationTimestamp: optionalText,
    info: z.string(),
    loginName: optionalText,
    data: z.unknown().optional(),
  }),
})

export const refreshUpdates = z.object({ providerAccount: z.array(providerAccount) })
export const dataUpdates = z.object({
  userData: z.array(z.object({ user: z.object({ loginName: z.string().min(1) }) })),
})
export const autoRefreshUpdates = z.array(
  z.object({
    loginName: optionalText,
    providerAccountId: id,
    autoRefresh: z.object({ additionalStatus: optionalText }).nullish(),
  }),
)
export const balanceUpdates = z.object({
  providerAccountId: id,
  latestBalanceEvent: z.array(z.object({ accountId: id })).nullish(),
})
