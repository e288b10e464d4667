/** Cuts a row with quotation marks into its cells: these may hold delimiters, line ends and marks of their own. */
const quote = 34
const blank = 32
const lineFeed = 10
const carriageReturn = 13

export const incomplete = -1
export const neverClosed = -2

export interface Cut {
  readonly cells: string[]
  readonly text: string
  readonly delimiter: string
  /** Nothing follows the text, so that its end ends a row too. */
  readonly isLast: boolean
  /** Where the line ends that is being cut; -1 where it has no end. */
  lineEnd: number
}

const skipBlanks = (text: string, from: number): number => {
  let at = from
  while (text.charCodeAt(at) === blank) at += 1
  return at
}

const isLineEnd = (text: string, at: number): boolean => {
  const code = text.charCodeAt(at)
  return code === lineFeed || (code === carriageReturn && text.charCodeAt(at + 1) === lineFeed)
}

const isCellEnd = (text: string, at: number, delimiter: string): boolean =>
  text[at] === delimiter || isLineEnd(text, at)

/** Where the mark stands that closes a quoted cell; a mark amid the text of the cell is part of it. */
const closingQuote = ({ text, delimiter, isLast }: Cut, opening: number): number => {
  let at = opening
  for (;;) {
    at = text.indexOf('"', at + 1)
    if (at < 0) return isLast ? neverClosed : incomplete
    if (text.charCodeAt(at + 1) === quote) {
      at += 1
      continue
    }
    const after = skipBlanks(text, at + 1)
    // a CR at the border of two pieces may belong to the end of the line
    if (after >= text.length - 1 && !isLast) return incomplete
    if (after >= text.length || isCellEnd(text, after, delimiter)) return at
  }
}

/** Blanks before a quotation mark belong to nobody where the mark is closed as it should be, in the same line. */
const opensQuoted = ({ text, delimiter }: Cut, from: number, rowEnd: number): number => {
  if (text.charCodeAt(from) === quote) return from
  if (text.charCodeAt(from) !== blank) return -1
  const at = skipBlanks(text, from)
  if (text.charCodeAt(at) !== quote) return -1
  const closing = text.indexOf('"', at + 1)
  if (closing < 0 || closing > rowEnd) return -1
  const after = skipBlanks(text, closing + 1)
  return after >= rowEnd || isCellEnd(text, after, delimiter) ? at : -1
}

/** Text between quotation marks, with one kind of line end. */
const unquoted = (text: string): string => {
  const plain = text.includes('"') ? text.replaceAll('""', '"') : text
  return plain.includes('\r') ? plain.replace(/\r\n?/g, '\n') : plain
}

/** Reads a cell that opens with a quotation mark; returns where it ends, or why there is no end. */
const cutQuotedCell = (cut: Cut, opening: number): number => {
  const { cells, text } = cut
  const closing = closingQuote(cut, opening)
  if (closing < 0) return closing
  cells.push(unquoted(text.slice(opening + 1, closing)))
  const end = skipBlanks(text, closing + 1)
  return end < text.length && text.charCodeAt(end) === carriageReturn ? end + 1 : end
}

/** The text of a line, without its end. */
export const lineOf = (text: string, from: number, lineEnd: number): string => {
  const hasCr = lineEnd > from && text.charCodeAt(lineEnd - 1) === carriageReturn
  return text.slice(from, hasCr ? lineEnd - 1 : lineEnd)
}

const cutPlainCell = ({ cells, text, delimiter }: Cut, from: number, rowEnd: number): number => {
  // searched in its own line only: the next delimiter may be far away
  const line = lineOf(text, from, rowEnd)
  const found = line.indexOf(delimiter)
  cells.push(found < 0 ? line : line.slice(0, found))
  return found < 0 ? rowEnd : from + found
}

const cutCell = (cut: Cut, from: number): number => {
  const { text, isLast } = cut
  if (cut.lineEnd >= 0 && cut.lineEnd < from) cut.lineEnd = text.indexOf('\n', from)
  if (cut.lineEnd < 0 && !isLast && text.charCodeAt(from) !== quote) return incomplete
  const rowEnd = cut.lineEnd < 0 ? text.length : cut.lineEnd
  const opening = opensQuoted(cut, from, rowEnd)
  return opening < 0 ? cutPlainCell(cut, from, rowEnd) : cutQuotedCell(cut, opening)
}

/** Reads the cells of a row with quotation marks; returns where the next row begins, or why there is none. */
export const cutQuoted = (cut: Cut, from: number): number => {
  const { text } = cut
  let at = from
  for (;;) {
    const end = cutCell(cut, at)
    if (end < 0) return end
    if (end >= text.length) return text.length
    at = end + 1
    if (text.charCodeAt(end) === lineFeed) return at
  }
}
