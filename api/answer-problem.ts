import type { ErrorRequestHandler } from 'express'
import { languageOf } from '../locales/languages.ts'
import { referenceOf, stateOf } from './answer-state.ts'
import type { Deps } from './deps.ts'
import { problemBody } from './problem.ts'
import { toProblem } from './to-problem.ts'

/** The one place where something thrown becomes an answer: a problem with a reference that the log knows too. */
export const answerProblem =
  ({ log, publicUrl }: Pick<Deps, 'log' | 'publicUrl'>): ErrorRequestHandler =>
  // eslint-disable-next-line max-params -- Express knows an error handler by its four parameters
  (error: unknown, request, response, _next) => {
    const problem = toProblem(error)
    const reference = referenceOf(response)
    const { retryAfterSeconds } = problem.circumstances
    stateOf(response).problem = problem.code
    if (problem.status >= 500) log.error({ reference, code: problem.code, error }, 'request failed')
    if (response.headersSent) {
      response.destroy()
      return
    }
    response.status(problem.status).set({
      'BankSync-Reference': reference,
      'Cache-Control': 'no-store',
      ...(retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) }),
      ...(problem.status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {}),
    })
    const language = languageOf(request.headers['accept-language'])
    response
      .set({ 'Content-Language': language, 'Content-Type': 'application/problem+json' })
      .send(JSON.stringify(problemBody(problem, { language, reference, publicUrl })))
  }
