/** Vendor files that tests compare with; they are not part of the project. */
export const referenceFolder = process.env['REFERENCE_DIR'] ?? ''

/** Tells whether there is something to compare with; if not, says loudly what is skipped. */
export const hasReference = (whatIsSkipped: string): boolean => {
  if (referenceFolder !== '') return true
  console.warn(
    `\n  !!! SKIPPED: ${whatIsSkipped}: REFERENCE_DIR is not set, nothing compared !!!\n`,
  )
  return false
}
