/** A customer of the whole product: links a bank of its own at one provider, renews it, and compares books with the bank. */
import { createDatabasePool } from '../../../db/pool.ts'
import { sql } from 'slonik'
import { z } from 'zod'
import { waitFor } from '../../../scripts/erp.ts'
import { listLines } from '../../../scripts/feed.ts'
import type { Account, Connection, Flow } from '../../../scripts/link-bank.ts'
import { beginLink, consent, findInstitution, urlOf } from '../../../scripts/link-bank.ts'
import { approve } from '../../../scripts/people/person.ts'
import type { Stage } from '../../bad-days/support/stage.ts'
import { beginFirstRun, runDone, runsOf } from '../../bad-days/support/synced.ts'
import type { Run } from '../../bad-days/support/synced.ts'
import type { Json } from '../../sandbox/client.ts'

interface Reached extends Account {
  decided: boolean
  gone: boolean
}

interface Shown extends Connection {
  disconnectReason: string | null
  consentExpiresAt: string | null
  actionRequired: { code: string } | null
  openFlowId: string | null
}

/** A bank that nobody else uses, and the connection to it. */
export interface Linked {
  stage: Stage
  bank: string
  bankId: string
  id: string
}

const returnUrl = 'http://localhost/erp/banks'

export const bankOf = async (stage: Stage, name: string): Promise<Json> => {
  const { banks }: Json = await stage.sandbox('GET', '/__sim/banks')
  return banks.find((bank: Json) => bank.name === name)
}

/** Links a bank at a provider, chooses every account and reads its lines for the first time. */
export const linkAndRead = async (
  stage: Stage,
  { provider, bank }: { provider: string; bank: string },
): Promise<Linked> => {
  const { id: bankId } = await bankOf(stage, bank)
  const institution = await findInstitution(stage.erp, bank, provider)
  const { connection, flow, url } = await beginLink(stage.erp, institution)
  await consent(stage.erp, flow, { url, bank })
  const linked = { stage, bank, bankId, id: connection.id }
  const first = await beginFirstRun(stage, { id: connection.id, accounts: await reached(linked) })
  const { outcome, failureCode } = await runDone(stage, first.id)
  if (outcome !== 'ok') throw new Error(`the first run of ${bank} ended with ${failureCode}`)
  return linked
}

export const shown = ({ stage, id }: Linked): Promise<Shown> =>
  stage.erp.call<Shown>('GET', `/v1/connections/${id}`)

export const reached = async ({ stage, id }: Pick<Linked, 'stage' | 'id'>): Promise<Reached[]> =>
  (await stage.erp.call<{ data: Reached[] }>('GET', `/v1/connections/${id}/accounts`)).data

/** Begins a renewal or a reconnection. */
export const begin = async (
  { stage, id }: Linked,
  kind: 'credential-updates' | 'reconnects',
): Promise<{ flow: Flow; url: string }> => {
  const path = `/v1/connections/${id}/${kind}`
  const { flow } = await stage.erp.call<{ flow: Flow }>('POST', path, { returnUrl })
  return { flow, url: await urlOf(stage.erp, flow) }
}

/** Waits until a flow is over, and says how. */
export const endOf = ({ stage }: Linked, { id }: Flow): Promise<string> =>
  waitFor(`the end of flow ${id}`, async () => {
    const { state } = await stage.erp.call<Flow>('GET', `/v1/link-flows/${id}`)
    return ['requested', 'waiting', 'completing'].includes(state) ? null : state
  })

/** The person approves and comes back as often as told, all at once; returns where the browsers end. */
export const comeBackTimes = async (
  { bank }: Linked,
  { url, times, accounts }: { url: string; times: number; accounts?: readonly string[] },
): Promise<(string | null)[]> => {
  const callback = await approve({ url, bank, ...(accounts ? { accounts } : {}) })
  const visits = Array.from({ length: times }, () => fetch(callback, { redirect: 'manual' }))
  const answers = await Promise.all(visits)
  return answers.map(({ headers }) => headers.get('location'))
}

/** The run that began first after `before` were there, as a short interval may have begun another; waits for its end. */
export const nextRun = async ({ stage, id }: Linked, before: readonly Run[]): Promise<Run> => {
  const known = before.map((run) => run.id)
  const run = await waitFor('the next run', async () =>
    (await runsOf(stage, id)).findLast((each) => !known.includes(each.id)),
  )
  return runDone(stage, run.id)
}

const plain = (amount: string): string => amount.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '')

/** Day and amount of every line, sorted. */
const factsOf = (lines: { bookedOn: string; amount: string }[]): string[] =>
  lines.map(({ bookedOn, amount }) => `${bookedOn} ${plain(amount)}`).toSorted()

/** Every line of the chosen accounts in our books. */
export const books = async (linked: Linked): Promise<string[]> => {
  const chosen = (await reached(linked)).filter((account) => account.chosen)
  const feeds = await Promise.all(chosen.map(({ id }) => listLines(linked.stage.erp, id)))
  return factsOf(feeds.flat())
}

/** Every booked line of the given accounts of the bank, or of all. */
export const truth = async ({ stage, bankId }: Linked, accounts?: string[]): Promise<string[]> => {
  const bank: Json = await stage.sandbox('GET', `/__sim/banks/${bankId}`)
  const ids: string[] = accounts ?? bank.accounts.map(({ id }: Json) => id)
  const kept: Json[] = await Promise.all(
    ids.map((id) => stage.sandbox<Json>('GET', `/__sim/truth?account=${id}`)),
  )
  return factsOf(kept.flatMap(({ lines }) => lines))
}

/** The bank books one line on its first account, which nobody is told of. */
export const bookLine = async ({ stage, bankId }: Linked, amount: string): Promise<void> => {
  const bank: Json = await stage.sandbox('GET', `/__sim/banks/${bankId}`)
  await stage.sandbox('POST', '/__sim/lines', {
    account: bank.accounts[0].id,
    lines: [{ amount, text: `Booked ${amount}` }],
  })
}

const insideRow = z.object({ generation: z.int(), cursors: z.array(z.string().nullable()) })

/** What the ERP cannot see: the generation of the connection, and how far each account was read. */
export const inside = async ({ stage, id }: Linked): Promise<z.infer<typeof insideRow>> => {
  const pool = await createDatabasePool(stage.stack.env['MIGRATION_DATABASE_URL'] ?? '')
  try {
    return await pool.one(sql.type(insideRow)`
      SELECT connection.generation,
        array_agg(cursor ORDER BY provider_account_id) AS cursors
      FROM connection JOIN connection_account ON connection_account.connection_id = connection.id
      WHERE connection.id = ${id} GROUP BY connection.id, connection.generation`)
  } finally {
    await pool.end()
  }
}
