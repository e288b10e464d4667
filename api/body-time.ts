/** How long a body may take to arrive. The server itself only bounds the longest of them, an uploaded file. */
import type { Request, RequestHandler } from 'express'

const bodyTimeMs = 30_000

const timers = new WeakMap<Request, NodeJS.Timeout>()

const hasBody = ({ headers }: Request): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

/** Cuts a sender whose body has not arrived within 30 seconds. */
export const limitBodyTime: RequestHandler = (request, _response, next) => {
  if (hasBody(request)) {
    const timer = setTimeout(() => request.socket.destroy(), bodyTimeMs)
    timer.unref()
    timers.set(request, timer)
    request.once('close', () => clearTimeout(timer))
  }
  next()
}

/** Gives a long body another 30 seconds, because a piece of it has just arrived. */
export const prolongBodyTime = (request: Request): void => {
  timers.get(request)?.refresh()
}
