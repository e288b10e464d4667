/** One request as an ERP sends it, with everything of the answer that a retry depends on. */
import type { Stage } from './stage.ts'

export interface Answered {
  status: number
  code: string | null
  retryAfter: string | null
  replayed: boolean
  body: Record<string, unknown>
}

const timeoutMs = 20_000

/** Sends a command under an idempotency key; rejects when the connection is cut. */
export const sendCommand = async (
  { stack, apiKey }: Pick<Stage, 'stack' | 'apiKey'>,
  { path, key, body = {} }: { path: string; key: string; body?: unknown },
): Promise<Answered> => {
  const answer = await fetch(new URL(path, stack.urls.api), {
    method: 'POST',
    headers: {
      authorization: `Bearer ${apiKey}`,
      'content-type': 'application/json',
      'idempotency-key': key,
    },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(timeoutMs),
  })
  const parsed: Record<string, unknown> = JSON.parse(await answer.text())
  const { code } = parsed
  return {
    status: answer.status,
    code: typeof code === 'string' ? code : null,
    retryAfter: answer.headers.get('retry-after'),
    replayed: answer.headers.get('idempotency-replayed') === 'true',
    body: parsed,
  }
}
