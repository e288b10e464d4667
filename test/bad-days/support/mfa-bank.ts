/** A bank that asks for a code at every refresh, and a person who has it. */
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { waitFor } from '../../../scripts/erp.ts'
import { beginLink, consent, findInstitution, listAccounts } from '../../../scripts/link-bank.ts'
import { temporalBinary } from '../../../scripts/temporal-binary.ts'
import { sendCommand, type Answered } from './send.ts'
import type { Stage } from './stage.ts'
import { beginFirstRun, pressSync, runDone, runOf, runsOf, type Linked } from './synced.ts'

const bank = 'MFA Bank'
/** Longer than Yodlee's pause between two refreshes. */
const pauseMs = 20 * 60_000

const behave = (stage: Stage, yodlee: object): Promise<unknown> =>
  stage.sandbox('PATCH', `/__sim/banks/${encodeURIComponent(bank)}`, { yodlee })

/** Links the bank and reads it once; from then on it asks for this code. */
export const linkMfaBank = async (stage: Stage, code: string): Promise<Linked> => {
  const { erp } = stage
  // the page takes the code that the person there knows
  await behave(stage, { mfa: null })
  const institution = await findInstitution(erp, bank, 'yodlee')
  const { connection, flow, url } = await beginLink(erp, institution)
  await consent(erp, flow, { url, bank })
  const linked = { id: connection.id, accounts: await listAccounts(erp, connection.id) }
  await runDone(stage, (await beginFirstRun(stage, linked)).id)
  await behave(stage, { mfa: [{ ask: 'token', answer: code }], mfaTimeoutMs: 600_000 })
  return linked
}

interface Shown {
  awaiting: string
  mfaChallenge: { id: string; kind: string; expiresAt: string } | null
}

/** What the connection is asked now, other than what it was asked before. */
export const challengeOf = ({ erp }: Stage, { id }: Linked, before = ''): Promise<string> =>
  waitFor(
    'the question of the bank',
    async () => {
      const { mfaChallenge } = await erp.call<Shown>('GET', `/v1/connections/${id}`)
      return mfaChallenge === null || mfaChallenge.id === before ? null : mfaChallenge.id
    },
    120_000,
  )

/** A person fetches, and the bank asks. */
export const askForCode = async (stage: Stage, linked: Linked) => {
  await stage.sandbox('POST', '/__sim/advance', { ms: pauseMs })
  const before = new Set((await runsOf(stage, linked.id)).map(({ id }) => id))
  const runId = await waitFor('a run of the person', async () => {
    const pressed = await pressSync(stage, linked.id)
    // a run that follows an event of the provider is joined, and asks the bank for nothing
    const { cause } = await runOf(stage, pressed)
    return cause === 'person' && !before.has(pressed) ? pressed : null
  })
  return { runId, challengeId: await challengeOf(stage, linked) }
}

/** The answer as a person gives it through the ERP. */
export const answer = (
  stage: Stage,
  { id }: Linked,
  { challengeId, code, key = randomUUID() }: { challengeId: string; code: string; key?: string },
): Promise<Answered> =>
  sendCommand(stage, {
    path: `/v1/connections/${id}/mfa-answers`,
    key,
    body: { challengeId, answer: code },
  })

/** Stores an answer without telling anybody. */
export const store = async (
  { stack, apiKey }: Stage,
  { id }: Linked,
  { challengeId, code }: { challengeId: string; code: string },
): Promise<number> => {
  const address = new URL(`/v1/connections/${id}/mfa-answers/${challengeId}`, stack.urls.api)
  const { status } = await fetch(address, {
    method: 'PUT',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ answer: code }),
    signal: AbortSignal.timeout(20_000),
  })
  return status
}

/** Waits until an answer stands in the database. */
export const answerStored = async ({ stack }: Stage, challengeId: string): Promise<void> => {
  const client = new Client({ connectionString: stack.env['MIGRATION_DATABASE_URL'] })
  await client.connect()
  try {
    await waitFor('the stored answer', async () => {
      const { rowCount } = await client.query(
        "SELECT FROM one_time_secret WHERE purpose = 'mfa_answer' AND id = $1",
        [challengeId],
      )
      return rowCount === 1 ? true : null
    })
  } finally {
    await client.end()
  }
}

/** Sends a signal with the ordinary command line, as an operator would type it. */
export const signal = async (
  { stack }: Stage,
  { id }: Pick<Linked, 'id'>,
  [name, input]: [string, object],
): Promise<void> => {
  const address = stack.env['TEMPORAL_ADDRESS'] ?? ''
  const line = ['workflow', 'signal', '-w', `connection/${id}`, '--name', name]
  const where = ['--input', JSON.stringify(input), '--address', address]
  await promisify(execFile)(await temporalBinary({}), [...line, ...where], { timeout: 20_000 })
}
