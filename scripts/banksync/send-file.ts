import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { request as overHttp, type IncomingMessage } from 'node:http'
import { request as overHttps } from 'node:https'
import { text } from 'node:stream/consumers'

const timeoutMs = 900_000

export interface Sending {
  headers: Record<string, string>
  file: string
  /** Hears how many of how many bytes are on their way; the total of a pipe is not known and 0. */
  onSent: (done: number, total: number) => void
  /** Cuts the sending off, with an AbortError. */
  signal: AbortSignal
}

/** Posts a file piece by piece, its size announced where it is known, and gives the answer; one that comes early ends the sending. */
export const sendFile = async (
  target: URL,
  { headers, file, onSent, signal }: Sending,
): Promise<{ status: number; text: string }> => {
  const { size } = await stat(file)
  const open = target.protocol === 'https:' ? overHttps : overHttp
  const sending = open(target, {
    method: 'POST',
    headers: {
      ...headers,
      'content-type': 'application/octet-stream',
      // a pipe tells no size
      ...(size === 0 ? {} : { 'content-length': size }),
      'idempotency-key': crypto.randomUUID(),
    },
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
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
