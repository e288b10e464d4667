/** A synchronization as Ponto writes it. */
import type { Synchronization } from '../world.ts'

const errorOf = ({
  code,
  detail,
  statusCode,
  body,
  id,
  at,
}: Synchronization['errors'][number]) => ({
  code,
  detail,
  ...(statusCode === null && body === null
    ? {}
    : {
        meta: {
          financialInstitutionResponse: {
            statusCode,
            body,
            requestId: id,
            timestamp: at,
            requestUri: 'https://bank.example/accounts',
          },
        },
      }),
})

/** Id, type and attributes; what accounts and lists of lines show as their latest synchronization. */
export const synchronizationJson = (synchronization: Synchronization) => ({
  type: 'synchronization',
  id: synchronization.id,
  attributes: {
    subtype: synchronization.subtype,
    status: synchronization.status,
    errors: synchronization.errors.map(errorOf),
    resourceId: synchronization.accountId,
    resourceType: 'account',
    createdAt: synchronization.createdAt,
    updatedAt: synchronization.updatedAt,
  },
})
