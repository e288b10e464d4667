import type { Checkpoint } from '../../statement-files/parsed.ts'

/** Where a statement begins and where it ends, as the file states it or as it follows without doubt. */
export const balancesOf = (checkpoints: readonly Checkpoint[]) => ({
  opening: checkpoints.find(({ kind }) => kind === 'opening'),
  closing: checkpoints.findLast(({ kind }) => kind === 'closing'),
})
