/** Reads CSV written in a test. */
import { parseStatementFile, type ParsedFile } from '../../../statement-files/collect.ts'
import type { ParseOptions } from '../../../statement-files/output.ts'

export const today = '2026-06-30'

export const parseCsv = (
  text: string | readonly string[],
  options: Partial<ParseOptions> = {},
): ParsedFile => {
  const whole = typeof text === 'string' ? text : `${text.join('\n')}\n`
  return parseStatementFile(Buffer.from(whole), { today, ...options })
}

export const amountsOf = (file: ParsedFile): string[] =>
  file.statements.flatMap(({ lines }) => lines.map(({ amount }) => amount))

export const daysOf = (file: ParsedFile): (string | null)[] =>
  file.statements.flatMap(({ lines }) => lines.map(({ bookedOn }) => bookedOn))

export const balancesOf = (file: ParsedFile): string[] =>
  file.statements.flatMap(({ checkpoints }) =>
    checkpoints.map(({ kind, amount, origin }) => `${kind} ${amount} ${origin}`),
  )

/** Codes of all problems, those of the file first; notices left out. */
export const codesOf = (file: ParsedFile): string[] =>
  [...file.problems, ...file.statements.flatMap(({ problems }) => problems)]
    .filter(({ severity }) => severity !== 'notice')
    .map(({ code }) => code)
