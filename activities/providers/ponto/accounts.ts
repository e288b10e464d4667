/** The accounts of one organization. */
import type { z } from 'zod'
import type { Call, PontoClient } from './client.ts'
import { invalidResponse } from '../call-failures.ts'
import type { AccountResource } from './schema.ts'
import { accountList } from './schema.ts'

const pagesMax = 50

/** Makes a call with whatever token its maker holds. */
export type AuthorizedCall = <Schema extends z.ZodType>(
  call: Omit<Call, 'authorization'>,
  schema: Schema,
) => Promise<z.infer<Schema>>

/** Every account; the paging is followed to its end because a missing account means something. */
export const listAccounts = async (
  { pathOf }: Pick<PontoClient, 'pathOf'>,
  call: AuthorizedCall,
): Promise<AccountResource[]> => {
  const accounts: AccountResource[] = []
  let path = '/accounts?page%5Blimit%5D=100'
  for (let pages = 0; pages < pagesMax; pages += 1) {
    const { data, links } = await call({ method: 'GET', path }, accountList)
    accounts.push(...data)
    if (!links?.next) return accounts
    path = pathOf(links.next)
  }
  throw invalidResponse('accounts_without_end')
}
