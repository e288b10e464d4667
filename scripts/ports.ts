/** Ports: the wanted one where it is free, else the next free one. */
import { createServer } from 'node:net'

const attemptsMax = 100

/** Gives back a port of 127.0.0.1 that is free now: the wanted one, one of the next hundred, or any when it is 0. */
export const freePort = async (
  wanted: number,
  taken: ReadonlySet<number> = new Set(),
): Promise<number> => {
  if (wanted === 0) return listenOn(0)
  for (let port = wanted; port < Math.min(wanted + attemptsMax, 65_536); port += 1) {
    if (taken.has(port)) continue
    const found = await listenOn(port).catch(() => null)
    if (found !== null) return found
  }
  return listenOn(0)
}

const listenOn = (port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address()
      const found = typeof address === 'object' && address !== null ? address.port : port
      server.close(() => resolve(found))
    })
  })
