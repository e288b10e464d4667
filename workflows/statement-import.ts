import {
  allHandlersFinished,
  ApplicationFailure,
  condition,
  isCancellation,
  patched,
  proxyActivities,
  workflowInfo,
} from '@temporalio/workflow'
import type { Activities, ImportRef } from '../activities/index.ts'
import { isUuid } from '../domain/ids.ts'
import type { ImportRequest, ImportWork } from '../domain/import-steps.ts'
import {
  freshImport,
  isPreviewCovered,
  nextImportStep,
  whileDoing,
} from '../domain/import-steps.ts'
import type { ImportSnapshot } from '../domain/statement-import.ts'
import { previewLifeMs, statementImportWorkflowId } from '../domain/statement-import.ts'
import { databaseWork, fileWork } from './activity-options.ts'
import { registerImportHandlers } from './statement-import-handlers.ts'
import type { StatementImportInput } from './messages.ts'

const records = proxyActivities<Activities>(databaseWork)
const files = proxyActivities<Activities>({ ...fileWork, taskQueue: 'files' })

/**
 * Imports one statement file: preview, corrections, confirmation, import, reversal. Workflow id:
 * statement-import/<importId>. It ends when nothing waits, and any later command starts it again.
 */
export async function statementImport(input: StatementImportInput): Promise<void> {
  const ref = refOf(input)
  const work = freshImport()
  registerImportHandlers(work)
  learn(work, await records.loadImport(ref))
  work.isLoaded = true

  for (;;) {
    forgetCovered(work)
    const step = nextImportStep(work, Date.now())
    if (step.kind === 'wait') await condition(() => work.changed, step.forMs)
    else if (step.kind === 'end') {
      await condition(() => work.changed || allHandlersFinished())
      if (!work.changed) break
    } else await perform(work, ref, step.kind)
    work.changed = false
  }
}

/** Anybody may start the workflow with the ordinary command line, so the input is checked by hand. */
const refOf = (input: unknown): ImportRef => {
  const { tenantId, importId } = (input ?? {}) as Partial<StatementImportInput>
  if (!isUuid(tenantId) || !isUuid(importId))
    throw ApplicationFailure.nonRetryable('the input must be { tenantId, importId }, both uuids')
  const expected = statementImportWorkflowId(importId)
  if (workflowInfo().workflowId !== expected)
    throw ApplicationFailure.nonRetryable(`the workflow of this import has the id ${expected}`)
  return { tenantId: tenantId.toLowerCase(), importId: importId.toLowerCase() }
}

const activities = {
  preview: (ref: ImportRef) => files.previewImport({ ...ref, atMs: Date.now() }),
  import: (ref: ImportRef) => files.importStatements(ref),
  revert: (ref: ImportRef) => files.revertImport(ref),
  discard: (ref: ImportRef) => records.discardImport(ref),
} satisfies Record<ImportRequest, unknown>

/** A preview waits for somebody from the moment it is known. */
const learn = (work: ImportWork, snapshot: ImportSnapshot | null): void => {
  work.snapshot = snapshot
  work.waitsUntilMs = snapshot?.state === 'preview' ? Date.now() + previewLifeMs : null
}

/** Reading the file once more would show the same, and keep whoever has seen it from confirming it meanwhile. */
const forgetCovered = (work: ImportWork): void => {
  // asked only where it matters, so that the imports under way replay; to go with the last of them, from 2027-01 on
  if (isPreviewCovered(work) && patched('2026-11-21-correction-read-once'))
    work.asked.delete('preview')
}

/** Does what is asked; what fails through no fault of the file is noted under a reference. */
const perform = async (work: ImportWork, ref: ImportRef, doing: ImportRequest): Promise<void> => {
  work.asked.delete(doing)
  work.doing = doing
  work.snapshot = whileDoing(work.snapshot, doing)
  try {
    learn(work, await activities[doing](ref))
  } catch (error) {
    if (isCancellation(error)) throw error
    learn(work, await records.failImport(ref))
  }
  work.doing = null
}
