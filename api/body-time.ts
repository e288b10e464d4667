/** How long a body may take to arrive. The server itself only bounds the longest of them, an uploaded file. */
import type { Request, RequestHandler } from 'express'

const bodyTimeMs = 30_000
/** For a sender that is answered before its body is over, so that it can read why. */
const afterAnswerMs = 1_000

const timers = new WeakMap<Request, NodeJS.Timeout>()

const hasBody = ({ headers }: Request): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

/** Cuts a sender whose body has not arrived within 30 seconds, or goes on although it was answered. */
export const limitBodyTime: RequestHandler = (request, response, next) => {
  if (hasBody(request)) {
    // a body that is over by then leaves its connection to the next request
    const cut = (): void => void (request.complete || request.socket.destroy())
    const timer = setTimeout(cut, bodyTimeMs).unref()
    timers.set(request, timer)
    request.once('close', () => clearTimeout(timer))
    response.once('finish', () => {
      if (!request.complete) setTimeout(cut, afterAnswerMs).unref()
    })
  }
  next()
}

/** Gives a long body another 30 seconds, because a piece of it has just arrived. */
export const prolongBodyTime = (request: Request): void => {
  timers.get(request)?.refresh()
}
