/** Lines of a file as records, counted in characters. */
import { recordLength } from './layout.ts'

/** The sign by which DOS ends a file; it stays where files were put together. */
const endOfFile = '\u001a'

/** The characters of a line; one that takes two places in memory counts as one, and is shown as unknown. */
export const recordText = (line: string): string => {
  if (line.length === recordLength) return line
  const text = line.includes(endOfFile) ? line.replaceAll(endOfFile, '') : line
  return text.length > recordLength ? text.replace(/[\u{10000}-\u{10FFFF}]/gu, '\uFFFD') : text
}
