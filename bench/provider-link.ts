/** A bank at a provider's sandbox with a long history, linked by a person who approves, for the adapter to read. */
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { Provider, StartedLink } from '../activities/providers/provider.ts'
import { widgetPage } from '../api/link-pages/widget-page.ts'
import { Secret } from '../domain/secret.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { approve } from '../scripts/people/person.ts'

export interface LinkedBank {
  secrets: Secret<string>
  providerAccountId: string
}

const state = 'an-opaque-state-of-32-characters'
const returnUrl = 'http://127.0.0.1:9/callbacks'
const options = () => ({ signal: AbortSignal.timeout(60_000) })
const cataloguePagesMax = 50
const looksMax = 40

/** Asks a control route of the sandbox; a body makes it a change. */
export const simulate = async (
  { controlUrl }: Pick<Sandbox, 'controlUrl'>,
  route: `${'GET' | 'PUT' | 'POST'} ${string}`,
  body?: object,
): Promise<unknown> => {
  const [method = '', path = ''] = route.split(' ')
  const answer = await fetch(controlUrl + path, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (!answer.ok) throw new Error(`the sandbox answered ${answer.status}`)
  return answer.json()
}

const institutionOf = async (provider: Provider, name: string): Promise<string> => {
  let at: string | null = null
  for (let pages = 0; pages < cataloguePagesMax; pages += 1) {
    const shown = await provider.listInstitutions(at, options())
    const found = shown.institutions.find((each) => each.name === name)
    if (found) return found.providerInstitutionId
    at = shown.nextPage
    if (at === null) break
  }
  throw new Error(`the catalogue has no ${name}`)
}

/** Our own page for the providers whose widget is opened by it. */
const openPage = async () => {
  let started: StartedLink | null = null
  const server = createServer((_request, response) => {
    const page = started?.page?.reveal()
    const { text } = page
      ? widgetPage({ ...page, back: returnUrl, state, language: 'en' })
      : { text: '' }
    response.end(text)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return {
    url: `http://127.0.0.1:${port}/link/yodlee/flow?state=${state}`,
    show: (link: StartedLink) => {
      started = link
    },
    close: () => server.close(),
  }
}

/** Makes a bank of one account with so many lines, and links it. */
export const linkBank = async (
  sandbox: Sandbox,
  provider: Provider,
  lines: number,
): Promise<LinkedBank> => {
  const id = randomUUID()
  const bank = `Bench ${id.slice(0, 8)}`
  const currency = provider.id === 'plaid' ? 'USD' : 'EUR'
  const account = { id: randomUUID(), currency, lines: [], history: { count: lines, days: 80 } }
  await simulate(sandbox, `PUT /__sim/banks/${id}`, { name: bank, accounts: [account] })
  const page = await openPage()
  try {
    const started = await provider.beginLink(
      {
        state,
        returnUrl,
        locale: 'en',
        customerRef: randomUUID(),
        webhookUrl: null,
        pageUrl: page.url,
        providerInstitutionId: await institutionOf(provider, bank),
      },
      options(),
    )
    page.show(started)
    const back = new URL(await approve({ url: started.url, bank }))
    const callback = Object.fromEntries(back.searchParams)
    return await completed(sandbox, provider, { flow: started.flow, callback })
  } finally {
    page.close()
  }
}

const completed = async (
  sandbox: Sandbox,
  provider: Provider,
  { flow, callback }: { flow: Secret<string>; callback: Record<string, string> },
): Promise<LinkedBank> => {
  for (let looks = 0; looks < looksMax; looks += 1) {
    const answer = { flow, callback: new Secret(callback), returnUrl, session: null }
    const request = { ...answer, others: { held: [], isLinking: false } }
    const result = await provider.completeLink(request, options())
    if (result.state === 'linked' && result.secrets !== null)
      return { secrets: result.secrets, providerAccountId: result.accounts[0]!.providerAccountId }
    if (result.state !== 'pending') throw new Error(`the link ended as ${result.state}`)
    // what the provider does by the clock is done at once
    await simulate(sandbox, 'POST /__sim/advance', { ms: 30_000 })
  }
  throw new Error('a link without end')
}
