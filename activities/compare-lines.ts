/** Compares the staged lines of a file with what is stored, slice by slice, and counts what was found. */
import { match } from '../db/queries/import-matching.ts'
import type { Run, StagedAccount } from '../db/queries/import-slices.ts'
import { listSlices, sliceLines } from '../db/queries/import-slices.ts'
import * as staging from '../db/queries/import-staging.ts'

/** References of a bank are compared with one another in parts of about so many. */
const referencesMax = 100_000

interface Work {
  run: Run
  /** Called after each slice with how many there were. */
  progress: (slices: number) => void
  /** How many lines one SQL statement takes. */
  max?: number
}

/** Lines of a file as it is staged; each SQL statement takes some of them, whatever the size of the file. */
export const compareLines = async (
  { run, progress, max = sliceLines }: Work,
  { importId, source }: { importId: string; source: string },
): Promise<void> => {
  let slices = 0
  const next = () => progress((slices += 1))
  for (const accountId of await run((tx) => staging.listAccounts(tx, importId))) {
    await tellEqualApart({ run, progress: next, max }, { importId, accountId })
    await match(run, { importId, accountId, source }, { max, progress: next })
  }
  for (let after: number | null = 0; after !== null; next()) {
    const from: number = after
    after = await run((tx) => staging.countMatches(tx, importId, { after: from, max: max * 5 }))
  }
}

const tellEqualApart = async (
  { run, progress, max }: { run: Run; progress: () => void; max: number },
  account: StagedAccount,
): Promise<void> => {
  const slices = await listSlices(run, account, max)
  for (const slice of slices) {
    await run((tx) => staging.numberEqual(tx, account, slice))
    progress()
  }
  // a power of two, by which any hash is divided alike
  const parts = 2 ** Math.ceil(Math.log2(Math.max(1, (slices.length * max) / referencesMax)))
  for (let part = 0; part < parts; part += 1) {
    await run((tx) => staging.forgetRepeatedReferences(tx, account, { part, parts }))
    progress()
  }
}
