/** How a connection comes about at a vendor's own sandbox: at Plaid by a call, elsewhere by a person at the page. */
import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { z } from 'zod'
import { widgetPage } from '../../../../api/link-pages/widget-page.ts'
import type {
  LinkCallback,
  LinkResult,
  Provider,
  StartedLink,
} from '../../../../activities/providers/provider.ts'
import { Secret } from '../../../../domain/secret.ts'
import { until } from '../../../../scripts/until.ts'
import { callOptions } from '../../support/caller.ts'
import { noOthers } from '../../support/no-others.ts'

export type Linked = Extract<LinkResult, { state: 'linked' }>
export type LinkLive = (provider: Provider) => Promise<Linked>

/** Plaid's usual bank for trying, whose accounts need no page. */
const plaidInstitution = 'ins_109508'
const finishMs = 180_000
const lookEveryMs = 1_000

const told = z.object({
  public_token: z.string().optional(),
  access_token: z.string().optional(),
  item_id: z.string().optional(),
})

type Environment = Readonly<Record<string, string | undefined>>

const finished = (
  provider: Provider,
  {
    flow,
    callback,
    returnUrl,
  }: { flow: Secret<string>; callback: LinkCallback; returnUrl: string },
): Promise<Linked> => {
  let kept = flow
  let ended: string | undefined
  return until(
    async () => {
      const answer = { flow: kept, callback: new Secret(callback), returnUrl }
      const request = { ...answer, session: null, others: noOthers }
      const result = await provider.completeLink(request, callOptions())
      if (result.state === 'linked') return result
      if (result.state === 'pending') kept = result.flow ?? kept
      else ended = `it ended as ${result.state}`
      return undefined
    },
    {
      what: 'The link to be finished',
      limitMs: finishMs,
      everyMs: lookEveryMs,
      givenUp: () => ended,
    },
  )
}

/** Makes an item without a page and hands it to the adapter as a flow that is exchanged already. */
export const linkAtPlaid =
  (environment: Environment): LinkLive =>
  async (provider) => {
    const ask = async (path: string, body: object): Promise<z.infer<typeof told>> => {
      const address = environment['PLAID_API_URL'] || 'https://sandbox.plaid.com'
      const answer = await fetch(address + path, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'plaid-client-id': environment['PLAID_CLIENT_ID'] ?? '',
          'plaid-secret': environment['PLAID_SECRET'] ?? '',
        },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(30_000),
      })
      const text = await answer.text()
      if (!answer.ok) throw new Error(`Plaid answered ${answer.status}: ${text.slice(0, 500)}`)
      return told.parse(JSON.parse(text))
    }
    const { public_token: publicToken } = await ask('/sandbox/public_token/create', {
      institution_id: environment['CONTRACT_INSTITUTION'] || plaidInstitution,
      initial_products: ['transactions'],
    })
    const exchanged = await ask('/item/public_token/exchange', { public_token: publicToken })
    const secrets = { v: 1, accessToken: exchanged.access_token, itemId: exchanged.item_id }
    const flow = new Secret(JSON.stringify({ kind: 'exchanged', secrets, institution: null }))
    return finished(provider, { flow, callback: {}, returnUrl: '' })
  }

const personMs = 600_000

interface Visit {
  /** Where the person goes. */
  tell: (url: string) => void
  /** 0 takes a free port; a vendor that knows return addresses must know this one. */
  port: number
  /** Chosen before; nothing lets the person choose, where the page can. */
  institution?: string | undefined
}

/** A page of ours and the way back, at a local address. */
const openDoor = async (
  { port }: Pick<Visit, 'port'>,
  { name, state }: { name: string; state: string },
) => {
  let page: StartedLink['page']
  const back = Promise.withResolvers<LinkCallback>()
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
    if (pathname.startsWith('/link/') && page) {
      const shown = widgetPage({ ...page.reveal(), back: returnUrl, state, language: 'en' })
      response.writeHead(200, shown.headers).end(shown.text)
    } else if (pathname.startsWith('/callbacks/')) {
      back.resolve(Object.fromEntries(searchParams))
      response.end('Thank you. This page can be closed.')
    } else response.writeHead(404).end()
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const origin = `http://localhost:${typeof address === 'object' ? address?.port : port}`
  const returnUrl = `${origin}/callbacks/${name}`
  return {
    returnUrl,
    pageUrl: `${origin}/link/${name}/live`,
    show: (started: StartedLink) => {
      page = started.page
    },
    back: back.promise,
    close: () => server.close(),
  }
}

/** Tells a person the address of the provider's page and waits, for ten minutes at most, until they come back. */
export const linkByPerson =
  (visit: Visit): LinkLive =>
  async (provider) => {
    const state = randomBytes(24).toString('base64url')
    const door = await openDoor(visit, { name: provider.id, state })
    const { returnUrl, pageUrl } = door
    try {
      const started = await provider.beginLink(
        {
          state,
          returnUrl,
          pageUrl,
          locale: 'en',
          customerRef: randomUUID(),
          webhookUrl: null,
          ...(visit.institution ? { providerInstitutionId: visit.institution } : {}),
        },
        callOptions(),
      )
      door.show(started)
      visit.tell(started.url)
      const timer = AbortSignal.timeout(personMs)
      const late = once(timer, 'abort').then(() => Promise.reject(new Error('nobody came back')))
      const callback = await Promise.race([door.back, late])
      return await finished(provider, { flow: started.flow, callback, returnUrl })
    } finally {
      door.close()
    }
  }
