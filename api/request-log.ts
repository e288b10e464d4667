import type { RequestHandler, Response } from 'express'
import type { Logger } from 'pino'
import type { Caller } from './route.ts'

/** Probes come every few seconds and say nothing while they succeed. */
const quiet = new Set(['GET /livez', 'GET /readyz'])

/**
 * Writes one line per answer: the route's pattern and never the address, which may carry what a bank handed to a
 * browser; no header, no body.
 */
export const logRequests =
  (log: Logger): RequestHandler =>
  (_request, response, next) => {
    const startedAtMs = performance.now()
    response.on('close', () => writeLine(log, response, startedAtMs))
    next()
  }

const writeLine = (
  log: Logger,
  { locals, statusCode, writableFinished }: Response,
  startedAtMs: number,
): void => {
  const operation = locals['operation'] as string | undefined
  if (operation !== undefined && quiet.has(operation) && statusCode < 400) return
  const caller = locals['caller'] as Caller | undefined
  const level = statusCode >= 500 ? 'error' : 'info'
  log[level](
    {
      operation: operation ?? 'none',
      status: writableFinished ? statusCode : 'aborted',
      durationMs: Math.round(performance.now() - startedAtMs),
      tenantId: caller?.tenantId,
      keyId: caller?.keyId,
      code: locals['problem'] as string | undefined,
      reference: locals['reference'] as string | undefined,
    },
    'request',
  )
}
