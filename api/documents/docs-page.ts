import { createHash } from 'node:crypto'
import { z } from 'zod'

const style =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}' +
  'pre{overflow:auto;padding:.6rem;border:1px solid}code,pre{font-size:.9rem}h2{margin-top:2.5rem}summary{cursor:pointer}'

/** The page has one style and no script, so that nothing else may run on it. */
export const docsPolicy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`

const escaped = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')

const operation = z.looseObject({
  summary: z.string().default(''),
  description: z.string().default(''),
  security: z.array(z.unknown()).optional(),
  requestBody: z.unknown().optional(),
  responses: z.record(z.string(), z.looseObject({ description: z.string().default('') })),
})

const documentShape = z.looseObject({
  info: z.looseObject({ title: z.string(), description: z.string().default('') }),
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.looseObject({ schemas: z.record(z.string(), z.unknown()).default({}) }),
})

type Operation = z.infer<typeof operation>

const curl = (
  publicUrl: string,
  [path, method]: [string, string],
  { security, requestBody }: Operation,
): string =>
  [
    `curl ${method === 'get' ? '' : `-X ${method.toUpperCase()} `}'${publicUrl}${path}'`,
    ...(security ? [] : [`-H 'Authorization: Bearer bsk_live_…'`]),
    ...(requestBody === undefined ? [] : [`-H 'Content-Type: application/json' -d '{…}'`]),
  ].join(' \\\n  ')

const section = (publicUrl: string, [path, method]: [string, string], one: Operation): string =>
  `<h2>${method.toUpperCase()} ${escaped(path)}</h2><p>${escaped(one.summary)}. ${escaped(one.description)}</p>` +
  `<pre>${escaped(curl(publicUrl, [path, method], one))}</pre><ul>` +
  Object.entries(one.responses)
    .map(([status, answer]) => `<li><code>${status}</code> ${escaped(answer.description)}</li>`)
    .join('') +
  `</ul><details><summary>Exact form</summary><pre>${escaped(JSON.stringify(one, null, 2))}</pre></details>`

/** Writes the documentation as one readable page without script or outside reference. */
export const docsPage = (
  openApi: object,
  { publicUrl, problems }: { publicUrl: string; problems: [code: string, text: string][] },
): string => {
  const { info, paths, components } = documentShape.parse(JSON.parse(JSON.stringify(openApi)))
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, one]) => section(publicUrl, [path, method], one)),
  )
  const schemas = Object.entries(components.schemas).map(
    ([name, schema]) =>
      `<details id="schema-${escaped(name)}"><summary>${escaped(name)}</summary><pre>${escaped(JSON.stringify(schema, null, 2))}</pre></details>`,
  )
  const codes = problems.map(
    ([code, text]) => `<dt id="${code}"><code>${code}</code></dt><dd>${escaped(text)}</dd>`,
  )
  return (
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escaped(info.title)}</title><style>${style}</style>` +
    `<h1>${escaped(info.title)}</h1><p>${escaped(info.description)} The same as data: <a href="/openapi.json">openapi.json</a>.</p>` +
    `${operations.join('')}<h2>Problems</h2><dl>${codes.join('')}</dl><h2>Schemas</h2>${schemas.join('')}</html>`
  )
}
