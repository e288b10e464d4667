import type { RequestHandler, Response } from 'express'
import type { Logger } from 'pino'
import { stateOf } from './answer-state.ts'

/** Probes come every few seconds and say nothing while they succeed. */
const quiet = new Set<string>(['GET /livez', 'GET /readyz'])

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

const writeLine = (log: Logger, response: Response, startedAtMs: number): void => {
  const { operation = 'none', caller, problem, reference } = stateOf(response)
  const { statusCode, writableFinished } = response
  if (quiet.has(operation) && statusCode < 400) return
  log[statusCode >= 500 ? 'error' : 'info'](
    {
      operation,
      status: writableFinished ? statusCode : 'aborted',
      durationMs: Math.round(performance.now() - startedAtMs),
      tenantId: caller?.tenantId,
      keyId: caller?.keyId,
      code: problem,
      reference,
    },
    'request',
  )
}
