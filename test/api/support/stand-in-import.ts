/** A stand-in for the workflow of an import: answers like the real one, and tells what reached it. */
import { condition, defineQuery, defineSignal, setHandler } from '@temporalio/workflow'
import type { ConfirmRefusal } from '../../../domain/statement-import.ts'
import type { ImportAnswer, StatementImportInput } from '../../../workflows/messages.ts'
import * as messages from '../../../workflows/messages.ts'
import type { Received } from './stand-in-connection.ts'

const received = defineQuery<Received[]>('received')
/** From now on everything is refused for this reason. */
const refuse = defineSignal<[ConfirmRefusal]>('refuse')

export async function statementImport(input: StatementImportInput): Promise<void> {
  const seen: Received[] = [{ name: 'start', input }]
  const status = { state: null, previewedRevision: null, questions: 0, importable: 0 }
  let why: ConfirmRefusal | null = null
  setHandler(received, () => seen)
  setHandler(refuse, (reason) => {
    why = reason
  })
  const { correctImport, confirmImport, discardImport, revertImport } = messages
  for (const [name, update] of Object.entries({
    correctImport,
    confirmImport,
    discardImport,
    revertImport,
  }))
    setHandler(update, (sent: unknown): ImportAnswer => {
      seen.push({ name, input: sent })
      return why === null ? { kind: 'accepted', status } : { kind: 'refused', why, status }
    })
  await condition(() => false)
}
