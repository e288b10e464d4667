/** The activities over a real database and a provider that asks for a code; one linked connection for each test. */
import { randomUUID } from 'node:crypto'
import { MockActivityEnvironment } from '@temporalio/testing'
import { DefaultLogger } from '@temporalio/worker'
import type { Deps, FaultPoint } from '../../../activities/deps.ts'
import { createActivities } from '../../../activities/index.ts'
import { FailureInterceptor } from '../../../activities/interceptors.ts'
import * as accounts from '../../../db/queries/accounts.ts'
import * as connectionSecrets from '../../../db/queries/connection-secrets.ts'
import * as connections from '../../../db/queries/connections.ts'
import * as events from '../../../db/queries/events.ts'
import * as messages from '../../../db/queries/messages.ts'
import * as mfaChallenges from '../../../db/queries/mfa-challenges.ts'
import * as oneTimeSecrets from '../../../db/queries/one-time-secrets.ts'
import * as syncRuns from '../../../db/queries/sync-runs.ts'
import { withTenant } from '../../../db/tenant.ts'
import type { RunCause } from '../../../domain/connection.ts'
import { Secret } from '../../../domain/secret.ts'
import { aConnection, aTenant, arrange } from '../../db/arrange.ts'
import { account, createChallengingProvider } from './challenging-provider.ts'
import type { Activities } from './scene.ts'

type Options = Parameters<typeof createChallengingProvider>[0]

/** Opens the database and the provider; `end` it in `afterAll`. */
export const openChallengedScene = async (capabilities?: Options) => {
  const database = await arrange()
  const { provider, script } = createChallengingProvider(capabilities)
  let reached: (point: FaultPoint) => Promise<void> | void = () => undefined
  const deps: Deps = {
    pool: database.pool,
    vault: database.vault,
    providers: new Map([[provider.id, provider]]),
    publicUrl: 'http://127.0.0.1:9',
    reach: async (point) => reached(point),
  }
  const activities = createActivities(deps)
  const logger = new DefaultLogger('ERROR', () => undefined)

  /** Runs one attempt of an activity as a worker would. */
  const run = <Name extends keyof Activities>(
    name: Name,
    input: Parameters<Activities[Name]>[0],
    { attempt = 1 } = {},
  ): Promise<Awaited<ReturnType<Activities[Name]>>> => {
    const environment = new MockActivityEnvironment(
      { attempt },
      { logger, interceptors: [(context) => ({ inbound: new FailureInterceptor(context) })] },
    )
    return environment.run(activities[name] as (input: unknown) => Promise<any>, input)
  }

  return {
    ...database,
    deps,
    script,
    run,
    onReach: (visit: (point: FaultPoint) => Promise<void> | void) => {
      reached = visit
    },
  }
}

export type ChallengedScene = Awaited<ReturnType<typeof openChallengedScene>>

/** A linked connection with one chosen account. */
export const aChallenged = async (scene: ChallengedScene) => {
  const { pool, vault } = scene
  const tenantId = await aTenant(pool)
  const within: <T>(work: Parameters<typeof withTenant<T>>[2]) => Promise<T> = (work) =>
    withTenant(pool, tenantId, work)
  const connectionId = await within(async (tx) => {
    const id = await aConnection(tx)
    await connections.update(tx, id, { generation: 1, state: 'connected' })
    await connectionSecrets.store({ tx, vault }, { connectionId: id, secret: new Secret('token') })
    await accounts.discover(tx, { connectionId: id, generation: 1 }, [account])
    const [known] = await accounts.listByConnection(tx, id)
    await accounts.choose(tx, id, [{ accountId: known!.id, chosen: true }])
    return id
  })
  const at = () => ({ tenantId, connectionId, atMs: Date.now() })

  const refresh = (runId: string = randomUUID(), cause: RunCause = 'person') =>
    scene.run('requestRefresh', { ...at(), runId, cause })

  return {
    tenantId,
    connectionId,
    at,
    within,
    refresh,
    /** A person fetches, and the bank asks. */
    ask: async (runId: string = randomUUID()) => {
      const { challenge } = await refresh(runId)
      return { runId, challengeId: challenge!.id }
    },
    /** Keeps an answer as the API does. */
    answer: (id: string, answers: Record<string, string> = { code: '123456' }) =>
      within(async (tx) => {
        const value = JSON.stringify(answers)
        await oneTimeSecrets.store(
          { tx, vault },
          { purpose: 'mfa_answer', id, value, ttlSeconds: 300 },
        )
        await mfaChallenges.noteAnswer(tx, id, { requestId: randomUUID(), answeredBy: 'Anna' })
      }),
    submit: (asked: { runId: string; challengeId: string }, attempt = 1) =>
      scene.run('submitMfaAnswer', { ...at(), ...asked }, { attempt }),
    poll: (runId: string, ref = 'refresh-2') =>
      scene.run('pollRefresh', { ...at(), runId, cause: 'person', ref }),
    sync: (runId: string = randomUUID(), cause: RunCause = 'scheduled') =>
      scene.run('syncConnection', { ...at(), runId, cause }),
    keptAnswer: (id: string) =>
      within((tx) => oneTimeSecrets.peek({ tx, vault }, 'mfa_answer', id)),
    challenge: async (id: string) => (await within((tx) => mfaChallenges.maybeOneById(tx, id)))!,
    content: (id: string) => within((tx) => mfaChallenges.content({ tx, vault }, id)),
    view: async () => (await within((tx) => connections.lockById(tx, connectionId)))!,
    runOf: (runId: string) => within((tx) => syncRuns.oneById(tx, runId)),
    messages: () => within((tx) => messages.list(tx, connectionId, { limit: 200 })),
    codes: async () =>
      (await within((tx) => messages.list(tx, connectionId, { limit: 200 }))).map(
        ({ code }) => code,
      ),
    events: async () => (await within((tx) => events.list(tx, 0, 500))).map(({ type }) => type),
  }
}
