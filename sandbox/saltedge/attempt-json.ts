/** Attempts as Salt Edge shows them. */
import type { World } from '../world.ts'
import { isFinished, messageOf } from './attempts.ts'
import type { Exchange, Route } from './exchange.ts'
import { dataAnswer, forClient, pageOf, Refusal } from './exchange.ts'
import type { Attempt, Connection, Stage } from './state.ts'

const stageJson = (stage: Stage, attempt: Attempt) => {
  const asks = stage.name === 'interactive' && attempt.waitsForCode
  return {
    id: stage.id,
    name: stage.name,
    interactive_html: asks ? '<p>Type the code that your bank sent by SMS</p>' : null,
    interactive_fields_names: asks ? ['sms'] : [],
    interactive_fields_options: {},
    created_at: stage.at,
    updated_at: stage.at,
  }
}

/** One attempt; with its stages only where it stands alone. */
export const attemptJson = (attempt: Attempt, connection: Connection | undefined) => {
  const last = attempt.stages.at(-1)
  const finished = isFinished(attempt)
  const stageNames = attempt.stages.map(({ name }) => name)
  return {
    id: attempt.id,
    api_mode: 'service',
    api_version: '6',
    automatic_fetch: attempt.automaticFetch,
    user_present: attempt.userPresent,
    interactive: attempt.interactive,
    partial: attempt.partial,
    fetch_scopes: attempt.wish.fetchScopes,
    finished,
    finished_recent: finished || stageNames.includes('fetch_full'),
    success_at: attempt.successAt,
    fail_at: attempt.failAt,
    fail_error_class: attempt.failClass,
    fail_message: attempt.failClass === null ? null : messageOf(attempt.failClass),
    store_credentials: attempt.wish.storeCredentials ?? connection?.storeCredentials ?? true,
    custom_fields: attempt.wish.customFields,
    consent_id: attempt.consentId,
    from_date: attempt.wish.fromDate,
    to_date: attempt.wish.toDate,
    last_stage: last === undefined ? null : stageJson(last, attempt),
    created_at: new Date(attempt.startedMs).toISOString(),
    updated_at: new Date(attempt.updatedMs).toISOString(),
  }
}

const withStages = (world: World, attempt: Attempt) => ({
  ...attemptJson(attempt, world.saltedge.connections[attempt.connectionId]),
  stages: attempt.stages.map((stage) => stageJson(stage, attempt)),
})

const list = (exchange: Exchange) => {
  const { world, state, query } = exchange
  const connection = state.connections[query.get('connection_id') ?? '']
  if (connection === undefined) throw new Refusal('ConnectionNotFound', 'No such connection.')
  const rows = connection.attemptIds.flatMap((id) => state.attempts[id] ?? [])
  return pageOf(exchange, rows, (attempt) => withStages(world, attempt))
}

const show = ({ world, state, params }: Exchange) => {
  const attempt = state.attempts[params['id'] ?? '']
  if (attempt === undefined) throw new Refusal('AttemptNotFound', 'No such attempt.')
  return dataAnswer(withStages(world, attempt))
}

export const attemptRoutes: Route[] = [
  forClient(['GET', '/attempts', 'attempts'], list),
  forClient(['GET', '/attempts/:id', 'attempt'], show),
]
