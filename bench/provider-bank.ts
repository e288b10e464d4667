/** The process of the sandbox: links a bank with a history on request and tells what an adapter needs to read it. */
import { createProviders } from '../activities/providers/registry.ts'
import { providerId } from '../domain/ids.ts'
import type { Observed } from '../sandbox/observe.ts'
import { startSandbox } from '../sandbox/sandbox.ts'
import { linkBank, simulate } from './provider-link.ts'
import type { RecordedPage } from './provider-mapping.ts'
import type { Linked } from './provider-run.ts'
import { openLinked, readHistory } from './provider-run.ts'
import type { ProviderName } from './provider-sandbox.ts'
import { environmentAt } from './provider-sandbox.ts'

export interface BankWanted {
  name: ProviderName
  lines: number
}

let calls: Observed[] = []
const sandbox = await startSandbox({
  defaultSyncMs: 0,
  observe: (observed) => {
    if (observed.direction === 'in') calls.push(observed)
  },
})
const environment = await environmentAt(sandbox)

const link = async ({ name, lines }: BankWanted): Promise<Linked> => {
  const provider = createProviders([name], environment).get(providerId(name))
  if (!provider) throw new Error(`no provider ${name}`)
  const { secrets, providerAccountId } = await linkBank(sandbox, provider, lines)
  return { name, environment, secrets: secrets.reveal(), providerAccountId }
}

/** The largest of the pages that took one call, as the sandbox sent it. */
const record = async (linked: Linked): Promise<RecordedPage> => {
  let largest: RecordedPage | null = null
  calls = []
  await readHistory(openLinked(linked), linked.providerAccountId, (_page, request) => {
    const [call, ...others] = calls
    calls = []
    if (call === undefined || others.length > 0 || request.cursor === null) return
    const page = { request, text: call.responseBody, headers: call.responseHeaders }
    if (page.text.length > (largest?.text.length ?? 0)) largest = page
  })
  if (largest === null) throw new Error('no page took one call')
  return largest
}

export type BankAsked = { link: BankWanted } | { record: Linked } | { passMs: number }

const answerOf = (asked: BankAsked): Promise<unknown> => {
  if ('link' in asked) return link(asked.link)
  if ('record' in asked) return record(asked.record)
  return simulate(sandbox, 'POST /__sim/advance', { ms: asked.passMs })
}

const answer = async (asked: BankAsked): Promise<void> => {
  process.send?.(await answerOf(asked))
  calls = []
}

process.on('message', (asked: BankAsked) => {
  answer(asked).catch((error: unknown) => {
    console.error(error)
    process.exit(1)
  })
})
process.on('disconnect', () => process.exit())
process.send?.('ready')
