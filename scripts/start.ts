/** `npm start`: the whole product on this machine, with a linked demo bank and the story as it happens. */
import { chmod, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { closeChildren } from './child.ts'
import { createErp } from './erp.ts'
import { isNoteworthy } from './noteworthy.ts'
import { readJson } from './read-json.ts'
import { seedDemo } from './seed-demo.ts'
import { startStack, type Stack } from './stack.ts'
import type { UnexpectedEnd } from './stack-process.ts'
import { onStopSignal } from './stop-signals.ts'
import { tellStory } from './story.ts'
import { watchSource } from './watch-source.ts'

const dir = path.resolve(import.meta.dirname, '../.dev')
const demoFile = path.join(dir, 'demo.json')

interface Demo {
  apiKey: string
  connectionId: string
}

const tell = (line: string): void => void process.stdout.write(`${line}\n`)

const stopping = new AbortController()
let stack: Stack | null = null
const { isStopRequested } = onStopSignal(tell, () => {
  stopping.abort()
  // nothing has an order yet while the stack starts
  if (stack === null) closeChildren()
})

const tellEnd = ({ name, how, tail }: UnexpectedEnd): void => {
  if (stopping.signal.aborted) return
  tell(
    `\n${name} has ended unexpectedly (${how}). Its last lines, all of them in .dev/logs/${name}.log:`,
  )
  for (const line of tail.slice(-15)) tell(`  ${line}`)
}

const onUnexpectedEnd = (end: UnexpectedEnd): void => {
  if (stopping.signal.aborted) return
  tellEnd(end)
  process.exitCode = 1
  stopping.abort()
}

const demo = async ({ env, urls }: Stack): Promise<Demo> => {
  const kept = await readJson(demoFile)
  if (isDemo(kept) && (await stillOpens(urls.api, kept.apiKey))) return kept
  const { apiKey, connectionId } = await seedDemo({ env, urls })
  await writeFile(demoFile, `${JSON.stringify({ apiKey, connectionId }, null, 2)}\n`, {
    mode: 0o600,
  })
  await chmod(demoFile, 0o600)
  return { apiKey, connectionId }
}

const isDemo = (value: unknown): value is Demo =>
  typeof value === 'object' &&
  value !== null &&
  'apiKey' in value &&
  typeof value.apiKey === 'string' &&
  'connectionId' in value &&
  typeof value.connectionId === 'string'

const stillOpens = (api: string, apiKey: string): Promise<boolean> =>
  createErp(api, apiKey)
    .call('GET', '/v1/tenant')
    .then(
      () => true,
      () => false,
    )

const summary = ({ env, urls }: Stack, { apiKey, connectionId }: Demo): string =>
  [
    '',
    `  API        ${env['PUBLIC_URL']}/v1`,
    `  API docs   ${env['PUBLIC_URL']}/docs`,
    `  API key    ${apiKey}`,
    `  Try        curl -H 'Authorization: Bearer ${apiKey}' ${env['PUBLIC_URL']}/v1/connections/${connectionId}`,
    `  Temporal   ${urls.temporalUi ?? `runs at ${env['TEMPORAL_ADDRESS']}`} (npm run temporal -- workflow list)`,
    `  Sandbox    ${urls.sandboxControl} (control; the bank itself: ${urls.ponto})`,
    '  Logs       .dev/logs',
    '',
    '  Ctrl-C stops everything. What happens from now on:',
    '',
  ].join('\n')

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: { fresh: { type: 'boolean' }, watch: { type: 'boolean' } },
  })
  const startedAt = performance.now()
  tell('Starting PostgreSQL, Temporal, the sandbox, worker and API …')
  stack = await startStack({
    dir,
    fresh: values.fresh ?? false,
    databaseUrl: process.env['DATABASE_URL'],
    temporalAddress: process.env['TEMPORAL_ADDRESS'],
    log: tell,
    onLine: (name, line) => {
      if (isNoteworthy(line)) tell(`[${name}] ${line}`)
    },
    onUnexpectedEnd: values.watch === true ? tellEnd : onUnexpectedEnd,
  })
  try {
    if (stopping.signal.aborted) return
    const seeded = await demo(stack)
    tell(`Ready after ${((performance.now() - startedAt) / 1000).toFixed(1)} s.`)
    tell(summary(stack, seeded))
    if (values.watch === true) watchSource(stack.processes, tell, stopping.signal)
    await tellStory(createErp(stack.urls.api, seeded.apiKey), tell, stopping.signal)
  } finally {
    stopping.abort()
    await stack.stopAll()
  }
}

try {
  await main()
  tell('Stopped.')
} catch (error) {
  if (isStopRequested()) tell('Stopped.')
  else {
    tell(error instanceof Error ? error.message : String(error))
    process.exitCode = 1
  }
}
// nothing of ours runs any more; a socket that is still closing is no reason to wait
process.exit()
