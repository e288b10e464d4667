/** Adds one statement of a file to its account, slice by slice. */
import type { DatabaseTransactionConnection } from 'slonik'
import * as comparisons from '../db/queries/import-comparisons.ts'
import type { Added } from '../db/queries/import-lines.ts'
import { addSome, lockAccount } from '../db/queries/import-lines.ts'
import { match } from '../db/queries/import-matching.ts'
import type { Run } from '../db/queries/import-slices.ts'

/** How often lines are compared while others may write to the account; then it is held until they are compared. */
const comparisonsMax = 3

export interface Statement {
  importId: string
  accountId: string
  statement: number
  /** Files of one source word the same fact in the same way. */
  source: string
}

interface Work {
  run: Run
  /** Called after each slice. */
  progress: () => void | Promise<void>
  /** How many lines one SQL statement takes. */
  max?: number
}

/** Compares again where the account has changed since, because a connection or another file may have brought the lines. */
export const addStatement = async (
  { run, progress, max }: Work,
  statement: Statement,
): Promise<Added | null> => {
  const sized = max === undefined ? {} : { max }
  let compared = 0
  for (;;) {
    const isHeld = compared >= comparisonsMax
    const next = await run((tx) => addNext(tx, statement, { ...sized, isHeld }))
    if (next === 'changed') {
      await match(run, statement, { ...sized, progress })
      compared += 1
      continue
    }
    await progress()
    if (next === null || next.isDone) return next
  }
}

const addNext = async (
  tx: DatabaseTransactionConnection,
  statement: Statement,
  { isHeld, ...sized }: { isHeld: boolean; max?: number },
): Promise<Added | null | 'changed'> => {
  const seq = await lockAccount(tx, statement.accountId)
  if (!(await comparisons.isCompared(tx, statement, seq))) {
    if (!isHeld) return 'changed'
    await match((work) => work(tx), statement, sized)
  }
  const added = await addSome(tx, { ...statement, ...sized, seq })
  // what was just added is known
  if (added !== null) await comparisons.finish(tx, statement, added.seq)
  return added
}
