/** Tells on screen what happens to the connections of one tenant, read from the API as any client would. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Erp } from './erp.ts'
import { visible } from './visible.ts'

const everyMs = 3_000
const connectionsMax = 20
const messagesMax = 100
const runsMax = 20

interface Connection {
  id: string
  institution: { name: string }
  state: string
  nextSyncAt: string | null
}

interface Run {
  id: string
  outcome: 'ok' | 'failed' | 'stopped' | null
  cause: string
  linesAdded: number
}

interface Message {
  text: string
}

/** What was told already, so that only news are told. */
interface Told {
  state: string
  slot: string
  runs: Set<string>
  /** Cursor behind the last message that was told. */
  after: string | null
}

/** Looks every three seconds until the signal ends it; `tell` gets one line per piece of news. */
export const tellStory = async (
  erp: Erp,
  tell: (line: string) => void,
  signal: AbortSignal,
): Promise<void> => {
  const told = new Map<string, Told>()
  let isAway = false
  while (!signal.aborted) {
    try {
      await tellNews(erp, tell, told)
      if (isAway) tell('the API answers again.')
      isAway = false
    } catch {
      // the API restarts after a change to its source: said once, not every three seconds
      if (!isAway && !signal.aborted) tell('the API does not answer; looking again …')
      isAway = true
    }
    await delay(everyMs, undefined, { signal }).catch(() => {})
  }
}

const tellNews = async (
  erp: Erp,
  tell: (line: string) => void,
  told: Map<string, Told>,
): Promise<void> => {
  const list = await erp.call<{ data: Connection[] }>(
    'GET',
    `/v1/connections?limit=${connectionsMax}`,
  )
  for (const connection of list.data) {
    const before = told.get(connection.id) ?? { state: '', slot: '', runs: new Set(), after: null }
    told.set(connection.id, before)
    const say = (line: string) => tell(visible(`${connection.institution.name}: ${line}`))
    const news = { erp, connection, before, say }
    await sayMessages(news)
    await sayRuns(news)
    sayState(news)
  }
}

interface News {
  erp: Erp
  connection: Connection
  before: Told
  say: (line: string) => void
}

const sayMessages = async ({ erp, connection, before, say }: News): Promise<void> => {
  const after = before.after === null ? '' : `&after=${encodeURIComponent(before.after)}`
  const { data, nextCursor } = await erp.call<{ data: Message[]; nextCursor: string }>(
    'GET',
    `/v1/connections/${connection.id}/messages?limit=${messagesMax}${after}`,
  )
  for (const { text } of data) say(text)
  before.after = nextCursor
}

const sayRuns = async ({ erp, connection, before, say }: News): Promise<void> => {
  const path = `/v1/connections/${connection.id}/runs?limit=${runsMax}`
  const { data } = await erp.call<{ data: Run[] }>('GET', path)
  for (const run of data.toReversed()) {
    if (run.outcome === null || before.runs.has(run.id)) continue
    before.runs.add(run.id)
    const end = run.outcome === 'ok' ? `${run.linesAdded} lines stored` : 'no lines, it failed'
    say(`synchronized (${run.cause}): ${end}`)
  }
  // what has left the page cannot come back, so it need not be remembered
  before.runs = new Set(data.map(({ id }) => id).filter((id) => before.runs.has(id)))
}

const sayState = ({ connection: { state, nextSyncAt }, before, say }: News): void => {
  const slot = nextSyncAt === null ? 'none planned' : new Date(nextSyncAt).toLocaleString()
  if (state === before.state && slot === before.slot) return
  before.state = state
  before.slot = slot
  say(`${state}, next synchronization: ${slot}`)
}
