/**
 * `npm run demo`: an ERP back end and a person live through the life of one connection, over HTTP only. Every step says
 * what it expects and checks it; the exit code is not zero when one did not hold.
 * `-- --lines FILE.xml` loads a CAMT.053 export of a real account into the sandbox bank and runs the same story on it.
 */
import { parseArgs } from 'node:util'
import { sumAmounts } from '../domain/money.ts'
import { closeChildren } from './child.ts'
import { readDemoLines } from './demo-lines.ts'
import type { Scene } from './demo-scene.ts'
import { openScene } from './demo-scene.ts'
import { ApiProblem, waitFor } from './erp.ts'
import { listLines, listMessages } from './feed.ts'
import type { Account, Connection, Flow } from './link-bank.ts'
import { beginLink, chooseAll, consent, findInstitution, listAccounts, urlOf } from './link-bank.ts'
import { onStopSignal } from './stop-signals.ts'
import { visible } from './visible.ts'

interface Run {
  id: string
  cause: string
  phase: string
  outcome: string | null
  refresh: string | null
  pages: number
  linesAdded: number
}

interface Pressed {
  runId: string
  joined: boolean
}

const shortIntervalSeconds = 3

const connectionOf = (scene: Scene, id: string): Promise<Connection> =>
  scene.erp.call<Connection>('GET', `/v1/connections/${id}`)

const runDone = (scene: Scene, runId: string): Promise<Run> =>
  waitFor(
    'the sync run to be done',
    async () => {
      const run = await scene.erp.call<Run>('GET', `/v1/runs/${runId}`)
      return run.phase === 'done' ? run : null
    },
    120_000,
  )

const runsOf = async (scene: Scene, id: string): Promise<Run[]> =>
  (await scene.erp.call<{ data: Run[] }>('GET', `/v1/connections/${id}/runs`)).data

const link = async (scene: Scene): Promise<{ id: string; accounts: Account[] }> => {
  const { erp, tell, expect } = scene
  tell(`1  The ERP searches "${scene.bank.name}"`)
  const institution = await findInstitution(erp, scene.bank.name)
  tell('2  and begins a link; the product answers with the address of the consent page')
  const { connection, flow, url } = await beginLink(erp, institution)
  const asked = new URL(url).searchParams
  expect('the page is asked for with PKCE', asked.get('code_challenge_method'), 'S256')
  expect('and a state of its own', (asked.get('state') ?? '').length > 30, true)
  expect('the connection is not connected yet', connection.state, 'not_connected')
  tell('3  The person approves at the bank and comes back')
  await consent(erp, flow, { url, bank: institution.name })
  const accounts = await listAccounts(erp, connection.id)
  tell(
    `4  The bank shows ${accounts.length} account(s): ${accounts.map(({ name, number }) => `${name} ${number ?? ''}`).join(', ')}`,
  )
  const linked = await connectionOf(scene, connection.id)
  expect('the connection is connected', linked.state, 'connected')
  expect('and waits for a choice', linked.awaiting, 'account_choice')
  return { id: connection.id, accounts }
}

const firstSync = async (scene: Scene, id: string, accounts: Account[]): Promise<void> => {
  const { erp, tell, expect } = scene
  tell(
    '5  The ERP chooses the accounts and their journals; the first synchronization starts by itself',
  )
  await chooseAll(erp, id, accounts)
  const first = await waitFor('the first run', async () =>
    (await runsOf(scene, id)).find(({ cause }) => cause === 'first'),
  )
  const run = await runDone(scene, first.id)
  expect('the first run succeeded', run.outcome, 'ok')
  tell(`   ${run.linesAdded} lines in ${run.pages} pages`)
  await readFeeds(scene, accounts)
}

const readFeeds = async (scene: Scene, accounts: Account[]): Promise<void> => {
  const { erp, tell, expect } = scene
  tell('6  The ERP reads the lines from the feed by cursor and compares them with the bank')
  for (const account of accounts) {
    const { id, name } = account
    const lines = await listLines(erp, id)
    const { balances } = await erp.call<Account>('GET', `/v1/accounts/${id}`)
    const booked = balances.find(({ kind }) => kind === 'booked')
    const truth = await scene.truthOf(account)
    const sum = sumAmounts(lines.map(({ amount }) => amount))
    tell(
      `   ${name}: ${lines.length} lines, sum ${sum}, closing ${booked?.amount ?? 'none'} ${booked?.currency ?? ''}`,
    )
    expect(`${name}: as many lines as the bank has`, lines.length, truth.lines.length)
    expect(`${name}: the same sum`, sum, sumAmounts(truth.lines.map(({ amount }) => amount)))
    expect(`${name}: the same closing balance`, booked?.amount, truth.balance)
    expect(
      `${name}: no line twice`,
      new Set(lines.map(({ lineKey }) => lineKey)).size,
      lines.length,
    )
  }
}

const pressesMax = 5

/** Both join a run that an event of the provider began a moment before: then once more after that one. */
const pressTwice = async (scene: Scene, id: string): Promise<[Pressed, Pressed]> => {
  const press = () => scene.erp.call<Pressed>('POST', `/v1/connections/${id}/syncs`, {})
  for (let times = 1; ; times += 1) {
    await waitFor('no run to be under way', async () =>
      (await runsOf(scene, id)).every(({ phase }) => phase === 'done'),
    )
    const answers = await Promise.all([press(), press()])
    if (times === pressesMax || answers.some(({ joined }) => !joined)) return answers
  }
}

