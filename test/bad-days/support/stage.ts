/** A real stack for a bad day: own folder, free ports, a worker with crash points, and the bank's own view. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { allowShortIntervals, bootstrapTenant } from '../../../scripts/bootstrap.ts'
import { createErp, type Erp } from '../../../scripts/erp.ts'
import { startStack, type Stack } from '../../../scripts/stack.ts'
import { armCrashPoint, type CrashPoint } from '../../support/crash-point.ts'

export interface Stage {
  stack: Stack
  dir: string
  erp: Erp
  apiKey: string
  /** Calls a control route of the sandbox. */
  sandbox: <Answer>(method: string, route: string, body?: unknown) => Promise<Answer>
  /** Makes whichever worker gets there first die or freeze. */
  arm: (crashPoint: CrashPoint) => void
  /** The same stage for another tenant, which knows none of the accounts yet. */
  asNewTenant: () => Promise<Stage>
  close: () => Promise<void>
}

const sandboxTimeoutMs = 60_000

const sandboxOf =
  ({ urls }: Stack): Stage['sandbox'] =>
  async <Answer>(method: string, route: string, body?: unknown): Promise<Answer> => {
    const answer = await fetch(new URL(route, urls.sandboxControl), {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(sandboxTimeoutMs),
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${route} (${answer.status}): ${text.slice(0, 500)}`)
    const parsed: Answer = JSON.parse(text)
    return parsed
  }

/** Starts everything; resolves when all of it is ready. `close` it in `afterAll`. */
export const openStage = async (): Promise<Stage> => {
  const dir = await mkdtemp(path.join(tmpdir(), 'banksync-bad-day-'))
  const crashPointFile = path.join(dir, 'crash-point.json')
  const stack = await startStack({
    dir,
    ports: 'random',
    entries: { worker: 'test/support/faulty-worker.ts' },
    environment: { CRASH_POINT_FILE: crashPointFile, SANDBOX_CATALOGUE_SIZE: '200' },
  })
  const databaseUrl = stack.env['DATABASE_URL'] ?? ''
  await allowShortIntervals(databaseUrl, 'ponto')
  const asNewTenant = async (): Promise<Stage> => {
    const { apiKey } = await bootstrapTenant(databaseUrl, 'Bad Day BV')
    return {
      stack,
      dir,
      apiKey,
      erp: createErp(stack.urls.api, apiKey),
      sandbox: sandboxOf(stack),
      arm: (crashPoint) => armCrashPoint(crashPointFile, crashPoint),
      asNewTenant,
      close: async () => {
        await stack.stopAll()
        await rm(dir, { recursive: true, force: true })
      },
    }
  }
  return asNewTenant()
}
