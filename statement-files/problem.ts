/** Everything that can be wrong with a statement file: one closed list, told with its place. Texts are in locales/. */
import type { Position } from './parsed.ts'

export type Severity = 'error' | 'question' | 'warning' | 'notice'

/** Severity by code: an error refuses its statement (or file), a question waits for an answer, the rest inform. */
export const severities = {
  file_empty: 'error',
  not_a_statement: 'error',
  wrong_message: 'error',
  unsupported_version: 'error',
  malformed: 'error',
  truncated: 'error',
  forbidden_construct: 'error',
  too_large: 'error',
  bad_date: 'error',
  bad_amount: 'error',
  unknown_currency: 'error',
  balance_mismatch: 'error',
  control_total_mismatch: 'error',
  account_unknown: 'question',
  account_other_journal: 'error',
  some_accounts_unknown: 'question',
  currency_mismatch: 'error',
  partial_statement: 'error',
  investment_only: 'error',
  bank_error: 'error',
  mapping_changed: 'error',
  columns_unclear: 'question',
  date_order_ambiguous: 'question',
  decimal_sign_ambiguous: 'question',
  encoding_uncertain: 'question',
  statement_gap: 'warning',
  reference_reused: 'warning',
  correction: 'warning',
  sign_doubtful: 'warning',
  splits_mismatch: 'warning',
  unknown_field: 'warning',
  reference_invalid: 'warning',
  rows_skipped: 'notice',
  already_imported: 'notice',
  lines_already_present: 'notice',
  possible_duplicates: 'warning',
  nothing_to_import: 'notice',
  bank_duplicate: 'notice',
} as const satisfies Record<string, Severity>

export type ProblemCode = keyof typeof severities

export type ProblemParams = Readonly<Record<string, string | number>>

export interface Problem {
  code: ProblemCode
  severity: Severity
  params: ProblemParams
  position?: Position
}

/** A problem with its usual severity. */
export const problem = (
  code: ProblemCode,
  params: ProblemParams = {},
  position?: Position,
): Problem => ({
  code,
  severity: severities[code],
  params,
  ...(position === undefined ? {} : { position }),
})

/** A problem that informs where its code would usually refuse. */
export const asWarning = (told: Problem): Problem => ({ ...told, severity: 'warning' })

const quoteLength = 60

/** A piece of the file for a sentence: without control characters, at most 60 characters long. */
export const quoted = (text: string): string => {
  const printable = text
    .slice(0, quoteLength * 2)
    .replace(/\p{C}+/gu, ' ')
    .trim()
  return printable.length > quoteLength ? `${printable.slice(0, quoteLength - 1)}…` : printable
}

/** Whether nothing among these keeps lines from being imported. */
export const isImportable = (problems: readonly Pick<Problem, 'severity'>[]): boolean =>
  problems.every(({ severity }) => severity === 'warning' || severity === 'notice')
