/** One tag of OFX text: `<`, perhaps `/`, a short name, perhaps attributes, perhaps `/`, `>`; any other `<` is text. */
const maxName = 40
const maxAttributes = 1_000

const slash = 0x2f
const greater = 0x3e

/** 1: letters that may begin a name; 2: what may follow; 4: to be put in capitals; 8: ends the prefix that XML allows. */
const nameCodes = new Uint8Array(128)
for (let code = 0x41; code <= 0x5a; code += 1) {
  nameCodes[code] = 1
  nameCodes[code + 0x20] = 5
}
for (const character of '0123456789._') nameCodes[character.charCodeAt(0)] = 2
nameCodes[0x3a] = 8

const isAngle = (code: number): boolean => code === 0x3c || code === greater

/** Nothing, a slash, or something with `=` behind a blank. */
const attributes = /^(?:\s*\/)?$|^\s[^=]*=/

const classOf = (code: number): number => (code < 128 ? (nameCodes[code] ?? 0) : 0)

/** What a scan gives instead of an end. */
export const notMarkup = -1
export const unfinished = -2
export const tooLong = -3

/** Reads one tag at a time, into fields of its own: a tag costs no memory. */
export class TagScanner {
  isEndTag = false
  isSelfClosed = false
  #nameFrom = 0
  #nameTo = 0
  #hasSmallLetters = false
  /** Names that were seen last, as written and in capitals. */
  readonly #written: string[] = Array.from({ length: 128 }, () => '')
  readonly #names: string[] = Array.from({ length: 128 }, () => '')

  /** Whether a tag may begin with the character behind its `<`. */
  isStart(code: number): boolean {
    return code === slash || (classOf(code) & 1) !== 0
  }

  /** First character behind the tag that begins at `open`, or why there is none. */
  scan(source: string, open: number): number {
    this.isEndTag = source.charCodeAt(open + 1) === slash
    this.isSelfClosed = false
    const start = open + (this.isEndTag ? 2 : 1)
    let at = start
    let code = source.charCodeAt(at)
    let seen = 0
    for (let kind = classOf(code); kind !== 0 && at - start <= maxName; kind = classOf(code)) {
      seen |= kind
      at += 1
      code = source.charCodeAt(at)
    }
    this.#nameFrom = (seen & 8) === 0 ? start : source.lastIndexOf(':', at - 1) + 1
    this.#nameTo = at
    this.#hasSmallLetters = (seen & 4) !== 0
    if (at - start > maxName) return tooLong
    if (at >= source.length) return unfinished
    if (!this.#isName(source, start)) return notMarkup
    return code === greater ? at + 1 : this.#attributes(source)
  }

  /** What was scanned of the tag, up to the end of its name. */
  beginning(source: string, open: number): string {
    return source.slice(open, this.#nameTo)
  }

  /** The name in capitals. A file repeats few names many times: most need no text of their own. */
  name(source: string): string {
    const start = this.#nameFrom
    const length = this.#nameTo - start
    const place = (source.charCodeAt(start + (length >> 1)) + length * 8) & 127
    const known = this.#written[place] ?? ''
    if (known.length === length && source.startsWith(known, start)) return this.#names[place] ?? ''
    const written = source.slice(start, this.#nameTo)
    const name = this.#hasSmallLetters ? written.toUpperCase() : written
    this.#written[place] = written
    this.#names[place] = name
    return name
  }

  /** Whether a letter begins the name, and its prefix where it has one. */
  #isName(source: string, start: number): boolean {
    const from = this.#nameFrom
    if (from === this.#nameTo || (classOf(source.charCodeAt(from)) & 1) === 0) return false
    return from === start || (classOf(source.charCodeAt(start)) & 1) !== 0
  }

  /** What stands behind a name is blank, ends with a slash or holds `=`; otherwise this is no tag. */
  #attributes(source: string): number {
    const start = this.#nameTo
    const last = Math.min(source.length, start + maxAttributes)
    let at = start
    while (at < last && !isAngle(source.charCodeAt(at))) at += 1
    if (at >= last) return at === start + maxAttributes ? notMarkup : unfinished
    const inner = source.slice(start, at).trimEnd()
    if (source.charCodeAt(at) !== greater || !attributes.test(inner)) return notMarkup
    this.isSelfClosed = inner.endsWith('/')
    return at + 1
  }
}
