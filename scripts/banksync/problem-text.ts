import type { Problem } from '../erp.ts'

/** A problem of the API as a person reads it, each wrong field on a line of its own. */
export const problemText = ({ code, detail = code, reference, errors = [] }: Problem): string =>
  [
    `${detail} (${[code, ...(reference === undefined ? [] : [reference])].join(', ')})`,
    ...errors.map(({ pointer, detail: why }) => `  ${pointer}: ${why}`),
  ].join('\n')
