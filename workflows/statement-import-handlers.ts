/** Every message of the import workflow: check, note what is asked, answer at once. */
import { condition, patched, setHandler } from '@temporalio/workflow'
import type { ImportRequest, ImportWork } from '../domain/import-steps.ts'
import { isUuid } from '../domain/ids.ts'
import type { ConfirmRefusal, ImportSnapshot } from '../domain/statement-import.ts'
import {
  confirmRefusal,
  isConfirmed,
  isCorrectable,
  isDiscardable,
  isRevertible,
} from '../domain/statement-import.ts'
import type { ImportAnswer, ImportStatus, RequestInput, RevisionInput } from './messages.ts'
import * as messages from './messages.ts'

const statusOf = ({ snapshot }: ImportWork): ImportStatus => ({
  state: snapshot?.state ?? null,
  previewedRevision: snapshot?.previewedRevision ?? null,
  questions: snapshot?.questions ?? 0,
  importable: snapshot?.importable ?? 0,
})

const fieldOf = (input: unknown, name: string): unknown =>
  typeof input === 'object' && input !== null ? Reflect.get(input, name) : undefined

const checkRequest = (input: unknown): void => {
  if (!isUuid(fieldOf(input, 'requestId'))) throw new TypeError('requestId must be a uuid')
}

const checkRevision = (input: unknown): void => {
  checkRequest(input)
  if (!Number.isInteger(fieldOf(input, 'revision')))
    throw new TypeError('revision must be a whole number')
}

const refused = (work: ImportWork, why: ConfirmRefusal): ImportAnswer => ({
  kind: 'refused',
  why,
  status: statusOf(work),
})

const accepted = (work: ImportWork): ImportAnswer => ({ kind: 'accepted', status: statusOf(work) })

const ask = (work: ImportWork, request: ImportRequest): ImportAnswer => {
  work.asked.add(request)
  work.changed = true
  return accepted(work)
}

/** Accepts where the import is in a state for it, or where that is done already. */
const commandHandler =
  (
    work: ImportWork,
    request: ImportRequest,
    { mayBegin, isDone }: Record<'mayBegin' | 'isDone', (snapshot: ImportSnapshot) => boolean>,
  ) =>
  async (_input: RequestInput): Promise<ImportAnswer> => {
    await condition(() => work.isLoaded)
    const { snapshot } = work
    if (snapshot === null) return refused(work, 'not_found')
    if (isDone(snapshot)) return accepted(work)
    return mayBegin(snapshot) ? ask(work, request) : refused(work, 'over')
  }

const settleMs = 2_000

const isPreviewing = ({ snapshot, asked }: ImportWork): boolean =>
  snapshot?.state === 'previewing' || asked.has('preview')

/** Whether somebody throws the preview away, also at this moment. */
const isThrownAway = ({ asked, doing }: ImportWork): boolean =>
  asked.has('discard') ||
  // asked only where it matters, so that the imports under way replay; to go with the last of them, from 2027-01 on
  (doing === 'discard' && patched('2026-11-22-nothing-confirmed-while-discarded'))

const confirmHandler =
  (work: ImportWork) =>
  async ({ revision }: RevisionInput): Promise<ImportAnswer> => {
    await condition(() => work.isLoaded)
    // a preview is seen in the database a moment before this workflow hears of its end
    if (isPreviewing(work)) await condition(() => !isPreviewing(work), settleMs)
    if (isThrownAway(work)) return refused(work, 'over')
    if (work.asked.has('preview')) return refused(work, 'not_ready')
    const why = confirmRefusal(work.snapshot, revision)
    if (why !== null) return refused(work, why)
    return work.snapshot !== null && isConfirmed(work.snapshot)
      ? accepted(work)
      : ask(work, 'import')
  }

const correctHandler = (work: ImportWork) => {
  const ofAny = commandHandler(work, 'preview', {
    // what was confirmed and is not begun yet is not changed under the feet of the one who confirmed
    mayBegin: (snapshot) => isCorrectable(snapshot) && !work.asked.has('import'),
    isDone: () => false,
  })
  return (input: RevisionInput): Promise<ImportAnswer> => {
    work.askedRevision = Math.max(work.askedRevision, input.revision)
    return ofAny(input)
  }
}

/** Registers every handler; called before the first await, so that no message waits for one. */
export const registerImportHandlers = (work: ImportWork): void => {
  setHandler(messages.correctImport, correctHandler(work), {
    validator: checkRevision,
    description: 'The options were changed',
  })
  setHandler(messages.confirmImport, confirmHandler(work), {
    validator: checkRevision,
    description: 'Import what the preview shows',
  })
  setHandler(
    messages.discardImport,
    commandHandler(work, 'discard', {
      mayBegin: (snapshot) => isDiscardable(snapshot) && !work.asked.has('import'),
      isDone: ({ state }) => state === 'discarded',
    }),
    { validator: checkRequest, description: 'Throw the preview away' },
  )
  setHandler(
    messages.revertImport,
    commandHandler(work, 'revert', {
      mayBegin: (snapshot) => isRevertible(snapshot) || snapshot.state === 'importing',
      isDone: ({ state }) => state === 'reverted',
    }),
    { validator: checkRequest, description: 'Take back what was added' },
  )
  setHandler(messages.importStatus, () => statusOf(work))
}
