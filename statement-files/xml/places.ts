/** Lines and columns of a text that comes in pieces, and the characters in it that XML does not allow. */
import type { Position } from '../parsed.ts'

const less = 0x3c
const feed = 10
const carriage = 13
const tab = 9

/** So many characters in one go: what stays in a loop for long is not made fast. */
const blockLength = 4_096

/** Halves of a character that takes two codes. */
const isHigh = (code: number): boolean => code >= 0xd800 && code < 0xdc00
const isLow = (code: number): boolean => code >= 0xdc00 && code < 0xe000

const twoBlanks = 0x0020_0020

/** Whether both codes of a pair are letters, digits or signs of ASCII other than `<`; of other pairs it may say no as well. */
const isPlain = (pair: number): boolean => {
  const isLess = pair ^ 0x003c_003c
  const isOther = pair | (pair - 0x0020_0020) | ((isLess - 0x0001_0001) & ~isLess)
  return ((isOther & 0x8000_8000) | (pair & 0x7f80_7f80)) === 0
}

/** Places count from the begin of the text that is looked at; what was dropped before it is remembered by its size only. */
export class Places {
  /** The codes of the text: an array is read faster than a string, whatever the string is made of. */
  codes = new Uint16Array(0)
  /** Where a `<` stands; behind the last of them a number larger than any index. */
  tags = new Uint32Array(0)
  /** Where lines begin in the text, the first one excepted. */
  #begins = new Uint32Array(0)
  #pairs = new Int32Array(0)
  #tagCount = 0
  #count = 0
  /** Lines among `#begins` that begin at or before the last place that was asked for. */
  #passed = 0
  #marked = -1
  #droppedMark: Position = {}
  #linesBefore = 0
  /** Characters of the first line that were dropped. */
  #columnsBefore = 0

  /** Looks at a text; returns the index of the first character that is none, or its length. */
  survey(text: string, isBeforeTag: boolean): number {
    this.#load(text)
    this.#count = 0
    this.#passed = 0
    this.#tagCount = 0
    let sound = 0
    for (let from = 0; from === sound && from < text.length; from += blockLength)
      sound = this.#scan(from, Math.min(from + blockLength, text.length))
    this.tags[this.#tagCount] = isBeforeTag ? text.length : 0xffffffff
    return sound
  }

  /** Two codes at once: of most pairs it shows in a few steps that both are plain. */
  #scan(from: number, to: number): number {
    const pairs = this.#pairs
    for (let index = from >> 1; 2 * index < to; index += 1) {
      const pair = pairs[index] ?? 0
      if (pair === twoBlanks || isPlain(pair)) continue
      if (!this.#note(pair & 0xffff, 2 * index)) return 2 * index
      if (!this.#note(pair >>> 16, 2 * index + 1)) return 2 * index + 1
    }
    return to
  }

  /** False for what is no character. */
  #note(code: number, at: number): boolean {
    if (code === less) {
      this.tags[this.#tagCount] = at
      this.#tagCount += 1
      return true
    }
    return (code >= 0x20 && code < 0xd800) || this.#allows(code, at)
  }

  #allows(code: number, at: number): boolean {
    if (code < 0xd800) return this.#allowsControl(code, at)
    if (code < 0xdc00) return isLow(this.codes[at + 1] ?? 0)
    return code < 0xe000 ? isHigh(this.codes[at - 1] ?? 0) : code <= 0xfffd
  }

  #allowsControl(code: number, at: number): boolean {
    const isEnd = code === feed || (code === carriage && this.codes[at + 1] !== feed)
    if (isEnd) this.#begin(at + 1)
    return isEnd || code === carriage || code === tab
  }

  /** The place of a character. */
  at(index: number): Position {
    while (this.#passed > 0 && this.#beginOf(this.#passed) > index) this.#passed -= 1
    while (this.#passed < this.#count && this.#beginOf(this.#passed + 1) <= index) this.#passed += 1
    const begin = this.#passed === 0 ? -this.#columnsBefore : this.#beginOf(this.#passed)
    return { line: this.#linesBefore + this.#passed + 1, column: index - begin + 1 }
  }

  /** Remembers a place. */
  mark(index: number): void {
    this.#marked = index
  }

  /** The place that was remembered last. */
  marked(): Position {
    return this.#marked < 0 ? this.#droppedMark : this.at(this.#marked)
  }

  /** The text before an index is dropped: the next text begins there. */
  drop(index: number): void {
    this.#droppedMark = this.marked()
    this.#marked = -1
    const { line = 1, column = 1 } = this.at(index)
    this.#linesBefore = line - 1
    this.#columnsBefore = column - 1
  }

  #begin(index: number): void {
    this.#begins[this.#count] = index
    this.#count += 1
  }

  #beginOf(line: number): number {
    return this.#begins[line - 1] ?? 0
  }

  #load(text: string): void {
    if (this.codes.length <= text.length) {
      const size = 2 * text.length + 2
      this.codes = new Uint16Array(size)
      this.#pairs = new Int32Array(this.codes.buffer)
      this.#begins = new Uint32Array(size)
      this.tags = new Uint32Array(size)
    }
    Buffer.from(this.codes.buffer).write(text, 'utf16le')
    this.codes[text.length] = 0
  }
}
