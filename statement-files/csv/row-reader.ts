/**
 * Cuts CSV text that arrives in pieces into rows of cells. Written for hostile files: the tokenizers of npm need quadratic
 * time for a cell full of quotation marks and do not know the line a row begins on.
 */
import { limits } from '../limits.ts'

export interface RowListener {
  /** The cells of a row, unquoted but not trimmed, and the line it begins on, from 1. */
  row: (cells: string[], line: number) => void
  /** The quotation mark of the cell that begins in this line is never closed; nothing is read after it. */
  unclosed: (line: number) => void
  /** A row is longer than the limit; nothing is read after it. */
  tooLong: (line: number) => void
}

export interface RowReader {
  write: (text: string) => void
  /** Gives the last row, which may lack its end. */
  end: () => void
  /** Whether the text ended with the end of a line, as whole files usually do. */
  endedWithLine: () => boolean
}

const quote = 34
const blank = 32
const lineFeed = 10
const carriageReturn = 13

const incomplete = -1
const neverClosed = -2

interface Cut {
  cells: string[]
  text: string
  delimiter: string
  /** Nothing follows the text, so that its end ends a row too. */
  isLast: boolean
  /** End of the line that is being cut; -1 where it has none. */
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

const cutPlainCell = ({ cells, text, delimiter }: Cut, from: number, rowEnd: number): number => {
  const found = text.indexOf(delimiter, from)
  const end = found < 0 || found > rowEnd ? rowEnd : found
  const hasCr = end === rowEnd && end > from && text.charCodeAt(end - 1) === carriageReturn
  cells.push(text.slice(from, hasCr ? end - 1 : end))
  return end
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
const cutQuoted = (cut: Cut, from: number): number => {
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

const countLines = (text: string, from: number, to: number): number => {
  let count = 0
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1))
    count += 1
  return count
}

/** One kind of line end: a lone CR ends a line too. */
const withLineFeeds = (text: string): string =>
  text.includes('\r') && /\r(?!\n)/.test(text) ? text.replace(/\r\n?/g, '\n') : text

/** Where the line ends; -1 where its end has not come yet. */
const lineEndOf = (text: string, from: number, isLast: boolean): number => {
  const found = text.indexOf('\n', from)
  return found < 0 && isLast ? text.length : found
}

/** Reads rows with one delimiter of one character; linear in the length of the text. */
export const createRowReader = (delimiter: string, listener: RowListener): RowReader => {
  const state = { rest: '', retryAt: 0, line: 1, isStopped: false, lastCode: lineFeed }

  const stop = (tell: (line: number) => void): number => {
    state.isStopped = true
    tell(state.line)
    return -1
  }

  /** Gives the row that begins at a place; returns the beginning of the next one, or -1 where it is not whole. */
  const giveQuoted = (text: string, from: number, isLast: boolean): number => {
    const cells: string[] = []
    const lineEnd = text.indexOf('\n', from)
    const next = cutQuoted({ cells, text, delimiter, isLast, lineEnd }, from)
    if (next === neverClosed) return stop(listener.unclosed)
    if (next === incomplete) return -1
    listener.row(cells, state.line)
    state.line += countLines(text, from, next)
    return next
  }

  const givePlain = (text: string, from: number, lineEnd: number): number => {
    const hasCr = lineEnd > from && text.charCodeAt(lineEnd - 1) === carriageReturn
    listener.row(text.slice(from, hasCr ? lineEnd - 1 : lineEnd).split(delimiter), state.line)
    state.line += 1
    return lineEnd + 1
  }

  /** Gives all whole rows; returns where the unfinished one begins. */
  const cutRows = (text: string, isLast: boolean): number => {
    let from = 0
    let nextQuote = text.indexOf('"')
    while (from < text.length && !state.isStopped) {
      const lineEnd = lineEndOf(text, from, isLast)
      if (lineEnd < 0) break
      if (nextQuote >= 0 && nextQuote < from) nextQuote = text.indexOf('"', from)
      const hasQuote = nextQuote >= 0 && nextQuote < lineEnd
      const next = hasQuote ? giveQuoted(text, from, isLast) : givePlain(text, from, lineEnd)
      if (next < 0) break
      from = next
    }
    return from
  }

  const read = (text: string, isLast: boolean): void => {
    const from = cutRows(text, isLast)
    state.rest = text.slice(from)
    // an unfinished row is looked at again only when it has doubled, so that each character is read twice at most
    state.retryAt = state.rest.length > 65_536 ? state.rest.length * 2 : 0
    if (state.isStopped || state.rest.length <= limits.lineLength) return
    stop(state.rest.includes('"') ? listener.unclosed : listener.tooLong)
  }

  return {
    write(piece) {
      if (piece === '' || state.isStopped) return
      state.lastCode = piece.charCodeAt(piece.length - 1)
      state.rest = state.rest === '' ? piece : state.rest + piece
      if (state.rest.length < state.retryAt && state.rest.length <= limits.lineLength) return
      if (state.lastCode !== carriageReturn) read(withLineFeeds(state.rest), false)
    },
    end() {
      if (!state.isStopped && state.rest !== '') read(withLineFeeds(state.rest), true)
    },
    endedWithLine: () => state.lastCode === lineFeed || state.lastCode === carriageReturn,
  }
}
