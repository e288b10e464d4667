/** One connection of a tenant of its own, and everything that is known of it. */
import { randomUUID } from 'node:crypto'
import * as accounts from '../../../db/queries/accounts.ts'
import * as connections from '../../../db/queries/connections.ts'
import * as connectionSecrets from '../../../db/queries/connection-secrets.ts'
import * as events from '../../../db/queries/events.ts'
import * as exchanges from '../../../db/queries/exchanges.ts'
import * as linkFlows from '../../../db/queries/link-flows.ts'
import * as messages from '../../../db/queries/messages.ts'
import * as oneTimeSecrets from '../../../db/queries/one-time-secrets.ts'
import * as lines from '../../../db/queries/statement-lines.ts'
import * as syncRuns from '../../../db/queries/sync-runs.ts'
import { hashLinkState, linkStateOf } from '../../../db/link-state.ts'
import { withTenant } from '../../../db/tenant.ts'
import type { RunCause } from '../../../domain/connection.ts'
import { aTenant } from '../../db/arrange.ts'
import type { Scene } from './scene.ts'

type FlowKind = linkFlows.NewLinkFlow['kind']

/** Adds a connection that nobody has linked, of a tenant of its own unless one is named. */
export const aSubject = async (scene: Scene, bank = 'Happy Bank', ofTenant?: string) => {
  const { pool, vault } = scene
  const tenantId = ofTenant ?? (await aTenant(pool))
  const connectionId = randomUUID()
  const within: <T>(work: Parameters<typeof withTenant<T>>[2]) => Promise<T> = (work) =>
    withTenant(pool, tenantId, work)
  const { id: providerInstitutionId } = await scene.sim(
    'GET',
    `/__sim/banks/${encodeURIComponent(bank)}`,
  )
  await within((tx) =>
    connections.create(tx, {
      id: connectionId,
      provider: 'ponto',
      providerInstitutionId,
      institutionName: bank,
    }),
  )
  const at = () => ({ tenantId, connectionId, atMs: Date.now() })

  const requestFlow = async (kind: FlowKind, ttlSeconds = 900): Promise<string> => {
    const id = randomUUID()
    const stateHash = hashLinkState(linkStateOf(vault, id))
    await within((tx) =>
      linkFlows.create(tx, {
        id,
        connectionId,
        kind,
        stateHash,
        returnUrl: 'http://127.0.0.1:9/erp',
        locale: 'en',
        ttlSeconds,
      }),
    )
    return id
  }

  const urlOf = async (flowId: string): Promise<string> =>
    (await within((tx) => oneTimeSecrets.peek({ tx, vault }, 'link_url', flowId)))!.reveal()

  /** Asks for the page of a new flow. */
  const begin = async (kind: FlowKind = 'link'): Promise<{ flowId: string; url: string }> => {
    const flowId = await requestFlow(kind)
    await scene.run('beginFlow', { ...at(), flowId })
    return { flowId, url: await urlOf(flowId) }
  }

  /** Keeps what came back with the person, as the API does. */
  const comeBack = (id: string, callback: Record<string, string>): Promise<void> =>
    within((tx) =>
      oneTimeSecrets.store(
        { tx, vault },
        { purpose: 'completion', id, value: JSON.stringify(callback), ttlSeconds: 900 },
      ),
    )

  /** The person decides on the page and comes back. */
  const decide = async (
    { flowId, url }: { flowId: string; url: string },
    decision: 'approve' | 'deny' = 'approve',
    organization?: string,
  ): Promise<void> => {
    const { client } = scene
    const fields = client.fieldsOf(await (await fetch(url)).text())
    const entered: typeof fields =
      organization === undefined
        ? fields
        : [...fields.filter(([name]) => name !== 'organization'), ['organization', organization]]
    const { location } = await client.submit(url, [...entered, ['decision', decision]])
    await comeBack(flowId, Object.fromEntries(location!.searchParams))
  }

  const complete = (flowId: string, attempt = 1) =>
    scene.run('completeFlow', { ...at(), flowId }, { attempt })

  /** A whole flow, approved. */
  const link = async (kind: FlowKind = 'link'): Promise<void> => {
    const flow = await begin(kind)
    await decide(flow)
    const { linked } = await complete(flow.flowId)
    if (!linked) throw new Error(`the flow ended as ${(await flowOf(flow.flowId)).state}`)
  }

  const flowOf = (flowId: string) => within((tx) => linkFlows.oneById(tx, flowId))
  const listAccounts = () => within((tx) => accounts.listByConnection(tx, connectionId))

  /** Chooses the accounts that pass, each into a journal named after it. */
  const choose = async (
    picks: (account: accounts.ReachedAccount) => boolean = () => true,
  ): Promise<void> => {
    const choices = (await listAccounts()).map((account) => ({
      accountId: account.id,
      chosen: picks(account),
      journalRef: `journal of ${account.name}`,
    }))
    await scene.run('chooseAccounts', { ...at(), requestId: randomUUID(), choices })
  }

  const sync = ({
    cause = 'scheduled',
    runId = randomUUID(),
    attempt = 1,
  }: { cause?: RunCause; runId?: string; attempt?: number } = {}) =>
    scene.run('syncConnection', { ...at(), runId, cause }, { attempt })

  return {
    tenantId,
    connectionId,
    at,
    within,
    requestFlow,
    urlOf,
    begin,
    decide,
    comeBack,
    complete,
    link,
    choose,
    sync,
    flow: flowOf,
    accounts: listAccounts,
    view: async () => (await within((tx) => connections.lockById(tx, connectionId)))!,
    messages: () => within((tx) => messages.list(tx, connectionId, { limit: 200 })),
    codes: async () =>
      (await within((tx) => messages.list(tx, connectionId, { limit: 200 }))).map(
        ({ code }) => code,
      ),
    events: () => within((tx) => events.list(tx, 0, 500)),
    runOf: (runId: string) => within((tx) => syncRuns.oneById(tx, runId)),
    runs: () => within((tx) => syncRuns.listByConnection(tx, connectionId, { limit: 100 })),
    exchangesOf: async (runId: string) => {
      const { reference } = await within((tx) => syncRuns.oneById(tx, runId))
      return within((tx) => exchanges.listByReference(tx, reference))
    },
    secret: () => within((tx) => connectionSecrets.load({ tx, vault: scene.vault }, connectionId)),
    /** Every entry of the feeds of all accounts. */
    feed: async () => {
      const reached = await listAccounts()
      const feeds = await Promise.all(
        reached.map(({ id }) =>
          within((tx) => lines.listFeed(tx, id, { afterSeq: 0, limit: 100_000 })),
        ),
      )
      return feeds.flat()
    },
    /** Keeps who asks for something, as the API does. */
    keepPerson: (id: string, person: object) =>
      within((tx) =>
        oneTimeSecrets.store(
          { tx, vault },
          { purpose: 'person', id, value: JSON.stringify(person), ttlSeconds: 900 },
        ),
      ),
  }
}

export type Subject = Awaited<ReturnType<typeof aSubject>>

/** A connection whose accounts are linked and chosen. */
export const aLinkedSubject = async (scene: Scene, bank = 'Happy Bank'): Promise<Subject> => {
  const subject = await aSubject(scene, bank)
  await subject.link()
  await subject.choose()
  return subject
}
