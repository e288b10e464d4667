/** Who hears the events of a provider. */
import type { IncomingHttpHeaders } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Received {
  method: string
  /** From the slash on. */
  path: string
  body: string
  headers: IncomingHttpHeaders
}

/** Listens on a free port; `status` says how the next event is answered. */
export const openListener = async (status: () => number = () => 200) => {
  const received: Received[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => (body += chunk))
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request
      received.push({ method, path, body, headers })
      response.writeHead(status()).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    /** In the order of their arrival. */
    received,
    forget: () => void received.splice(0),
    stop: () => new Promise((resolve) => server.close(resolve)),
  }
}

export type Listener = Awaited<ReturnType<typeof openListener>>
