/** The activities over a real database, the real adapter and the sandbox: everything but Temporal's server. */
import { randomUUID } from 'node:crypto'
import { MockActivityEnvironment } from '@temporalio/testing'
import type { LogEntry } from '@temporalio/worker'
import { DefaultLogger } from '@temporalio/worker'
import type { Deps, FaultPoint } from '../../../activities/deps.ts'
import { createActivities } from '../../../activities/index.ts'
import { FailureInterceptor } from '../../../activities/interceptors.ts'
import type { Provider } from '../../../activities/providers/provider.ts'
import type { ProviderId } from '../../../domain/ids.ts'
import { arrange } from '../../db/arrange.ts'
import { asAdministrator } from '../../support/template-database.ts'
import type { Json } from '../../sandbox/client.ts'
import { openClient } from '../../sandbox/client.ts'
import { pontoAt, pontoEnvironment } from '../../providers/support/linked-ponto.ts'

export type Activities = ReturnType<typeof createActivities>

/** A call that the sandbox has seen. */
export interface Request {
  number: number
  method: string
  path: string
  endpoint: string
  status: number | null
  idempotencyKey: string | null
  body: string
}

/** Opens a database of its own and a sandbox; `close` it in `afterAll`. */
export const openScene = async () => {
  const database = await arrange()
  const client = await openClient()
  const provider = pontoAt(pontoEnvironment(client.pontoUrl))
  let reached: (point: FaultPoint) => Promise<void> | void = () => undefined
  const providers = new Map<ProviderId, Provider>([[provider.id, provider]])
  const deps: Deps = {
    pool: database.pool,
    vault: database.vault,
    providers,
    publicUrl: 'http://127.0.0.1:9',
    reach: async (point) => reached(point),
  }
  const activities = createActivities(deps)
  const logged: LogEntry[] = []
  const logger = new DefaultLogger('INFO', (entry) => logged.push(entry))

  /** Runs one attempt of an activity as a worker would. */
  const run = <Name extends keyof Activities>(
    name: Name,
    input: Parameters<Activities[Name]>[0],
    { attempt = 1 } = {},
  ): Promise<Awaited<ReturnType<Activities[Name]>>> => {
    const environment = new MockActivityEnvironment(
      { attempt, workflowExecution: { workflowId: 'connection/x', runId: randomUUID() } },
      { logger, interceptors: [(context) => ({ inbound: new FailureInterceptor(context) })] },
    )
    return environment.run(activities[name] as (input: unknown) => Promise<any>, input)
  }

  /** What the provider was asked since a number, the newest last. */
  const requests = async (endpoint?: string): Promise<Request[]> => {
    const { requests: seen } = await client.sim('GET', '/__sim/requests?limit=5000')
    return seen.filter(
      (request: Request) => endpoint === undefined || request.endpoint === endpoint,
    )
  }

  return {
    ...database,
    client,
    deps,
    activities,
    provider,
    run,
    /** What the activities wrote to the log. */
    logged,
    requests,
    sim: (method: string, path: string, body?: unknown): Promise<Json> =>
      client.sim(method, path, body),
    /** Lets the next calls for an endpoint go wrong. */
    failNext: (fault: object) => client.sim('POST', '/__sim/fail-next', fault),
    /** Runs at every point of an activity whose order matters. */
    onReach: (visit: (point: FaultPoint) => Promise<void> | void) => {
      reached = visit
    },
    /** Runs a statement as the database's administrator. */
    asAdmin: (statement: string) =>
      asAdministrator(database.adminUrl, (admin) => admin.query(statement)),
    /** The shipped banks, nobody linked, no faults; for `beforeEach`. */
    reset: async () => {
      reached = () => undefined
      logged.length = 0
      await client.sim('DELETE', '/__sim/fail-next')
      await client.sim('POST', '/__sim/reset')
      await client.sim('DELETE', '/__sim/requests')
    },
    close: async () => {
      await database.end()
      await client.stop()
    },
  }
}

export type Scene = Awaited<ReturnType<typeof openScene>>
