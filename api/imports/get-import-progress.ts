import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import type { ImportView } from '../../db/queries/statement-imports.ts'
import { importStates, isImportOver } from '../../domain/statement-import.ts'
import type { Deps } from '../deps.ts'
import { eventStreamHeaders, eventText, heartbeat } from '../event-stream.ts'
import { Problem } from '../problem.ts'
import { route } from '../route.ts'
import { etagOf } from './import-shape.ts'
import { importParams, readImport } from './read-import.ts'

const lookEveryMs = 400
const heartbeatAfterMs = 15_000
/** A reader that is cut off comes back by itself, so no stream needs to live for ever. */
const streamMaxMs = 10 * 60_000
/** What was asked for a moment ago, such as a revert, is not seen in the state yet. */
const afterEndMs = 3_000

/** How far an import is, as one event says it. */
const progressSchema = z
  .object({ phase: z.enum(importStates), done: z.int(), total: z.int() })
  .meta({ id: 'ImportProgress' })

/** Progress as it happens, until the import is over. */
export const getImportProgress = route({
  operation: 'GET /v1/imports/:importId/progress',
  summary: 'Progress of one import as server-sent events',
  params: importParams,
  getOnly: true,
  answers: {
    200: {
      description:
        'Events `progress` whose data is an ImportProgress: one at once, then one at every change. The stream ends a few seconds after the import is imported, reverted, discarded or failed, and after an event `bye`, which asks to come back.',
      schema: progressSchema,
      contentType: 'text/event-stream',
    },
    204: { description: 'The import is over, and Last-Event-ID names its last event' },
  },
  async handler(call, deps) {
    const view = await readImport(deps, call)
    const seen = call.request.get('last-event-id')
    if (isImportOver(view.state) && seen === idOf(view)) return { status: 204 }
    const close = deps.streams.open(call.caller.tenantId)
    if (close === null)
      throw new Problem('quota-exceeded', 'too_many_streams', {
        params: { limit: deps.streams.perTenantMax },
        retryAfterSeconds: 5,
      })
    const left = new AbortController()
    call.request.res?.once('close', () => {
      close()
      left.abort()
    })
    const look = () => readImport(deps, call)
    const parts = watched({ view, look, left: left.signal }, deps)
    return { status: 200, headers: eventStreamHeaders, parts }
  },
})

interface Watched {
  view: ImportView
  look: () => Promise<ImportView>
  /** The reader has gone. */
  left: AbortSignal
}

async function* watched(
  { view, look, left }: Watched,
  { isStopping }: Pick<Deps, 'isStopping'>,
): AsyncGenerator<string> {
  const byeAtMs = performance.now() + streamMaxMs
  let said = ''
  let saidAtMs = 0
  for (let now = view; ; now = await look()) {
    const quietMs = performance.now() - saidAtMs
    const isNews = idOf(now) !== said
    if (isNews) yield eventText('progress', { id: idOf(now), data: progressOf(now) })
    else if (isImportOver(now.state) && quietMs > afterEndMs) return
    else if (quietMs > heartbeatAfterMs) yield heartbeat
    if (isNews || quietMs > heartbeatAfterMs) saidAtMs = performance.now()
    said = idOf(now)
    if (isStopping() || performance.now() > byeAtMs) return yield eventText('bye', { data: {} })
    await wait(lookEveryMs, undefined, { signal: left })
  }
}

const progressOf = ({
  state: phase,
  linesDone: done,
  linesTotal: total,
}: ImportView): z.infer<typeof progressSchema> => ({ phase, done, total })

/** The version of an import without its quotes. */
const idOf = (view: ImportView): string => etagOf(view).slice(1, -1)
