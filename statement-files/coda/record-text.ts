/** Lines of a file as records: counted in characters, without the mark that ends DOS files. */
import { recordLength } from './layout.ts'

const endOfFile = '\u001a'

const withoutMark = (text: string): string => {
  let end = text.length
  while (end > 0 && text[end - 1] === endOfFile) end -= 1
  return text.slice(0, end)
}

/** The characters of a line; one that takes two places in memory counts as one, and is shown as unknown. */
export const recordText = (line: string): string => {
  if (line.length === recordLength) return line
  const text = line.endsWith(endOfFile) ? withoutMark(line) : line
  return text.length > recordLength ? text.replace(/[\u{10000}-\u{10FFFF}]/gu, '\uFFFD') : text
}
