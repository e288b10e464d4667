/** Ports: the wanted one where it is free, else the next free one. */
import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

const attemptsMax = 100
/**
 * Below the ports that systems give to outgoing connections (from 32768 on Linux): one of those would be taken in
 * the moments between its release and its program's start.
 */
const anyPort = { from: 20_000, below: 32_000 }

export interface Reservation {
  port: number
  /** Frees the port for the program it was reserved for. */
  release: () => Promise<void>
}

/**
 * Takes a port of 127.0.0.1 and holds it until released: the wanted one, else one of the next hundred, any when the
 * wanted one is 0. While it is held, a second start on this machine chooses another.
 */
export const reservePort = async (wanted: number): Promise<Reservation> => {
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    const port = wanted === 0 ? randomInt(anyPort.from, anyPort.below) : wanted + attempt
    const reserved = port > 65_535 ? null : await listenOn(port).catch(() => null)
    if (reserved !== null) return reserved
  }
  return listenOn(0)
}

/** A port that is free now, chosen as by `reservePort`. */
export const freePort = async (wanted: number): Promise<number> => {
  const { port, release } = await reservePort(wanted)
  await release()
  return port
}

const listenOn = (wanted: number): Promise<Reservation> =>
  new Promise((resolve, reject) => {
    // who calls meanwhile, such as an ERP that waits for the API, would keep the port from being released
    const server = createServer((socket) => void socket.destroy())
    server.once('error', reject)
    server.listen({ port: wanted, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address()
      const port = typeof address === 'object' && address !== null ? address.port : wanted
      const release = () => new Promise<void>((done) => void server.close(() => done()))
      resolve({ port, release })
    })
  })
