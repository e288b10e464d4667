import { z } from 'zod'
import { problemStatuses } from '../problem.ts'
import { createOpenApi } from '../openapi.ts'
import type { Route } from '../route.ts'
import { route } from '../route.ts'
import { problemCodes, renderProblem } from '../../locales/render.ts'
import { docsPage, docsPolicy } from './docs-page.ts'

const problems = (): [string, string][] =>
  problemCodes.map((code) => [code, `${problemStatuses[code]}: ${renderProblem('en', code)}`])

/** The two routes that describe all routes, themselves included; hence the list comes late. */
export const documentRoutes = (routes: () => readonly Route[]): readonly Route[] => {
  let openApi: object | null = null
  const document = (): object => (openApi ??= createOpenApi(routes()))

  return [
    route({
      operation: 'GET /openapi.json',
      summary: 'This document',
      answers: {
        200: { description: 'OpenAPI 3.1', schema: z.looseObject({ openapi: z.string() }) },
      },
      handler: () => Promise.resolve({ status: 200, body: document() }),
    }),
    route({
      operation: 'GET /docs',
      summary: 'This document as a page to read',
      answers: { 200: { description: 'HTML', contentType: 'text/html' } },
      handler: (_call, { publicUrl }) =>
        Promise.resolve({
          status: 200,
          headers: {
            'Content-Type': 'text/html; charset=utf-8',
            'Content-Security-Policy': docsPolicy,
          },
          text: docsPage(document(), { publicUrl, problems: problems() }),
        }),
    }),
  ]
}
