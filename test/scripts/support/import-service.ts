/** A service that knows one import, as the command line sees it: an HTTP server whose answers a test decides. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export const importId = '9c6c07c2-6327-4ffa-9d3a-78ebc09be867'

const totals = {
  statements: 1,
  importable: 1,
  questions: 0,
  lines: 2,
  alreadyPresent: 0,
  possibleDuplicates: 0,
}

/** An import in a state, with a preview of one fine statement unless another is given. */
export const anImport = (state: string, changed: object = {}) => ({
  id: importId,
  state,
  revision: 1,
  previewedRevision: 1,
  progress: { done: 1, total: 2 },
  linesAdded: 0,
  linesRemoved: 0,
  keptByConnection: 0,
  keptByImport: 0,
  failureReference: null,
  preview: {
    format: 'coda',
    formatVersion: '2',
    encoding: 'utf-8',
    problems: [],
    totals,
    statements: [],
  },
  ...changed,
})

export interface Answer {
  status?: number
  body: unknown
}

/** A refusal as the API words it. */
export const aRefusal = (status: number, code: string): Answer => ({
  status,
  body: { code, detail: `It is ${code}.`, reference: 'BS-0000-0000' },
})

export interface ImportService {
  url: string
  /** Method and path of each call, without the query. */
  calls: string[]
  /** The uploads' bodies. */
  files: string[]
  close: () => Promise<void>
}

/** Opens the service on a port of its own; `answer` decides what it says to each call. */
export const openImportService = async (
  answer: (call: string, calls: readonly string[]) => Answer,
): Promise<ImportService> => {
  const calls: string[] = []
  const files: string[] = []
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [path = ''] = (request.url ?? '').split('?')
    const call = `${request.method} ${path.replace(importId, 'ID')}`
    const body = await text(request)
    if (call === 'POST /v1/imports') files.push(body)
    calls.push(call)
    const said = answer(call, calls)
    response.writeHead(said.status ?? 200, { 'content-type': 'application/json' })
    response.end(typeof said.body === 'string' ? said.body : JSON.stringify(said.body))
  }
  const server = createServer((request, response) => void respond(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    files,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
