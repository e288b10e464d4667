import { fileBytesMax } from '../domain/statement-import.ts'

/** How much of a file is read; every limit is named in the problem it causes. */
export const limits = {
  fileBytes: fileBytesMax,
  lines: 500_000,
  statements: 20_000,
  /** Characters of one line of text. */
  lineLength: 1_000_000,
  /** Characters kept of one text of a line. */
  text: 10_000,
  /** Characters kept of a name, number or reference. */
  field: 1_000,
  /** Parts of one line, such as the payments of a batch. */
  details: 10_000,
  /** Characters of an amount. */
  amount: 40,
  /** Problems kept of one kind for one statement or file; the first are the ones that help. */
  sameProblem: 20,
  nesting: 64,
  /** Attributes of one XML element. */
  attributes: 200,
  /** Balances of one statement. */
  balances: 10_000,
  archiveEntries: 1_000,
  /** An archive may unpack to so many times its own size, and to `archiveRatioFrom` bytes in any case. */
  archiveRatio: 100,
  archiveRatioFrom: 1024 * 1024,
}
