/**
 * Cuts CSV text that arrives in pieces into rows of cells. Written for hostile files: the tokenizers of npm need quadratic
 * time for a cell full of quotation marks and do not know the line a row begins on.
 */
import { limits } from '../limits.ts'
import { cutQuoted, incomplete, lineOf, neverClosed } from './quoted-row.ts'

const lineFeed = 10
const carriageReturn = 13

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

/** The cells of a line without quotation marks. */
const cutPlain = (line: string, delimiter: string): string[] => {
  const cells: string[] = []
  let at = 0
  for (;;) {
    const end = line.indexOf(delimiter, at)
    if (end < 0) break
    cells.push(line.slice(at, end))
    at = end + 1
  }
  cells.push(line.slice(at))
  return cells
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
    const lineEnd = lineEndOf(text, from, isLast)
    if (lineEnd < 0) return -1
    const next = cutQuoted({ cells, text, delimiter, isLast, lineEnd }, from)
    if (next === neverClosed) return stop(listener.unclosed)
    if (next === incomplete) return -1
    listener.row(cells, state.line)
    state.line += next === lineEnd + 1 ? 1 : countLines(text, from, next)
    return next
  }

  /** Gives the whole lines that end before the next quotation mark; returns where the next line begins. */
  const givePlain = (text: string, from: number, isLast: boolean): number => {
    const quoteAt = text.indexOf('"', from)
    let at = from
    while (at < text.length) {
      const lineEnd = lineEndOf(text, at, isLast)
      if (lineEnd < 0 || (quoteAt >= 0 && quoteAt < lineEnd)) break
      listener.row(cutPlain(lineOf(text, at, lineEnd), delimiter), state.line)
      state.line += 1
      at = lineEnd + 1
    }
    return at
  }

  /** Gives all whole rows; returns where the unfinished one begins. */
  const cutRows = (text: string, isLast: boolean): number => {
    let from = givePlain(text, 0, isLast)
    while (from < text.length) {
      const next = giveQuoted(text, from, isLast)
      if (next < 0) break
      from = givePlain(text, next, isLast)
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
