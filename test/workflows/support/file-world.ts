/** A worker for imports whose files and lines are in memory. */
import { randomUUID } from 'node:crypto'
import type { Client } from '@temporalio/client'
import { ApplicationFailure, WithStartWorkflowOperation } from '@temporalio/client'
import type { NativeConnection } from '@temporalio/worker'
import { Worker } from '@temporalio/worker'
import { inject } from 'vitest'
import type { ImportAt, ImportRef } from '../../../activities/import-records.ts'
import type { ImportSnapshot } from '../../../domain/statement-import.ts'
import {
  isCorrectable,
  isRevertible,
  statementImportWorkflowId,
} from '../../../domain/statement-import.ts'
import type { ImportAnswer, ImportStatus, RevisionInput } from '../../../workflows/messages.ts'
import * as messages from '../../../workflows/messages.ts'

type Command = 'correctImport' | 'confirmImport' | 'discardImport' | 'revertImport'

interface CommandOptions {
  revision?: number
  requestId?: string
  updateId?: string
}

type Work = 'previewImport' | 'importStatements' | 'revertImport' | 'discardImport' | 'failImport'

export interface FileSubject {
  importId: string
  snapshot: ImportSnapshot
  calls: Work[]
  /** Awaited before an activity does its work; may throw. */
  before: (work: Work) => Promise<void> | void
  start: () => Promise<void>
  status: () => Promise<ImportStatus>
  /** Sends a command, and starts the workflow for it where none runs. */
  send: (command: Command, options?: CommandOptions) => Promise<ImportAnswer>
  /** Sends a command as `send` does, and resolves as soon as the workflow has taken it. */
  beginSending: (command: Command) => Promise<{ answer: () => Promise<ImportAnswer> }>
  /** Resolves when the workflow ends. */
  ended: () => Promise<unknown>
}

export interface FileWorld {
  /** An import that is known to the activities; null for one that is not. */
  arrange: (snapshot?: Partial<ImportSnapshot> | null) => FileSubject
  close: () => Promise<void>
}

const advance = (subject: FileSubject, work: Work): ImportSnapshot => {
  const { snapshot } = subject
  subject.calls.push(work)
  switch (work) {
    case 'previewImport':
      if (isCorrectable(snapshot)) {
        snapshot.state = 'preview'
        snapshot.previewedRevision = snapshot.revision
      }
      break
    case 'importStatements':
      snapshot.state = 'imported'
      snapshot.hasBegun = true
      break
    case 'revertImport':
      if (isRevertible(snapshot)) snapshot.state = 'reverted'
      break
    case 'discardImport':
      snapshot.state = 'discarded'
      break
    case 'failImport':
      snapshot.state = 'failed'
  }
  return { ...snapshot }
}

/** Runs the workers over the given server. */
export const createFileWorld = async (parts: {
  namespace: string
  client: Client
  connection: NativeConnection
  end: () => Promise<unknown>
}): Promise<FileWorld> => {
  const { client, connection, namespace } = parts
  const subjects = new Map<string, FileSubject>()
  const doing = (work: Work) => async (input: ImportRef | ImportAt) => {
    const subject = subjects.get(input.importId)
    if (subject === undefined) throw ApplicationFailure.nonRetryable('no such import')
    await subject.before(work)
    return advance(subject, work)
  }
  const activities = {
    loadImport: async ({ importId }: ImportRef) => {
      const subject = subjects.get(importId)
      return subject ? { ...subject.snapshot } : null
    },
    previewImport: doing('previewImport'),
    importStatements: doing('importStatements'),
    revertImport: doing('revertImport'),
    discardImport: doing('discardImport'),
    failImport: doing('failImport'),
  }
  const shared = { connection, namespace, activities, shutdownGraceTime: '1 second' }
  const workers = await Promise.all([
    Worker.create({
      ...shared,
      taskQueue: 'connections',
      workflowBundle: { codePath: inject('workflowBundle') },
    }),
    Worker.create({ ...shared, taskQueue: 'files' }),
  ])
  const running = Promise.all(workers.map((worker) => worker.run()))
  const tenantId = randomUUID()
  return {
    arrange: (given = {}) => {
      const importId = randomUUID()
      const workflowId = statementImportWorkflowId(importId)
      const options = { workflowId, taskQueue: 'connections', args: [{ tenantId, importId }] }
      const handle = client.workflow.getHandle(workflowId)
      const sent = (
        command: Command,
        { revision = 1, requestId = randomUUID(), updateId }: CommandOptions = {},
      ) =>
        client.workflow.startUpdateWithStart<() => Promise<void>, ImportAnswer, [RevisionInput]>(
          command,
          {
            args: [{ requestId, revision }],
            waitForStage: 'ACCEPTED',
            ...(updateId === undefined ? {} : { updateId }),
            startWorkflowOperation: new WithStartWorkflowOperation('statementImport', {
              ...options,
              workflowIdConflictPolicy: 'USE_EXISTING',
            }),
          },
        )
      const subject: FileSubject = {
        importId,
        snapshot: {
          state: 'uploaded',
          revision: 1,
          previewedRevision: null,
          questions: 0,
          importable: 1,
          hasBegun: false,
          ...given,
        },
        calls: [],
        before: () => undefined,
        start: async () => void (await client.workflow.start('statementImport', options)),
        status: () => handle.query(messages.importStatus),
        send: async (command, how) => (await sent(command, how)).result(),
        beginSending: async (command) => {
          const taken = await sent(command)
          return { answer: () => taken.result() }
        },
        ended: () => handle.result(),
      }
      if (given !== null) subjects.set(importId, subject)
      return subject
    },
    close: async () => {
      for (const worker of workers) worker.shutdown()
      await running
      await parts.end()
    },
  }
}
