/** Cuts text that arrives in pieces into lines, whatever ends them: LF, CRLF, a lone CR, or a mixture. */
import { limits } from './limits.ts'

const lineEnds = /\r\n|\n|\r/g

export interface LineReader {
  write: (text: string) => void
  /** Gives the last line, which may lack its end. */
  end: () => void
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
    for (const { index, 0: end } of text.matchAll(lineEnds)) {
      if (index < from) continue
      if (state.isStopped) break
      give(text.slice(from, index))
      from = index + end.length
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