const syncTwice = async (scene: Scene, id: string): Promise<void> => {
  const { tell, expect } = scene
  tell('7  Two people press "Synchronize now" at once: one run, the second joins it')
  const answers = await pressTwice(scene, id)
  expect('both get the same run', new Set(answers.map(({ runId }) => runId)).size, 1)
  expect('one of them joined', answers.filter(({ joined }) => joined).length, 1)
  const run = await runDone(scene, answers[0].runId)
  expect('the run succeeded', run.outcome, 'ok')
}

const unattended = async (scene: Scene, id: string, account: Account): Promise<void> => {
  const { erp, tell, expect } = scene
  tell(
    `8  Cycles run by themselves; the interval is data: ${shortIntervalSeconds} s for this connection instead of 12 h`,
  )
  const known = (await listLines(erp, account.id)).length
  await erp.call('PATCH', `/v1/connections/${id}`, { syncIntervalSeconds: shortIntervalSeconds })
  await scene.bookLine(account, { amount: '-12.34', text: 'Coffee for the demo' })
  const lines = await waitFor('the new line to arrive', async () => {
    const all = await listLines(erp, account.id)
    return all.length > known ? all : null
  })
  expect('the line that the bank booked arrived', lines.at(-1)?.amount, '-12.34')
  await waitFor('two unattended runs', async () => {
    const runs = await runsOf(scene, id)
    return (
      runs.filter(({ cause, outcome }) => cause === 'scheduled' && outcome === 'ok').length >= 2
    )
  })
  tell('   two unattended runs went well')
}

const renewal = async (scene: Scene, id: string, accounts: Account[]): Promise<void> => {
  const { erp, tell, expect } = scene
  tell('9  The person withdraws the consent at the bank')
  const workflowBefore = await scene.workflowRunId(id)
  for (const account of accounts) await scene.revokeConsent(account)
  const waiting = await waitFor('the product to notice', async () => {
    const connection = await connectionOf(scene, id)
    return connection.state === 'disconnected' ? connection : null
  })
  expect('the connection is disconnected and waits for the consent', waiting.awaiting, 'consent')
  expect('and plans nothing', waiting.nextSyncAt, null)
  const said = (await listMessages(erp, id)).find(({ code }) => code === 'consent.expired')
  tell(`   chatter: ${visible(said?.text ?? 'nothing')}`)
  expect('the chatter says so', said !== undefined, true)
  tell('10 The person clicks "Update credentials" and approves again')
  const { flow } = await erp.call<{ flow: Flow }>(
    'POST',
    `/v1/connections/${id}/credential-updates`,
    {
      returnUrl: 'http://localhost/erp/banks',
    },
  )
  await consent(erp, flow, { url: await urlOf(erp, flow), bank: scene.bank.name })
  const renewed = await waitFor('the connection to work again', async () => {
    const connection = await connectionOf(scene, id)
    return connection.state === 'connected' ? connection : null
  })
  expect('the wish for automatic synchronization is kept', renewed.autoSync, true)
  expect('the same workflow went on', await scene.workflowRunId(id), workflowBefore)
  await waitFor('a run after the renewal', async () =>
    (await runsOf(scene, id)).find(({ cause, outcome }) => cause === 'renewal' && outcome === 'ok'),
  )
}

const leave = async (scene: Scene, id: string): Promise<void> => {
  const { erp, tell, expect } = scene
  tell('11 The ERP disconnects; the consent is withdrawn at the provider, lines stay')
  await erp.call('POST', `/v1/connections/${id}/disconnections`, {})
  await waitFor('the connection to be closed', async () => {
    const { state, awaiting } = await connectionOf(scene, id)
    return state === 'disconnected' && awaiting === 'nothing'
  })
  const refused = await erp
    .call('POST', `/v1/connections/${id}/syncs`, {})
    .catch((error: unknown) => error)
  expect(
    'a synchronization is refused now',
    refused instanceof ApiProblem ? refused.problem.code : refused,
    'conflict',
  )
  tell('   what the chatter says of it all:')
  for (const { text } of await listMessages(erp, id)) tell(`   · ${visible(text)}`)
}

const tellStory = async (scene: Scene): Promise<void> => {
  const { id, accounts } = await link(scene)
  await firstSync(scene, id, accounts)
  await syncTwice(scene, id)
  const [account] = accounts
  if (!account) throw new Error('the bank shows no account')
  await unattended(scene, id, account)
  await renewal(scene, id, accounts)
  await leave(scene, id)
  scene.tell(`\nThe story held: ${scene.checks()} checks passed.`)
}

const tell = (line: string): void => void process.stdout.write(`${line}\n`)
const sentence = (error: unknown): string =>
  error instanceof Error ? error.message : String(error)

/** What the command line asks for; ends the process with 2 where that cannot be done. */
const wantedLines = async (): Promise<Buffer | null> => {
  try {
    const { lines } = parseArgs({ options: { lines: { type: 'string' } } }).values
    return lines === undefined ? null : await readDemoLines(lines)
  } catch (error) {
    tell(sentence(error))
    process.exit(2)
  }
}

const lines = await wantedLines()
const stopping = new AbortController()
let scene: Scene | null = null
onStopSignal(tell, () => {
  stopping.abort(new Error('it was stopped'))
  // nothing has an order yet while the stack starts
  if (scene === null) closeChildren()
})
const stopped = new Promise<never>((_resolve, reject) => {
  stopping.signal.addEventListener('abort', () => reject(stopping.signal.reason))
})
// it may come before anybody waits for it
stopped.catch(() => {})
try {
  scene = await openScene(lines, tell)
  await Promise.race([stopped, tellStory(scene)])
} catch (error) {
  const isStopped = stopping.signal.aborted
  tell(isStopped ? 'The story was not told to its end.' : `\nThe story broke: ${sentence(error)}`)
  process.exitCode = isStopped ? 130 : 1
} finally {
  await scene?.close()
}
// what the story still waits for is of no interest any more
process.exit()
