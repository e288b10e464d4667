/** What an ERP sees of a connection, and what the bank has booked: both as text that can be compared. */
import { expect } from 'vitest'
import { waitFor } from '../../../scripts/erp.ts'
import {
  beginLink,
  chooseAll,
  consent,
  findInstitution,
  listAccounts,
  type Account,
  type Connection,
} from '../../../scripts/link-bank.ts'
import type { Stage } from './stage.ts'

export interface Run {
  id: string
  cause: string
  phase: string
  outcome: string | null
  failureCode: string | null
  until: string | null
  pages: number
  linesAdded: number
  linesChanged: number
  linesRemoved: number
}

export interface Message {
  code: string | null
  text: string
  runId: string | null
  times: number
  closedAt: string | null
  params: Record<string, string | number>
}

export interface Linked {
  id: string
  accounts: Account[]
}

/** Links a bank and stops before any account is chosen. */
export const link = async ({ erp }: Stage, bank: string, provider?: string): Promise<Linked> => {
  const { connection, flow, url } = await beginLink(erp, await findInstitution(erp, bank, provider))
  await consent(erp, flow, { url, bank })
  return { id: connection.id, accounts: await listAccounts(erp, connection.id) }
}

/** Chooses every account; the first run starts by itself and is returned as it begins. */
export const beginFirstRun = async (stage: Stage, { id, accounts }: Linked): Promise<Run> => {
  await chooseAll(stage.erp, id, accounts)
  return waitFor('the first run', async () =>
    (await runsOf(stage, id)).find(({ cause }) => cause === 'first'),
  )
}

/** A person asks for a synchronization. */
export const pressSync = async ({ erp }: Stage, id: string): Promise<string> =>
  (await erp.call<{ runId: string }>('POST', `/v1/connections/${id}/syncs`, {})).runId

export const runsOf = async ({ erp }: Stage, id: string): Promise<Run[]> =>
  (await erp.call<{ data: Run[] }>('GET', `/v1/connections/${id}/runs`)).data

export const runOf = ({ erp }: Stage, runId: string): Promise<Run> =>
  erp.call<Run>('GET', `/v1/runs/${runId}`)

export const runDone = (stage: Stage, runId: string, limitMs = 180_000): Promise<Run> =>
  waitFor(
    `the end of run ${runId}`,
    async () => {
      const run = await runOf(stage, runId)
      return run.phase === 'done' ? run : null
    },
    limitMs,
  )

export const connectionOf = ({ erp }: Stage, id: string): Promise<Connection> =>
  erp.call<Connection>('GET', `/v1/connections/${id}`)

export const messagesOf = async ({ erp }: Stage, id: string): Promise<Message[]> =>
  (await erp.call<{ data: Message[] }>('GET', `/v1/connections/${id}/messages?limit=200`)).data

interface FeedEntry {
  op: string
  lineKey: string
  line: { bookedOn: string; amount: string; text: string }
}

/** Every entry of an account's feed as it is served: nothing is merged, so that a line served twice is seen. */
const feedOf = async ({ erp }: Stage, accountId: string): Promise<FeedEntry[]> => {
  const entries: FeedEntry[] = []
  for (let after = ''; ;) {
    const query = new URLSearchParams({ limit: '500', ...(after === '' ? {} : { after }) })
    const page = await erp.call<{ data: FeedEntry[]; nextCursor: string | null }>(
      'GET',
      `/v1/accounts/${accountId}/lines?${query.toString()}`,
    )
    entries.push(...page.data)
    if (page.data.length === 0 || page.nextCursor === null) return entries
    after = page.nextCursor
  }
}

interface Truth {
  lines: { bookedOn: string; amount: string; text: string }[]
}

const asText = (lines: readonly { bookedOn: string; amount: string; text: string }[]): string[] =>
  lines
    // one bank writes line breaks as HTML, which the product shows as spaces
    .map(
      ({ bookedOn, amount, text }) =>
        `${bookedOn} ${amount} ${text.replaceAll('<br>', ' ').trim()}`,
    )
    .toSorted()

/** Nothing lost and nothing twice: the feed holds exactly the bank's lines, each added once. Returns their number. */
export const expectTheBanksLines = async (stage: Stage, { accounts }: Linked): Promise<number> => {
  let count = 0
  for (const { id, number } of accounts) {
    const feed = await feedOf(stage, id)
    const truth = await stage.sandbox<Truth>('GET', `/__sim/truth?account=${number ?? ''}`)
    expect(asText(feed.map(({ line }) => line))).toEqual(asText(truth.lines))
    expect(new Set(feed.map(({ lineKey }) => lineKey)).size).toBe(feed.length)
    expect(feed.filter(({ op }) => op !== 'added')).toEqual([])
    count += feed.length
  }
  return count
}

/** The run went well and counts what it brought, and the chatter says so once. */
export const expectTruthfulRun = async (
  stage: Stage,
  linked: Linked,
  { run, lines }: { run: Run; lines: number },
): Promise<void> => {
  expect(run).toMatchObject({
    outcome: 'ok',
    failureCode: null,
    linesAdded: lines,
    linesChanged: 0,
    linesRemoved: 0,
  })
  const done = (await messagesOf(stage, linked.id)).filter(({ code }) => code === 'sync.done')
  expect(done).toMatchObject([
    { runId: run.id, times: 1, params: { n: lines, accounts: linked.accounts.length } },
  ])
}
