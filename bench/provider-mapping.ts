/** What an adapter makes of a page after the HTTP call: its own `pullLines` over recorded bytes, without the call. */
import { createPontoClient } from '../activities/providers/ponto/client.ts'
import { readPontoConfig } from '../activities/providers/ponto/config.ts'
import { pullLines as pullPonto } from '../activities/providers/ponto/pull-lines.ts'
import { readPlaidConfig } from '../activities/providers/plaid/config.ts'
import { pullLines as pullPlaid } from '../activities/providers/plaid/pull-lines.ts'
import type { Page, PullRequest } from '../activities/providers/provider.ts'
import { readSaltEdgeConfig } from '../activities/providers/saltedge/config.ts'
import { pullLines as pullSaltEdge } from '../activities/providers/saltedge/pull-lines.ts'
import { parseBody } from '../activities/providers/transport.ts'
import { pullLines as pullYodlee } from '../activities/providers/yodlee/pull-lines.ts'
import type { ProviderName } from './provider-sandbox.ts'

/** A page in the middle of a run, which takes exactly one call. */
export interface RecordedPage {
  request: PullRequest
  text: string
  headers: Readonly<Record<string, string>>
}

type Environment = Readonly<Record<string, string>>
type Mapping = (page: RecordedPage, environment: Environment) => () => Promise<Page>

const options = { signal: new AbortController().signal }
const refused = () => Promise.reject(new Error('only lines are read here'))

const ponto: Mapping = ({ request, text }, environment) => {
  const config = readPontoConfig(environment)
  const client = createPontoClient(config)
  const access = {
    call: async (_call: unknown, schema: Parameters<typeof parseBody>[1]) =>
      parseBody(text, schema),
    send: refused,
  }
  // oxlint-disable-next-line no-unsafe-type-assertion -- of the access only `call` is used for a page
  const reading = { config, client, access } as unknown as Parameters<typeof pullPonto>[0]
  return () => pullPonto(reading, request)
}

const plaid: Mapping = ({ request, text }, environment) => {
  const config = readPlaidConfig(environment)
  const client = {
    post: async (_call: unknown, schema: Parameters<typeof parseBody>[1]) =>
      parseBody(text, schema),
  }
  // oxlint-disable-next-line no-unsafe-type-assertion -- the schema says what the client answers
  const reading = { config, client, options, accessToken: '' } as Parameters<typeof pullPlaid>[0]
  return () => pullPlaid(reading, request)
}

const saltedge: Mapping = ({ request, text }, environment) => {
  const config = readSaltEdgeConfig(environment)
  const client = {
    call: async (_call: unknown, schema: Parameters<typeof parseBody>[1]) =>
      parseBody(text, schema),
    remove: refused,
  }
  const connectionId = ''
  // oxlint-disable-next-line no-unsafe-type-assertion -- the schema says what the client answers
  const reading = { config, client, options, connectionId } as Parameters<typeof pullSaltEdge>[0]
  return () => pullSaltEdge(reading, request)
}

const yodlee: Mapping = ({ request, text, headers }) => {
  const answered = { status: 200, text, headers: new Headers(headers), requestId: null }
  const access: Parameters<typeof pullYodlee>[0]['access'] = {
    call: async (_call, read) => read(answered),
    token: refused,
  }
  return () => pullYodlee({ access, providerAccountId: '' }, request)
}

const mappings: Readonly<Record<ProviderName, Mapping>> = { ponto, plaid, saltedge, yodlee }

/** Maps a recorded page of a provider each time it is called. */
export const mappingOf = (
  name: ProviderName,
  page: RecordedPage,
  environment: Environment,
): (() => Promise<Page>) => mappings[name](page, environment)
