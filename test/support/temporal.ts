/** A Temporal namespace of its own for a test file, so that files may share the server and the queue names. */
import { randomBytes } from 'node:crypto'
import { Client, Connection } from '@temporalio/client'
import { msToTs } from '@temporalio/common/lib/time.js'
import { inject } from 'vitest'
import { registerSearchAttributes } from '../../scripts/search-attributes.ts'
import { until } from '../../scripts/until.ts'
import { withoutProxy } from '../../temporal.ts'

export interface TestNamespace {
  address: string
  namespace: string
  /** A client of the namespace. */
  client: Client
  close: () => Promise<void>
}

/** Makes an empty namespace that knows our search attributes; `close` it in `afterAll`. */
export const createTestNamespace = async (): Promise<TestNamespace> => {
  const address = inject('temporalAddress')
  const namespace = `test-${randomBytes(6).toString('hex')}`
  const connection = await Connection.connect({ address, ...withoutProxy })
  await connection.workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: msToTs('1 day'),
  })
  const client = new Client({ connection, namespace })
  await until(
    async () => {
      await registerSearchAttributes(connection, namespace)
      await client.workflow.count()
      return true
    },
    { what: `A usable namespace ${namespace}`, limitMs: 30_000 },
  )
  return { address, namespace, client, close: () => connection.close() }
}
