/** The search attributes of connection workflows, which a server must know before the first one starts. */
import type { Connection } from '@temporalio/client'

export const searchAttributes = ['ConnectionState', 'Provider', 'TenantId', 'FailureCode'] as const

const keyword = 2

/** Registers the search attributes a namespace lacks; needs the operator API, which some hosted services refuse. */
export const registerSearchAttributes = async (
  connection: Connection,
  namespace: string,
): Promise<void> => {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace })
  const missing = searchAttributes.filter((name) => customAttributes[name] === undefined)
  if (missing.length === 0) return
  await connection.operatorService.addSearchAttributes({
    namespace,
    searchAttributes: Object.fromEntries(missing.map((name) => [name, keyword])),
  })
}
