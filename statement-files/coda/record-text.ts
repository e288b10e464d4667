/** Lines of a file as records, counted in characters. */
import { kindOf, recordLength } from './layout.ts'

/** The sign by which DOS ends a file; it stays where files were put together. */
const endOfFile = '\u001a'

/** Fewest records of a statement: header, old balance, trailer. */
const fewestRecords = 3

/** Files may come as blocks without line ends; a line end lost between two records is something else. */
const blocksOf = (text: string): string[] | null => {
  const blocks: string[] = []
  for (let from = 0; from < text.length; from += recordLength) {
    const block = text.slice(from, from + recordLength)
    if (block.length < (kindOf(block)?.minimum ?? Infinity)) return null
    blocks.push(block)
  }
  return blocks.length < fewestRecords ? null : blocks
}

/**
 * The records of a line, which is one but where the first line is the whole file. A character that takes two places in
 * memory counts as one, and is shown as unknown; blanks behind the last place say nothing.
 */
export const recordsOf = (line: string, number: number): readonly string[] => {
  if (line.length === recordLength) return [line]
  const text = line.includes(endOfFile) ? line.replaceAll(endOfFile, '') : line
  if (text.length <= recordLength) return [text]
  const counted = text.replace(/[\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
  const blocks = number === 1 ? blocksOf(counted) : null
  if (blocks !== null) return blocks
  return [counted.slice(0, recordLength) + counted.slice(recordLength).trimEnd()]
}
