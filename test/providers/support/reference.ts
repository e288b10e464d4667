/** Vendor files that providers are compared with; they are not part of the project. */
import { describe } from 'vitest'

const folder = process.env['REFERENCE_DIR'] ?? ''

/** A suite over the reference files; without `REFERENCE_DIR` it is skipped and says so. */
export const describeWithReference = (name: string, suite: (folder: string) => void): void => {
  if (folder !== '') {
    describe(name, () => suite(folder))
    return
  }
  console.warn(`\n  !!! SKIPPED: ${name}: REFERENCE_DIR is not set, nothing compared !!!\n`)
  describe.skip(name, () => undefined)
}
