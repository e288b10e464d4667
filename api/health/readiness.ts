import { pendingMigrations } from '../../db/migrations.ts'
import type { Deps } from '../deps.ts'

const keptMs = 5_000
const deadlineMs = 2_000

type Checks = Record<'postgresql' | 'schema' | 'temporal', string>

const kept = new WeakMap<object, { checks: Promise<Checks>; atMs: number }>()

/** What this instance needs, each `ok` or a word that says what is wrong; asked at most every five seconds. */
export const readiness = (deps: Pick<Deps, 'pool' | 'temporal'>): Promise<Checks> => {
  const known = kept.get(deps.pool)
  if (known && Date.now() - known.atMs < keptMs) return known.checks
  const checks = check(deps)
  kept.set(deps.pool, { checks, atMs: Date.now() })
  return checks
}

const check = async ({ pool, temporal }: Pick<Deps, 'pool' | 'temporal'>): Promise<Checks> => {
  const [schema, service] = await Promise.all([
    within(pendingMigrations(pool)),
    within(
      temporal.withDeadline(Date.now() + deadlineMs, () =>
        temporal.workflowService.describeNamespace({ namespace: temporal.options.namespace }),
      ),
    ),
  ])
  const pending = schema.ok && schema.value.length > 0
  return {
    postgresql: schema.ok ? 'ok' : 'no answer',
    schema: pending ? `migrations missing: ${schema.value.length}` : schema.ok ? 'ok' : 'unknown',
    temporal: service.ok ? 'ok' : 'no answer',
  }
}

type Outcome<T> = { ok: true; value: T } | { ok: false }

const within = async <T>(work: Promise<T>): Promise<Outcome<T>> => {
  const { promise: late, resolve } = Promise.withResolvers<Outcome<T>>()
  const timer = setTimeout(() => resolve({ ok: false }), deadlineMs)
  const done = work.then(
    (value): Outcome<T> => ({ ok: true, value }),
    (): Outcome<T> => ({ ok: false }),
  )
  try {
    return await Promise.race([done, late])
  } finally {
    clearTimeout(timer)
  }
}
