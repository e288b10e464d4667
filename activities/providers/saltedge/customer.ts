/** One customer at Salt Edge per tenant, made by its first link. */
import type { z } from 'zod'
import { ProviderError } from '../provider.ts'
import type { Asking } from './client.ts'
import { withQuery } from './client.ts'
import type { customer } from './schema.ts'
import { customerList, oneCustomer } from './schema.ts'

const pagesMax = 50

const found = async (
  { client, options }: Asking,
  identifier: string,
): Promise<z.infer<typeof customer> | null> => {
  let from: string | undefined
  for (let pages = 0; pages < pagesMax; pages += 1) {
    const path = withQuery('/customers', { identifier, from_id: from })
    const { data, meta } = await client.call({ method: 'GET', path }, customerList, options)
    const match = data.find((each) => each.identifier === identifier)
    if (match || !meta?.next_id) return match ?? null
    from = meta.next_id
  }
  return null
}

/** Makes the customer with this identifier, or finds the one that has it already; returns its id. */
export const customerIdOf = async (asking: Asking, identifier: string): Promise<string> => {
  const { client, options } = asking
  try {
    const call = { method: 'POST', path: '/customers', data: { identifier } } as const
    return (await client.call(call, oneCustomer, options)).data.customerId
  } catch (error) {
    if (!(error instanceof ProviderError) || error.failure.reason !== 'duplicate_customer')
      throw error
    const existing = await found(asking, identifier)
    if (existing === null) throw error
    return existing.customerId
  }
}
