import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { request as overHttp, type IncomingMessage } from 'node:http'
import { request as overHttps } from 'node:https'
import { text } from 'node:stream/consumers'

const timeoutMs = 900_000

interface Sending {
  headers: Record<string, string>
  file: string
  onSent: (done: number, total: number) => void
}

/** Posts a file piece by piece, its size announced, and gives the answer; one that comes early ends the sending. */
export const sendFile = async (
  target: URL,
  { headers, file, onSent }: Sending,
): Promise<{ status: number; text: string }> => {
  const { size } = await stat(file)
  const open = target.protocol === 'https:' ? overHttps : overHttp
  const sending = open(target, {
    method: 'POST',
    headers: {
      ...headers,
      'content-type': 'application/octet-stream',
      'content-length': size,
      'idempotency-key': crypto.randomUUID(),
    },
    signal: AbortSignal.timeout(timeoutMs),
  })
  const source = createReadStream(file)
  let done = 0
  source.on('data', (piece) => onSent((done += piece.length), size))
  source.once('error', (error) => sending.destroy(error))
  const answered: Promise<IncomingMessage[]> = once(sending, 'response')
  source.pipe(sending)
  try {
    const [response] = await answered
    if (response === undefined) throw new Error('no answer')
    // what is sent after the answer fails, and nobody minds
    sending.on('error', () => undefined)
    source.unpipe(sending)
    return { status: response.statusCode ?? 0, text: await text(response) }
  } finally {
    source.destroy()
    sending.destroy()
  }
}
