/** Cuts text that arrives in pieces into lines, whatever ends them: LF, CRLF, a lone CR, or a mixture. */
import { limits } from './limits.ts'

export interface LineReader {
  write: (text: string) => void
  /** Gives the last line, which may lack its end. */
  end: () => void
}

const placeOf = (text: string, sign: string, from: number): number => {
  const place = text.indexOf(sign, from)
  return place < 0 ? Infinity : place
}

/**
 * Calls `onLine` with each line (without its end) and its number from 1; a line over the limit is not given but reported
 * to `onTooLong`, and nothing is read after it. Linear in the length of the text.
 */
export const createLineReader = (
  onLine: (text: string, number: number) => void,
  onTooLong: (number: number) => void,
): LineReader => {
  const state = { rest: '', number: 0, isStopped: false, endedWithCr: false }

  const give = (text: string) => {
    state.number += 1
    if (isTooLong(state.rest.length + text.length, state.number)) return
    const whole = state.rest === '' ? text : state.rest + text
    state.rest = ''
    onLine(whole, state.number)
  }
  const isTooLong = (length: number, number: number): boolean => {
    if (length <= limits.lineLength) return false
    state.isStopped = true
    onTooLong(number)
    return true
  }
  /** Gives the lines of a piece; returns where the unfinished one begins. */
  const cut = (text: string, start: number): number => {
    let from = start
    // each end is looked for behind the last one only: a text full of one of them costs nothing for the other
    let feed = placeOf(text, '\n', from)
    let carriage = placeOf(text, '\r', from)
    while (feed !== carriage && !state.isStopped) {
      const end = Math.min(feed, carriage)
      give(text.slice(from, end))
      from = feed === end + 1 ? feed + 1 : end + 1
      if (feed < from) feed = placeOf(text, '\n', from)
      if (carriage < from) carriage = placeOf(text, '\r', from)
    }
    return from
  }

  return {
    write(text) {
      if (text === '' || state.isStopped) return
      const from = cut(text, state.endedWithCr && text.startsWith('\n') ? 1 : 0)
      state.endedWithCr = text.endsWith('\r')
      if (state.isStopped) return
      state.rest += text.slice(from)
      isTooLong(state.rest.length, state.number + 1)
    },
    end() {
      if (!state.isStopped && state.rest !== '') give('')
    },
  }
}
